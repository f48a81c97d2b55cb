"""The command line: `backsight` serves the guide, `backsight build` writes it for any static host."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from backsight import __version__
from backsight.errors import BacksightError

HOST, PORT = "127.0.0.1", 8000

app = typer.Typer(
    help="See, write and debug backpropagation. Without a command: serve the guide.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def _version(wanted: bool) -> None:
    if wanted:
        console.print(f"backsight {__version__} (Python {platform.python_version()})")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _default(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        serve()


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 lets other machines in.")
    ] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any free one.")] = PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Serve the guide on this machine."""
    from backsight import server
    from backsight.guide.site import BUNDLE

    def announce(url: str) -> None:
        console.print(f"backsight is open at [bold]{escape(url)}[/bold]  (Ctrl-C ends it)")

    server.serve(BUNDLE, host, port, browser=not no_browser, announce=announce)


@app.command()
def build(
    directory: Annotated[
        Path, typer.Argument(help="Where to: an empty or new directory, or an earlier site.")
    ],
) -> None:
    """Write the site as plain files, for any static host."""
    from backsight.guide import site

    site.write(directory, processes=os.cpu_count() or 1)
    console.print(f"The site is in [bold]{escape(str(directory))}[/bold]")


def main() -> None:
    """Run the command line; our own errors end it with one line and status 1."""
    try:
        app()
    except BacksightError as error:
        place = f"{error.origin.file}:{error.origin.line}: " if error.origin else ""
        errors.print(f"[bold red]backsight:[/] {escape(f'{place}{error.message} {error.remedy}'.strip())}")
        raise SystemExit(1) from None
