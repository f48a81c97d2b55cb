"""The command line: serves the guide, builds it, and explains or emits a function of a person's own file."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from backsight import __version__
from backsight.errors import BacksightError, LoadError

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

    server.serve(server.application(BUNDLE), host, port, browser=not no_browser, announce=announce)


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


Folder = Annotated[Path, typer.Argument(help="The lesson's folder.")]


@app.command()
def new_lesson(
    folder: Annotated[Path, typer.Argument(help="A new folder; its name becomes the lesson's address.")],
    title: Annotated[str, typer.Option(help="The lesson's title.")] = "",
    number: Annotated[int, typer.Option(min=1, help="Its number in your course.")] = 1,
) -> None:
    """Begin a lesson: a folder with a small one that works, to be made yours."""
    from backsight.guide.authoring import new_lesson as begin

    with _refusals():
        for file in begin(folder, title, number):
            console.print(f"  {escape(str(file))}")
    name = escape(str(folder))
    console.print(f"See it while you write:  [bold]backsight preview {name}[/bold]")
    console.print(f"Does it keep its promises?  [bold]backsight check-lesson {name}[/bold]")


@app.command()
def preview(
    folder: Folder,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any free one.")] = PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Show a lesson while it is being written: the page follows every change of its files."""
    from backsight import server
    from backsight.guide.preview import Reading
    from backsight.guide.site import BUNDLE

    def report(reading: Reading) -> None:
        if reading.error is not None:
            _print_error(reading.error)
            return
        wishes = len(reading.faults)
        found = f"; {wishes} thing{'s' if wishes > 1 else ''} missing yet" if wishes else ""
        console.print(f"read {escape(str(folder))}{found}")
        for fault in reading.faults:
            _print_error(fault)

    def announce(url: str) -> None:
        console.print(f"The lesson is open at [bold]{escape(url)}[/bold]  (Ctrl-C ends it)")

    with _refusals():
        site = server.previewed(BUNDLE, folder, report)
        server.serve(site, HOST, port, browser=not no_browser, announce=announce)


@app.command()
def check_lesson(folder: Folder) -> None:
    """Check that a lesson keeps the contract: its form, its code's numbers, its exercise.

    The status is 0 if it does, 1 if it does not, 2 if the lesson cannot be read.
    """
    from backsight.guide.contract import faults

    with _refusals():
        found = faults(folder)
    for fault in found:
        _print_error(fault)
    if found:
        raise typer.Exit(1)
    console.print(f"{escape(str(folder))} keeps the contract.")


Target = Annotated[str, typer.Argument(metavar="FILE:FUNCTION", help="A function in a Python file.")]
At = Annotated[str, typer.Option(help='Values to call it with: "x=1.0, w=[1, 2, 3]".')]
Argnums = Annotated[
    str, typer.Option(help="What to differentiate by: names or numbers with commas. All floats if left out.")
]


@app.command()
def explain(
    target: Target,
    at: At = "",
    argnums: Argnums = "",
    order: Annotated[str, typer.Option(help="Only one part: forward, reverse or paths.")] = "",
    detail: Annotated[str, typer.Option(help="Where to stop: auto, names or operations.")] = "auto",
    html: Annotated[Path | None, typer.Option(help="Write one HTML page to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON.")] = False,
) -> None:
    """Explain how the gradient of a function comes about, step by step, with numbers.

    Values come from --at, from `example = {...}` in the file, or from the function's defaults.
    """
    from backsight.api import explain as explain_function
    from backsight.loading import blamed_on, load

    with _refusals():
        call = load(target, at)
        chosen = call.argnums(argnums)
        with blamed_on(call.file):
            explanation = explain_function(call.function, *call.moved(chosen), argnums=chosen, detail=detail)
        if html is not None:
            _write(html, explanation.html())
        elif as_json:
            typer.echo(json.dumps(explanation.data(), indent=2, allow_nan=False))
        else:
            explanation.show(order or None)


