"""A lesson while it is being written: read again whenever a file changes, its mistakes shown in its place.

    /lessons/<name>/            the lesson, or what is wrong with it
    /preview/<version>/…        its functions' kernels
    /preview/version?seen=N     answers once there is another version than N; the page then loads itself again

Everything else is the site as it is.
"""

from __future__ import annotations

import asyncio
import html
import linecache
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from backsight.errors import BacksightError, SiteError
from backsight.guide import payload
from backsight.guide.contract import form_faults
from backsight.guide.markdown import render_lesson
from backsight.guide.site import lesson_page

SCRIPT = Path(__file__).resolve().parent / "preview.js"
PATIENCE = 25.0  # seconds until a waiting page is answered that nothing changed
PULSE = 0.25  # seconds between two looks at the files


@dataclass(frozen=True)
class Reading:
    """One state of the folder: the page it gives, and what is to be said about it."""

    version: int
    page: str
    error: BacksightError | None
    faults: list[BacksightError]


class Preview:
    """Reads a lesson's folder again when it has changed; keeps the last reading.

    Args:
        folder: the lesson's.
        bundle: the built site, whose templates and figures the lesson is shown with.
        report: told of every new reading.
    """

    def __init__(self, folder: Path, bundle: Path, report: Callable[[Reading], None]) -> None:
        self.folder, self.slug = folder.resolve(), folder.resolve().name
        if not self.folder.is_dir():
            raise SiteError(
                f"There is no folder {folder}.", remedy=f"begin one with `backsight new-lesson {folder}`"
            )
        self._report = report
        self._templates = bundle / ".pages"
        if not (self._templates / "lesson/index.html").exists():
            raise SiteError("The web bundle is missing.", remedy="in a checkout, run `make web`")
        self._core = next((f"py/{path.name}" for path in (bundle / "py").glob("*.zip")), "py/")
        self._kernels = tempfile.TemporaryDirectory(prefix="backsight-preview-")
        self._seen: object = None
        self._reading: Reading | None = None

    @property
    def reading(self) -> Reading:
        """The present one."""
        state = self._state()
        if self._reading is None or state != self._seen:
            self._seen = state
            self._reading = self._read(self._reading.version + 1 if self._reading else 1)
            self._report(self._reading)
        return self._reading

    def _state(self) -> object:
        """Changes whenever a file does."""
        found = []
        for path in sorted(self.folder.glob("*")):
            if path.suffix in (".md", ".py") and path.is_file():
                status = path.stat()
                found.append((path.name, status.st_mtime_ns, status.st_size))
        return found

    def _read(self, version: int) -> Reading:
        linecache.checkcache()  # names come from the source as it is now
        kernels = Path(self._kernels.name) / str(version)
        kernels.mkdir()
        shutil.rmtree(Path(self._kernels.name) / str(version - 2), ignore_errors=True)
        try:
            lesson = render_lesson(self.folder)
            payload.write_lesson(kernels, self.slug, lesson.functions)
            template = (self._templates / "lesson/index.html").read_text("utf-8")
            page = lesson_page(lesson, template, f"preview/{version}/", self._core)
            faults: list[BacksightError] = [*form_faults(self.folder, lesson)]
            return Reading(version, self._watching(page, version), None, faults)
        except BacksightError as error:
            return Reading(version, self._watching(self._mistake(error), version), error, [])

    def _mistake(self, error: BacksightError) -> str:
        """A page that says what is wrong, where, and what to do."""
        template = (self._templates / "reference/index.html").read_text("utf-8").replace('="../', '="../../')
        place = f"{error.origin.file}:{error.origin.line}" if error.origin else str(self.folder)
        parts = [
            "<h1>This lesson cannot be shown yet</h1>",
            f"<p><code>{html.escape(place)}</code></p>",
            f"<p>{html.escape(error.message)}</p>",
            f"<pre><code>{html.escape(error.origin.text)}</code></pre>"
            if error.origin and error.origin.text
            else "",
            f"<p>To mend it: {html.escape(error.remedy)}</p>" if error.remedy else "",
            "<p>This page opens the lesson as soon as the file is saved.</p>",
        ]
        body = f'<main id="main" data-root="../../">{"".join(parts)}</main>'
        page = template.replace("<!--backsight:head-->", "<title>A mistake · backsight</title>")
        return page.replace("<!--backsight:reference-->", body)

    def _watching(self, page: str, version: int) -> str:
        script = f'<script src="../../preview/preview.js" data-version="{version}" defer></script>'
        return page.replace("</body>", f"{script}</body>")

    def kernels(self, version: str, name: str) -> Path | None:
        """A file of a reading's kernels."""
        path = Path(self._kernels.name) / version / name
        return path if path.is_file() and path.parent.parent == Path(self._kernels.name) else None


def application(preview: Preview, site: Starlette, headers: dict[str, str]) -> Starlette:
    """The site with one lesson in it that is read anew.

    Args:
        site: everything else.
        headers: those that every answer has; never kept by the browser.
    """
    fresh = {**headers, "cache-control": "no-store"}

    async def lesson(request: Request) -> Response:
        return Response(preview.reading.page, media_type="text/html", headers=fresh)

    async def version(request: Request) -> Response:
        seen = request.query_params.get("seen", "")
        end = asyncio.get_running_loop().time() + PATIENCE
        while str(preview.reading.version) == seen and asyncio.get_running_loop().time() < end:
            if await request.is_disconnected():
                break
            await asyncio.sleep(PULSE)
        return Response(str(preview.reading.version), media_type="text/plain", headers=fresh)

    async def script(request: Request) -> Response:
        return FileResponse(SCRIPT, media_type="text/javascript", headers=fresh)

    async def kernel(request: Request) -> Response:
        path = preview.kernels(request.path_params["version"], request.path_params["name"])
        if path is None:
            return Response("Not found\n", 404, fresh, "text/plain")
        kind = "text/javascript" if path.suffix == ".js" else "application/json"
        return FileResponse(path, media_type=kind, headers=fresh)

    async def home(request: Request) -> Response:
        return RedirectResponse(f"lessons/{preview.slug}/", headers=fresh)

    return Starlette(
        routes=[
            Route("/", home),
            Route(f"/lessons/{preview.slug}/", lesson),
            Route("/preview/version", version),
            Route("/preview/preview.js", script),
            Route("/preview/{version}/{name}", kernel),
            Mount("/", site),
        ]
    )
