"""The written site: complete, relative, the same from every machine, and only ever over a site of ours."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest

import backsight
from backsight.errors import SiteError
from backsight.guide import payload, site
from tests.conftest import ROOT


def pages(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*.html") if path.name != "404.html"]


# What `backsight build` wrote


def test_every_page_finds_what_it_computes_with(built_site: Path) -> None:
    computing = [page for page in pages(built_site) if "reference" not in page.parts]
    assert len(computing) >= 5
    for page in computing:
        named = dict(re.findall(r'<meta name="backsight-(payload|core)" content="([^"]*)"', page.read_text()))
        assert named, page
        assert all((page.parent / address).exists() for address in named.values()), page
        assert "payload" not in named or [*(page.parent / named["payload"]).glob("*.js")], page
        assert "core" not in named or named["core"].endswith(".zip"), page


def test_every_address_is_relative_and_leads_somewhere(built_site: Path) -> None:
    for page in pages(built_site):
        for address in re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)', page.read_text()):
            assert not re.match(r"/|\w+:", address), f"{page}: {address}"
            assert (page.parent / address).exists(), f"{page}: {address}"


def test_lessons_have_their_pages(built_site: Path) -> None:
    for source in (ROOT / "lessons").glob("*/index.md"):
        page = (built_site / "lessons" / source.parent.name / "index.html").read_text()
        assert "<!--backsight:" not in page
        assert '<script type="application/json" id="lesson-data">' in page
        assert f'"slug":"{source.parent.name}"' in (built_site / "index.html").read_text()


def test_the_reference_describes_every_public_name_and_its_links_lead_somewhere(built_site: Path) -> None:
    folder = built_site / "reference"
    text = "".join(page.read_text() for page in folder.rglob("*.html"))
    for name in backsight.__all__:
        assert name == "numpy" or f'<h2 id="{name}">' in text, f"{name} is in no group of the reference"
    for page in folder.rglob("*.html"):
        for address in re.findall(r'<a href="([^"#:]+)', page.read_text()):
            assert (page.parent / address / "index.html").exists(), f"{page}: {address}"


def test_compressed_neighbours_say_the_same(built_site: Path) -> None:
    found = [*built_site.rglob("*.br")]
    assert found
    for path in found:
        content = path.with_suffix("").read_bytes()
        assert brotli.decompress(path.read_bytes()) == content
        assert gzip.decompress(path.with_suffix(".gz").read_bytes()) == content


def test_nothing_hidden_is_published(built_site: Path) -> None:
    assert [path.name for path in built_site.rglob(".*")] == [site.MARK]


def test_it_is_the_same_whatever_machine_wrote_it(built_site: Path) -> None:
    built = {path.name for path in (site.BUNDLE / "payload").iterdir()}
    assert {path.name for path in (built_site / "payload").iterdir()} == built, "out of date: run `make web`"
    for path in built_site.rglob("*"):
        for place in (ROOT, built_site.parents[2]):
            assert path.is_dir() or str(place).encode() not in path.read_bytes(), path


# How it is written, tried on a small bundle

HEAD = '<meta name="backsight-payload" content="{up}payload/" /><script src="{up}theme.js"></script>'
PAGE = "<html><head>{head}</head><body>{body}</body></html>"


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle as tools/webbuild.py leaves it, and a payload of one file."""
    folder = tmp_path / "static"
    lesson = '<!--backsight:head--><script src="../theme.js"></script>'
    files = {
        ".pages/index.html": PAGE.format(head=HEAD.format(up=""), body=""),
        ".pages/404.html": PAGE.format(head="", body=""),
        ".pages/sandbox/index.html": PAGE.format(head=HEAD.format(up="../"), body=""),
        ".pages/python/index.html": PAGE.format(
            head='<meta name="backsight-core" content="../py/" />', body=""
        ),
        ".pages/workbench/index.html": PAGE.format(
            head=HEAD.format(up="../") + '<meta name="backsight-core" content="../py/" />', body=""
        ),
        ".pages/reference/index.html": PAGE.format(head=lesson, body="<!--backsight:reference-->"),
        ".pages/practice/index.html": PAGE.format(head=HEAD.format(up="../"), body=""),
        ".pages/exam/index.html": PAGE.format(head=HEAD.format(up="../"), body=""),
        ".pages/figures/index.html": PAGE.format(head=lesson, body="<!--backsight:figure-->"),
        ".pages/lesson/index.html": PAGE.format(head=lesson, body="<!--backsight:lesson-->"),
        "assets/home-abc.js": "export {};" * 100,
        "theme.js": "document;",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write(directory: Path, processes: int, kept: Path | None = None) -> None:
        (directory / "net.js").write_text("export {};")

    monkeypatch.setattr(payload, "write", write)
    monkeypatch.setattr(site, "LESSONS", None)
    return folder


def names(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*")}


def test_a_bundle_can_be_completed_in_place_again_and_again(bundle: Path) -> None:
    site.write(bundle, bundle)
    first = names(bundle)
    site.write(bundle, bundle)
    assert names(bundle) == first
    assert {"index.html", "404.html", "sandbox/index.html", "assets/home-abc.js.br"} <= first
    (core,) = (name for name in first if name.startswith("py/"))
    assert f'content="../{core}"' in (bundle / "python/index.html").read_text()


def test_a_site_written_before_is_replaced(bundle: Path, tmp_path: Path) -> None:
    directory = tmp_path / "site"
    site.write(directory, bundle)
    before = names(directory)
    (directory / "assets/stale-old.js").write_text("stale")
    site.write(directory, bundle)
    assert names(directory) == before


def test_other_files_are_never_cleared(bundle: Path, tmp_path: Path) -> None:
    mine = tmp_path / "work/lessons/mine.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(SiteError, match="not a site of ours"):
        site.write(tmp_path / "work", bundle)
    assert mine.read_text() == "mine"


def test_a_missing_bundle_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="bundle is missing") as caught:
        site.write(tmp_path / "site", tmp_path)
    assert "make web" in caught.value.remedy