@app.command()
def emit(
    target: Target,
    to: Annotated[str, typer.Option(help="The language to write it in.")] = "numpy",
    at: At = "",
    argnums: Argnums = "",
    gradient: Annotated[
        bool, typer.Option("--grad/--forward", help="The value with its gradient, or the function alone.")
    ] = True,
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
) -> None:
    """Write the gradient of a function, or the function, in another language."""
    from backsight.api import trace, value_and_grad
    from backsight.loading import blamed_on, load
    from backsight.transforms import simplify

    with _refusals():
        call = load(target, at)
        chosen = call.argnums(argnums) if gradient else ()
        values = call.moved(chosen)
        with blamed_on(call.file):
            if gradient:
                differentiated: Any = value_and_grad(call.function, chosen)
                program = differentiated.program(*values)
            else:
                program = simplify(trace(call.function, *values))
        source = program.emit(to)
        if out is not None:
            _write(out, source)
        else:
            typer.echo(source.rstrip("\n"))


@app.command()
def export(
    target: Target,
    to: Annotated[Path, typer.Option(help="The file: .xlsx, .py or .ipynb.")],
    at: At = "",
    argnums: Argnums = "",
    rate: Annotated[float, typer.Option(help="The learning rate on the sheet.")] = 0.1,
) -> None:
    """Write a function and its gradient as a spreadsheet with live formulas, a script or a notebook."""
    from backsight.exporting import export as write
    from backsight.loading import blamed_on, load

    with _refusals():
        call = load(target, at)
        chosen = call.argnums(argnums)
        source = call.file.read_text("utf-8")
        with blamed_on(call.file):
            write(call.function, *call.moved(chosen), to=to, argnums=chosen, source=source, rate=rate)
        console.print(f"Written to [bold]{escape(str(to))}[/bold]")


@app.command()
def check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A Python file with forward, backward and an example.")
    ],
    forward: Annotated[str, typer.Option(help="The forward function, or object.method.")] = "forward",
    backward: Annotated[str, typer.Option(help="The backward function, or object.method.")] = "backward",
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> None:
    """Check a backward pass written by hand: is it right, and if not, which line is wrong?

    The status is 0 if all gradients agree, 1 if one does not, 2 if that cannot be said.
    """
    from backsight.checking import check as check_pair
    from backsight.loading import blamed_on, load_pair

    with _refusals():
        first, second, args = load_pair(file, forward, backward)
        with blamed_on(Path(file)):
            verdict = check_pair(first, second, *args)
        if as_json:
            typer.echo(json.dumps(verdict.data(), indent=2))
        else:
            console.print(verdict)
    raise typer.Exit(0 if verdict else 1)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise LoadError(f"{file} cannot be written: {error.strerror}") from error
    console.print(f"Written to [bold]{escape(str(file))}[/bold]")


@contextmanager
def _refusals() -> Iterator[None]:
    """An error is a few lines that name the place and the remedy, and status 2."""
    try:
        yield
    except BacksightError as error:
        _print_error(error)
        raise typer.Exit(2) from None


def _print_error(error: BacksightError) -> None:
    """One line; where a line of source is to blame, that line below it, and the remedy below that."""
    if error.origin is None:
        ends = error.message.endswith((".", "?"))
        remedy = error.remedy[:1].upper() + error.remedy[1:] if ends else error.remedy
        text = f"{error.message}{' ' if ends else ': '}{remedy}" if remedy else error.message
        errors.print(f"[bold red]backsight:[/] {escape(text)}")
        return
    lines = [f"[bold]{escape(error.origin.file)}:{error.origin.line}:[/] {escape(error.message)}"]
    lines += [f"    {escape(error.origin.text)}"] if error.origin.text else []
    lines += [f"  {escape(error.remedy)}"] if error.remedy else []
    errors.print("\n".join(lines))


def main() -> None:
    """Run the command line; our own errors end it with a few lines and status 1."""
    try:
        app()
    except BacksightError as error:
        _print_error(error)
        raise SystemExit(1) from None
