"""Serves a site: files only, compressed beforehand, cached by content hash, under a strict policy.

What can be asked for is fixed when the server starts: a table of addresses. An address outside the table does
not exist, so no request reaches the file system with a name of its own.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backsight.errors import SiteError

if TYPE_CHECKING:
    from backsight.guide.preview import Reading

# Nothing from elsewhere, nothing inline, no eval.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A worker obeys the policy its own file came with, so what one worker needs, no page is given. Python needs
# WebAssembly, and asks for its parts; kernels made from a person's code come as text, and ask for nothing.
WORKER_POLICIES = {
    "assets/python.worker-": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
    "assets/kernel.worker-": "default-src 'none'; script-src 'self' blob:",
}
ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
# Not the mimetypes module: its answers depend on the machine's settings.
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
}
ENCODINGS = {"br": ".br", "gzip": ".gz"}  # best first


@dataclass(frozen=True)
class File:
    """One address of the site: its file, and the compressed files beside it by encoding."""

    path: Path
    media_type: str
    etag: str
    cache: str
    policy: str
    encoded: dict[str, Path]


def application(directory: Path) -> Starlette:
    """The site as an ASGI application.

    Raises:
        SiteError: there is no site in the directory.
    """
    files = dict(_files(directory))
    if "index.html" not in files:
        raise SiteError(f"There is no site in {directory}.", remedy="in a checkout, run `make web`")

    def respond(request: Request) -> Response:
        address: str = request.path_params["address"]
        file = files.get(address + "index.html" if address.endswith("/") or not address else address)
        if file is not None:
            return _send(file, request)
        if f"{address}/index.html" in files:
            query = f"?{request.url.query}" if request.url.query else ""
            target = address.rsplit("/", 1)[-1] + "/" + query  # relative: right under any prefix
            return RedirectResponse(target, headers=ALWAYS)
        return _not_found(files.get("404.html"), address)

    return Starlette(routes=[Route("/{address:path}", respond)])


def previewed(directory: Path, folder: Path, report: Callable[[Reading], None]) -> Starlette:
    """The site with the lesson of a folder in it, read again at every change.

    Args:
        report: told of every reading of the folder.

    Raises:
        SiteError: there is no such folder, or no site.
    """
    from backsight.guide import preview

    return preview.application(preview.Preview(folder, directory, report), application(directory), ALWAYS)


def _files(directory: Path) -> Iterator[tuple[str, File]]:
    for path in directory.rglob("*"):
        relative = path.relative_to(directory)
        hidden = any(part.startswith(".") for part in relative.parts)
        if hidden or path.is_symlink() or not path.is_file() or path.suffix in ENCODINGS.values():
            continue
        beside = {name: path.with_name(path.name + suffix) for name, suffix in ENCODINGS.items()}
        yield (
            relative.as_posix(),
            File(
                path=path,
                media_type=MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
                etag=hashlib.sha256(path.read_bytes()).hexdigest()[:20],
                cache=FOR_GOOD if relative.parts[0] in ("assets", "payload", "py") else ASK_AGAIN,
                policy=_policy(relative.as_posix()),
                encoded={name: file for name, file in beside.items() if file.is_file()},
            ),
        )


def _policy(address: str) -> str:
    return next((p for start, p in WORKER_POLICIES.items() if address.startswith(start)), POLICY)


def _send(file: File, request: Request) -> Response:
    encoding = _accepted(request.headers.get("accept-encoding", ""), file.encoded)
    etag = f'"{file.etag}-{encoding}"' if encoding else f'"{file.etag}"'
    headers = {**ALWAYS, "content-security-policy": file.policy, "etag": etag, "cache-control": file.cache}
    if file.encoded:
        headers["vary"] = "accept-encoding"
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["content-encoding"] = encoding
    body = (file.encoded[encoding] if encoding else file.path).read_bytes()
    return Response(body, headers=headers, media_type=file.media_type)


def _accepted(header: str, offered: dict[str, Path]) -> str | None:
    """The best offered encoding that an Accept-Encoding header allows (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in header.split(","):
        name, _, weight = part.partition(";")
        try:
            weights[name.strip().lower()] = float(weight.partition("=")[2] or 1)
        except ValueError:
            continue  # a malformed weight: as if the encoding had not been named
    return next((name for name in offered if weights.get(name, weights.get("*", 0)) > 0), None)


def _not_found(page: File | None, address: str) -> Response:
    if page is None:
        return Response("Not found\n", 404, ALWAYS, "text/plain")
    # The page is written for the root; from deeper addresses everything lies further up.
    up = "../" * address.count("/") or "./"
    body = page.path.read_text("utf-8").replace('="./', f'="{up}')
    return Response(body, 404, {**ALWAYS, "cache-control": ASK_AGAIN}, page.media_type)


def listen(host: str, port: int) -> socket.socket:
    """A socket listening there; port 0 takes any free one.

    Raises:
        SiteError: the port is in use, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise SiteError(f"The host {host} is not known.", remedy="use --host 127.0.0.1") from None
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere this would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise SiteError(
                f"Port {port} on {host} is in use.",
                remedy=f"choose another one with --port, for example --port {port + 1}",
            ) from None
        raise SiteError(
            f"Cannot listen on {host}, port {port}: {error.strerror}.",
            remedy="choose another --host or --port",
        ) from None
    return listener


def serve(
    site: Starlette,
    host: str,
    port: int,
    *,
    browser: bool,
    announce: Callable[[str], None],
) -> None:
    """Serve a site until it is interrupted.

    Args:
        site: what `application` or `previewed` gives.
        host: the address to listen on.
        port: the port; 0 takes any free one.
        browser: open the person's browser, where there is one.
        announce: called with the site's URL once it can be opened.

    Raises:
        SiteError: the port cannot be had.
    """
    import uvicorn

    with listen(host, port) as listener:
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        url = f"http://{name}:{listener.getsockname()[1]}"
        announce(url)
        if browser and _has_browser():
            # In a thread: some browsers are waited for.
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        config = uvicorn.Config(
            site,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how a person ends it
            uvicorn.Server(config).run(sockets=[listener])


def _has_browser() -> bool:
    """Whether a window would open: on Linux without a display it would be a text browser."""
    on_screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    return on_screen or not sys.platform.startswith("linux")
