"""One picture of everything: lessons' steps, home page and sandbox, on a desk, on a phone, in the dark.

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
    Sheet("desk", 1280, 720, False, 400, 3),
    Sheet("phone", 390, 844, False, 195, 6),
    Sheet("dark", 1280, 720, True, 400, 3),
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
    picture = page.screenshot(full_page=True)
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
        parts = {"guide": [Shot("home", "/"), *lesson_shots(site)], "sandbox": SANDBOX}
        for sheet, (part, shots) in itertools.product(SHEETS, parts.items()):
            chosen = [shot for shot in shots if options.only in f"{sheet.name} {shot.name}"]
            photographs = []
            for shot in chosen:
                picture = take(browser, site, sheet, shot)
                photographs.append((shot.name, picture))
                if options.keep:
                    keep(options.keep, sheet, shot, picture)
            if photographs:
                path = options.out / f"{part}-{sheet.name}.png"
                path.write_bytes(compose(browser, sheet, photographs))
                print(f"{path}: {len(photographs)} pictures, {path.stat().st_size / 1e6:.1f} MB")


def keep(folder: Path, sheet: Sheet, shot: Shot, picture: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", f"{sheet.name} {shot.name}".lower()).strip("-")
    (folder / f"{name}.png").write_bytes(picture)


if __name__ == "__main__":
    main()
