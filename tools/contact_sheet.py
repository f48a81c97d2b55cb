"""One picture of everything: all pages and every step of the lessons; on a desk, on a phone, in the dark.

    python -m tools.contact_sheet [--out DIRECTORY] [--keep DIRECTORY] [--only TEXT]

Each sheet is a page of thumbnails, photographed by the same Chromium that took them; they are committed in
docs/contact-sheet, to be looked at. `--keep` also keeps every photograph in full size; `--only desk` or
`--only sandbox` takes the sheets and the shots whose name has that text.
"""

from __future__ import annotations

import argparse
import base64
import html
import itertools
import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tools import served

OUT = served.ROOT / "docs" / "contact-sheet"
STUCK = "#v=1&data=xor&hidden=2&act=relu&opt=gd&rate=0.1&seed=3"
OVERFLOW = "#v=1&data=fruit&hidden=4.4.4&act=linear&std=0&opt=gd&rate=100&seed=1"
BROKEN = "sweetness,roundness,fruit\n0.2,0.9,plum\n0.8,about a half,lemon\n"


@dataclass(frozen=True)
class Shot:
    """One photograph: where, and what is done there before it is taken."""

    name: str
    address: str
    prepare: Callable[[Page], None] = lambda page: None


@dataclass(frozen=True)
class Sheet:
    """One way of looking at the site; thumbnails are `thumbnail` pixels wide."""

    name: str
    width: int
    height: int
    dark: bool
    thumbnail: int
    columns: int


SHEETS = (
    Sheet("desk", 1280, 720, False, 340, 4),
    Sheet("phone", 390, 844, False, 170, 7),
    Sheet("dark", 1280, 720, True, 340, 4),
)


# What is done in the sandbox -------------------------------------------------------------------------------


def play(page: Page) -> None:
    page.get_by_role("button", name="Play").click()


def epochs(page: Page, least: int) -> None:
    """Wait for so many epochs; gives up silently after a while, for the picture is then the answer."""
    main = page.get_by_role("main")
    for _ in range(100):
        if int(main.get_attribute("data-epoch") or 0) >= least:
            return
        page.wait_for_timeout(100)


def training(page: Page) -> None:
    play(page)
    epochs(page, 25)


def trained(page: Page) -> None:
    play(page)
    epochs(page, 400)
    page.get_by_role("button", name="Pause").click()


def derivation(page: Page) -> None:
    page.get_by_role("button", name="Show me one").click()
    show(page, "Explanations")


def whole_batch(page: Page) -> None:
    derivation(page)
    page.get_by_role("radio", name="the whole batch").check()


def slow_forward(page: Page) -> None:
    page.get_by_role("radio", name="slow motion").check()
    page.get_by_role("button", name="Run the pass").click()
    page.wait_for_timeout(4000)


def code(page: Page) -> None:
    page.get_by_role("button", name="Show me one").click()
    page.get_by_role("radio", name="code").check()
    show(page, "Explanations")


def settings(page: Page) -> None:
    for summary in page.get_by_role("region", name="Settings").locator("summary").all():
        summary.click()
    show(page, "Settings")


def broken_file(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "fruit.csv", "mimeType": "text/csv", "buffer": BROKEN.encode()}
    )
    expect(page.get_by_role("alert")).to_be_visible()


def until_stopped(page: Page) -> None:
    page.get_by_role("combobox", name="Speed").select_option(label="as fast as it goes")
    play(page)
    main = page.get_by_role("main")
    for _ in range(150):
        if main.get_attribute("data-status") != "running":
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(2500)  # a stuck start is compared with others


def stuck(page: Page) -> None:
    until_stopped(page)
    show(page, "Explanations")


def show(page: Page, region: str) -> None:
    page.get_by_role("region", name=region).evaluate("region => region.scrollIntoView({block: 'center'})")


