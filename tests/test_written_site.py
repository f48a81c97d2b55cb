"""The written site: complete, relative, and only ever over a site of ours."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest

from backsight.errors import SiteError
from backsight.guide import site

HEAD = '<meta name="backsight-payload" content="{up}payload/" /><title>{name}</title>'
PAGE = "<html><head>{head}</head><body>{body}</body></html>"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle as tools/webbuild.py leaves it, in small."""
    folder = tmp_path_factory.mktemp("static")
    script = '<script src="../theme.js"></script>'
    pages = {
        "index.html": PAGE.format(head=HEAD.format(up="", name="home"), body=""),
        "sandbox/index.html": PAGE.format(head=HEAD.format(up="../", name="sandbox") + script, body=""),
        "lesson/index.html": PAGE.format(
            head="<!--backsight:head-->" + script, body="<!--backsight:lesson-->"
        ),
    }
    pages["404.html"] = pages["index.html"]
    for name, text in pages.items():
        path = folder / ".pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "assets").mkdir()
    (folder / "assets/home-abc.js").write_text("export {};" * 100)
    (folder / "theme.js").write_text("document;")
    return folder


@pytest.fixture(scope="module")
def written(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    site.write(directory, bundle)
    return directory


def pages(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*.html") if path.name != "404.html"]


def test_every_page_finds_the_payload(written: Path) -> None:
    assert len(pages(written)) > 2
    for page in pages(written):
        address = re.search(r'<meta name="backsight-payload" content="([^"]*)"', page.read_text())
        assert address is not None, page
        assert [*(page.parent / address[1]).glob("*.js")], page


def test_every_address_is_relative_and_leads_somewhere(written: Path) -> None:
    for page in pages(written):
        for address in re.findall(r'(?:src|href)="([^"#]+)', page.read_text()):
            assert not re.match(r"/|\w+:", address), f"{page}: {address}"
            assert (page.parent / address).exists(), f"{page}: {address}"


def test_lessons_have_their_pages(written: Path) -> None:
    for source in (Path(__file__).parent.parent / "lessons").glob("*/index.md"):
        page = (written / "lessons" / source.parent.name / "index.html").read_text()
        assert "<!--backsight:" not in page
        assert '<script type="application/json" id="lesson-data">' in page
        assert 'src="../../theme.js"' in page


def test_compressed_neighbours_say_the_same(written: Path) -> None:
    found = [*written.rglob("*.br")]
    assert found
    for path in found:
        content = path.with_suffix("").read_bytes()
        assert brotli.decompress(path.read_bytes()) == content
        assert gzip.decompress(path.with_suffix(".gz").read_bytes()) == content


def test_nothing_hidden_is_published(written: Path) -> None:
    assert [path.name for path in written.rglob(".*")] == [site.MARK]


def test_it_is_the_same_whatever_machine_wrote_it(written: Path) -> None:
    here = str(Path(__file__).resolve().parent.parent).encode()
    for path in written.rglob("*"):
        assert path.is_dir() or here not in path.read_bytes(), path


def test_writing_again_replaces_and_gives_the_same_names(bundle: Path, written: Path) -> None:
    before = {path.relative_to(written) for path in written.rglob("*")}
    (written / "assets/stale-old.js").write_text("stale")
    site.write(written, bundle)
    assert {path.relative_to(written) for path in written.rglob("*")} == before


def test_other_files_are_never_cleared(bundle: Path, tmp_path: Path) -> None:
    mine = tmp_path / "lessons" / "mine.md"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(SiteError, match="not a site of ours"):
        site.write(tmp_path, bundle)
    assert mine.read_text() == "mine"


def test_a_missing_bundle_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="bundle is missing") as caught:
        site.write(tmp_path / "site", tmp_path)
    assert "make web" in caught.value.remedy
