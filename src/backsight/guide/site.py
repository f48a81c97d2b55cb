"""Writes the site: web bundle, payload, lessons and pages, as plain files for any static host.

    index.html  sandbox/index.html  workbench/index.html  python/index.html
    practice/index.html  exam/index.html
    lessons/<slug>/index.html  figures/<name>/index.html  reference/…/index.html  404.html
    assets/…            the bundle; names carry a hash of the content
    py/…                the core as a zip file, for Python in the browser
    payload/<hash>/…    what Python computed: Programs, derivations, kernels

The bundle comes ready-made from Vite (tools/webbuild.py); payload and lessons are computed afresh from the
Python that runs. Every address is relative, so the site works from any folder and offline. Text files get
`.br` and `.gz` neighbours, which the server sends as they are.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import itertools
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import brotli

from backsight.errors import SiteError
from backsight.guide.core import write_core
from backsight.guide.course import course

if TYPE_CHECKING:
    from backsight.guide.markdown import Lesson

PACKAGE = Path(__file__).resolve().parent.parent
BUNDLE = PACKAGE / "static"
# Beside the package in a checkout, inside it in a wheel.
LESSONS = next((p for p in (PACKAGE / "lessons", PACKAGE.parent.parent / "lessons") if p.is_dir()), None)
# Marks a directory as ours, so that writing again may clear it; also keeps GitHub Pages from running Jekyll.
MARK = ".nojekyll"
COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".txt", ".map"}
SMALLEST_COMPRESSED = 512  # bytes; below, the headers outweigh what is saved


def write(directory: Path, bundle: Path = BUNDLE, processes: int = 1, kept: Path | None = None) -> None:
    """Write the whole site into a directory.

    Args:
        directory: where to; empty or absent, or a site written before, which is replaced. May be `bundle`
            itself: then the site is completed in place.
        bundle: the folder Vite's output lies in, its pages under `.pages`.
        processes: how many compute the payload; see `payload.write`.
        kept: where the nets' payload of this code is kept; see `payload.write`.

    Raises:
        SiteError: the bundle is missing, or the directory holds something else.
    """
    pages = bundle / ".pages"
    if not (pages / "index.html").exists():
        raise SiteError(
            "The web bundle is missing from this installation.", remedy="in a checkout, run `make web`"
        )
    if directory.resolve() != bundle.resolve():
        _clear(directory)
        shutil.copytree(bundle, directory, dirs_exist_ok=True, ignore=_not_bundle)
    (directory / MARK).touch()
    payload = _write_payload(directory, processes, kept)
    core = write_core(directory, PACKAGE)
    lessons = _write_lessons(directory, (pages / "lesson/index.html").read_text("utf-8"), payload, core)
    home = (pages / "index.html").read_text("utf-8")
    _write_page(
        directory / "index.html",
        _with_address(home, "payload", payload).replace(
            "</head>", _json("course", course(LESSONS, lessons) if LESSONS else {}) + "</head>"
        ),
    )
    for name in ("sandbox", "practice", "exam"):
        page = (pages / name / "index.html").read_text("utf-8")
        _write_page(directory / name / "index.html", _with_address(page, "payload", f"../{payload}"))
    bench = (pages / "workbench/index.html").read_text("utf-8")
    bench = _with_address(_with_address(bench, "payload", f"../{payload}"), "core", f"../{core}")
    _write_page(directory / "workbench/index.html", bench)
    python = (pages / "python/index.html").read_text("utf-8")
    _write_page(directory / "python/index.html", _with_address(python, "core", f"../{core}"))
    _write_figures(directory, (pages / "figures/index.html").read_text("utf-8"), payload, lessons)
    _write_reference(directory, (pages / "reference/index.html").read_text("utf-8"))
    _write_page(directory / "404.html", (pages / "404.html").read_text("utf-8"))
    _compress(directory)


def _clear(directory: Path) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise SiteError(f"{directory} is a file.", remedy="name a directory to write the site into")
    if any(directory.iterdir()) and not (directory / MARK).exists():
        raise SiteError(
            f"{directory} holds files that are not a site of ours.",
            remedy="name an empty or a new directory",
        )
    for entry in directory.iterdir():
        if entry.name != ".git":  # a published branch may live here
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _not_bundle(folder: str, names: list[str]) -> set[str]:
    """What `write` makes itself, or nobody is served."""
    ours = {
        "payload",
        "py",
        "lessons",
        "reference",
        "sandbox",
        "python",
        "practice",
        "exam",
        "figures",
        "workbench",
    }
    return {name for name in names if name.startswith(".") or name in ours or ".html" in name}


def _write_payload(directory: Path, processes: int, kept: Path | None) -> str:
    """Compute the payload; its content hash names its folder, so that browsers may keep it for good."""
    from backsight.guide import payload

    folder = directory / "payload"
    shutil.rmtree(folder, ignore_errors=True)
    fresh = folder / "new"
    fresh.mkdir(parents=True)
    payload.write(fresh, processes, kept)
    digest = hashlib.sha256()
    for path in sorted(fresh.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(fresh).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    name = digest.hexdigest()[:16]
    fresh.rename(folder / name)
    return f"payload/{name}/"


def _write_lessons(directory: Path, template: str, payload: str, core: str) -> list[Lesson]:
    from backsight.guide.markdown import render_lesson

    shutil.rmtree(directory / "lessons", ignore_errors=True)
    folders = sorted(path.parent for path in LESSONS.glob("*/index.md")) if LESSONS else []
    lessons = sorted((render_lesson(f) for f in folders), key=lambda lesson: (lesson.number, lesson.part))
    for lesson, following in itertools.zip_longest(lessons, lessons[1:]):
        page = lesson_page(lesson, template, payload, core, following)
        _write_page(directory / "lessons" / lesson.slug / "index.html", page)
    return lessons


def lesson_page(
    lesson: Lesson, template: str, payload: str, core: str, following: Lesson | None = None
) -> str:
    """A lesson's whole page, for `lessons/<slug>/index.html`.

    Args:
        template: the bundle's page of a lesson.
        payload, core: their folders, from the site's root.
        following: the lesson that its end leads to.
    """
    # One folder deeper than the template, hence one step more up to everything.
    page = template.replace('="../', '="../../')
    page = page.replace("<!--backsight:head-->", _head(lesson, payload, core))
    data = lesson.data
    if following:
        data = {**data, "next": {key: getattr(following, key) for key in ("slug", "number", "title")}}
    return page.replace("<!--backsight:lesson-->", lesson.html + _json("lesson-data", data))


def _write_figures(directory: Path, template: str, payload: str, lessons: list[Lesson]) -> None:
    from backsight.guide.demos import demos

    shutil.rmtree(directory / "figures", ignore_errors=True)
    found = demos(lessons)

    def page(deeper: str, title: str, data: object) -> str:
        head = f"<title>{html.escape(title)} · backsight</title>\n"
        head += f'    <meta name="backsight-payload" content="{deeper}../{payload}" />'
        text = template.replace('="../', f'="../{deeper}').replace("<!--backsight:head-->", head)
        return text.replace("<!--backsight:figure-->", _json("figure-data", data))

    everything = {"figures": [{"name": name, "lesson": data["lesson"]} for name, data in found.items()]}
    _write_page(directory / "figures/index.html", page("", "Figures", everything))
    for name, data in found.items():
        _write_page(directory / "figures" / name / "index.html", page("../", name.capitalize(), data))


def _write_reference(directory: Path, template: str) -> None:
    from backsight.guide import reference

    shutil.rmtree(directory / "reference", ignore_errors=True)
    everything = reference.pages()
    for page in everything:
        deeper = "../" * len([part for part in page.slug.split("/") if part])
        title = f"{html.escape(page.title)} · backsight"
        text = template.replace('="../', f'="../{deeper}')
        text = text.replace("<!--backsight:head-->", f"<title>{title}</title>")
        text = text.replace("<!--backsight:reference-->", reference.page_html(page, everything))
        _write_page(directory / "reference" / page.slug / "index.html", text)


def _head(lesson: Lesson, payload: str, core: str) -> str:
    title, question = html.escape(lesson.title), html.escape(lesson.question)
    return (
        f"<title>{title} · backsight</title>\n"
        f'    <meta name="description" content="{question}" />\n'
        f'    <meta name="backsight-payload" content="../../{payload}" />\n'
        f'    <meta name="backsight-core" content="../../{core}" />'
    )


def _json(name: str, data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>\n'


def _with_address(page: str, name: str, address: str) -> str:
    """The page with the true address of the payload or the core."""
    return re.sub(rf'(<meta name="backsight-{name}" content=")[^"]*', rf"\g<1>{address}", page)


def _write_page(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
    for suffix in (".br", ".gz"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _compress(directory: Path) -> None:
    for path in sorted(directory.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(directory).parts)
        if hidden or path.suffix not in COMPRESSED or not path.is_file():
            continue
        small = path.with_name(path.name + ".br")
        content = path.read_bytes()
        if len(content) >= SMALLEST_COMPRESSED and not small.exists():
            # The last tenth takes ten times as long: only where it is done once and every visit loads it.
            quality = 11 if (directory / "assets") in path.parents else 9
            small.write_bytes(brotli.compress(content, mode=brotli.MODE_TEXT, quality=quality))
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, mtime=0))