SANDBOX = (
    Shot("sandbox: start", "/sandbox/"),
    Shot("sandbox: training", "/sandbox/", training),
    Shot("sandbox: trained", "/sandbox/", trained),
    Shot("sandbox: chain rule", "/sandbox/", derivation),
    Shot("sandbox: whole batch", "/sandbox/", whole_batch),
    Shot("sandbox: deeper", "/sandbox/#v=1&data=spiral&hidden=8.8.4&act=relu", derivation),
    Shot("sandbox: slow motion", "/sandbox/", slow_forward),
    Shot("sandbox: code", "/sandbox/", code),
    Shot("sandbox: settings", "/sandbox/", settings),
    Shot("sandbox: broken file", "/sandbox/", broken_file),
    Shot("sandbox: stuck", f"/sandbox/{STUCK}", stuck),
    Shot("sandbox: overflow", f"/sandbox/{OVERFLOW}", until_stopped),
)


# Lessons ---------------------------------------------------------------------------------------------------


def lesson_shots(site: str) -> Iterator[Shot]:
    """Every step of every lesson, as someone meets it who has just arrived."""
    for folder in sorted(path.parent for path in (served.ROOT / "lessons").glob("*/index.md")):
        address = f"/lessons/{folder.name}/"
        with urllib.request.urlopen(site + address) as answer:
            page = answer.read().decode()
        data = re.search(r'id="lesson-data">(.*?)</script>', page, re.DOTALL)
        assert data, f"{address} carries no lesson"
        for number, step in enumerate(json.loads(data[1])["steps"], 1):
            yield Shot(f"{folder.name} {number}: {step['title']}", f"{address}#{step['slug']}")


# The other pages -------------------------------------------------------------------------------------------


def course_map(page: Page) -> None:
    page.get_by_role("heading", name="The whole course").evaluate("heading => heading.scrollIntoView()")


def wrong_then_shown(page: Page) -> None:
    """Two wrong answers, and what is offered then."""
    main = page.get_by_role("main")
    for guess in ("1", "2"):
        main.get_by_role("textbox").fill(guess)
        main.get_by_role("button", name="Check").click()
    main.get_by_role("button", name="Show me").click()
    main.get_by_role("status").last.evaluate("said => said.scrollIntoView({block: 'center'})")


def chosen(page: Page) -> None:
    """An edge pressed, and judged."""
    drawing = page.get_by_role("group", name="The drawing")
    drawing.get_by_role("button").first.press("Enter")
    page.get_by_role("button", name="Check").click()


def on_paper(page: Page) -> None:
    page.emulate_media(media="print")


def answer_key(page: Page) -> None:
    on_paper(page)
    page.get_by_role("heading", name="Answer key").evaluate("heading => heading.scrollIntoView()")


PAGES = (
    Shot("home", "/"),
    Shot("home: map", "/", course_map),
    Shot("practice: formula", "/practice/#what=formula.chain&level=2&seed=5"),
    Shot("practice: wrong", "/practice/#what=number.chain&level=1&seed=5", wrong_then_shown),
    Shot("practice: edges", "/practice/#what=edges.graph&level=2&seed=7", chosen),
    Shot("practice: order", "/practice/#what=order.graph&level=1&seed=3"),
    Shot("exam: begin", "/exam/"),
    Shot("exam: sitting", "/exam/#exam=42&answers=2x~%3D~"),
    Shot("exam: result", "/exam/#exam=42&show=result&answers=2x~A>B~~1.5~2"),
    Shot("exam: on paper", "/exam/#exam=42&show=print", on_paper),
    Shot("exam: its key", "/exam/#exam=42&show=print", answer_key),
    Shot("figures", "/figures/"),
    Shot("explain your function", "/python/"),
)


# What is done on the workbench -----------------------------------------------------------------------------


def starter(name: str, *views: str) -> Callable[[Page], None]:
    """Chooses an example of the gallery and shows these views, first to last."""

    def prepare(page: Page) -> None:
        expect(page.locator("html")).to_have_attribute("data-ready", "true")
        page.get_by_role("button", name="Examples").click()
        page.get_by_role("button", name=re.compile("^" + re.escape(name))).click()
        panes = page.get_by_role("combobox", name="View")
        for index, view in enumerate(views[: panes.count()]):
            panes.nth(index).select_option(view)
            expect(page.locator(f"[data-view={view}]")).to_be_visible()
        view = page.locator("[data-view]").first
        view.evaluate("view => view.getBoundingClientRect().top > 500 && view.scrollIntoView()")
        page.wait_for_timeout(1200)

    return prepare


def opened(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    page.wait_for_timeout(1200)


def examples(page: Page) -> None:
    opened(page)
    page.get_by_role("button", name="Examples").click()


def checking(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    page.get_by_text("Check my backward pass", exact=True).click()


WORKBENCH = (
    Shot("workbench", "/workbench/", opened),
    Shot("workbench: examples", "/workbench/", examples),
    Shot("workbench: used twice", "/workbench/", starter("Used twice", "graph", "derivation")),
    Shot("workbench: Rosenbrock's valley", "/workbench/", starter("Rosenbrock", "landscape", "code")),
    Shot("workbench: a net", "/workbench/", starter("A net with one", "fold", "graph")),
    Shot("workbench: attention", "/workbench/", starter("Attention", "graph", "derivation")),
    Shot("workbench: slow motion", "/workbench/", starter("Three links", "steps", "sheet")),
    Shot("workbench: check", "/workbench/", checking),
)


# Photographs -----------------------------------------------------------------------------------------------


def take(browser: Browser, site: str, sheet: Sheet, shot: Shot) -> bytes:
    """A photograph by a browser that has never been here."""
    context = browser.new_context(
        viewport={"width": sheet.width, "height": sheet.height},
        color_scheme="dark" if sheet.dark else "light",
    )
    try:
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(site + shot.address)
        page.wait_for_load_state("networkidle")
        shot.prepare(page)
        page.wait_for_timeout(400)
        return page.screenshot()
    finally:
        context.close()


def compose(browser: Browser, sheet: Sheet, photographs: list[tuple[str, bytes]]) -> bytes:
    """The thumbnails with their names, photographed in turn."""
    height = round(sheet.thumbnail * sheet.height / sheet.width)
    figures = "".join(
        f"<figure><img src='data:image/png;base64,{base64.b64encode(picture).decode()}'>"
        f"<figcaption>{html.escape(name)}</figcaption></figure>"
        for name, picture in photographs
    )
    paper, ink = ("#14161c", "#e8e4da") if sheet.dark else ("#e9e4d8", "#222")
    style = (
        f"body {{ margin: 12px; background: {paper}; color: {ink}; font: 12px sans-serif; display: grid;"
        f" grid-template-columns: repeat({sheet.columns}, {sheet.thumbnail}px); gap: 12px }}"
        f"figure {{ margin: 0 }} img {{ display: block; width: {sheet.thumbnail}px; height: {height}px }}"
        "figcaption { padding-top: 3px }"
    )
    width = 24 + sheet.columns * (sheet.thumbnail + 12) - 12
    page = browser.new_page(viewport={"width": width, "height": 400})
    page.set_content(f"<!doctype html><style>{style}</style>{figures}")
    page.wait_for_load_state("load")
    picture = page.screenshot(full_page=True, type="jpeg", quality=70)
    page.close()
    return picture


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.contact_sheet", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--keep", type=Path, help="also keep every photograph in full size here")
    parser.add_argument("--only", default="", help="only sheets or shots whose name has this text")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with served.site() as site, served.browser() as browser:
        parts = {
            "pages": PAGES,
            "guide": list(lesson_shots(site)),
            "sandbox": SANDBOX,
            "workbench": WORKBENCH,
        }
        for sheet, (part, shots) in itertools.product(SHEETS, parts.items()):
            chosen = [shot for shot in shots if options.only in f"{sheet.name} {shot.name}"]
            photographs = []
            for shot in chosen:
                picture = take(browser, site, sheet, shot)
                photographs.append((shot.name, picture))
                if options.keep:
                    keep(options.keep, sheet, shot, picture)
            if photographs:
                path = options.out / f"{part}-{sheet.name}.jpg"
                path.write_bytes(compose(browser, sheet, photographs))
                print(f"{path}: {len(photographs)} pictures, {path.stat().st_size / 1e6:.1f} MB")


def keep(folder: Path, sheet: Sheet, shot: Shot, picture: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", f"{sheet.name} {shot.name}".lower()).strip("-")
    (folder / f"{name}.png").write_bytes(picture)


if __name__ == "__main__":
    main()
