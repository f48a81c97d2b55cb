"""The site as a browser meets it: from the server, and as files of any static host in a folder of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="session")
def static_url(built_site: Path) -> Iterator[str]:
    """The written site in a sub-folder of a plain web server that knows nothing of us."""
    root = built_site.parent.parent
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/folder"
    server.shutdown()
    server.server_close()


def lessons() -> list[str]:
    folder = Path(__file__).resolve().parent.parent.parent / "lessons"
    return [f"/lessons/{path.parent.name}/" for path in sorted(folder.glob("*/index.md"))]


ADDRESSES = ["/", "/sandbox/", "/practice/", "/exam/", *lessons()]


def open_watched(page: Page, url: str) -> list[str]:
    """Open a page; returns all that went wrong: bad or foreign requests, errors, what the policy stopped."""
    wrong: list[str] = []
    origin = "/".join(url.split("/")[:3])

    def answered(response: Response) -> None:
        if response.status >= 400:
            wrong.append(f"{response.status} {response.url}")

    page.on("response", answered)
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((origin, "data:", "blob:")) else wrong.append(request.url)
        ),
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(url)
    expect(page.get_by_role("main")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return wrong


@pytest.mark.parametrize("address", ADDRESSES)
def test_served_pages_open_cleanly_under_the_policy(page: Page, site_url: str, address: str) -> None:
    assert open_watched(page, site_url + address) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_of_a_static_host_open_cleanly_from_a_folder(page: Page, static_url: str, address: str) -> None:
    assert open_watched(page, static_url + address) == []


def test_the_sandbox_without_its_slash(page: Page, site_url: str) -> None:
    page.goto(site_url + "/sandbox")
    expect(page).to_have_url(site_url + "/sandbox/")
    expect(page.get_by_role("main")).to_be_visible()


def test_a_wrong_address_leads_home(page: Page, site_url: str) -> None:
    answer = page.goto(site_url + "/lessons/no-such-lesson/at-all")
    assert answer is not None and answer.status == 404
    page.get_by_role("link").click()
    expect(page).to_have_url(site_url + "/")


def test_a_second_visit_asks_for_no_asset_again(page: Page, site_url: str) -> None:
    """What a browser keeps has a transfer size of nothing; see the Resource Timing standard."""
    sizes = "performance.getEntriesByType('resource').map((entry) => [entry.name, entry.transferSize])"
    kept = ("/assets/", "/payload/")
    page.goto(site_url + "/sandbox/")
    page.wait_for_load_state("networkidle")
    first = {url: size for url, size in page.evaluate(sizes) if any(folder in url for folder in kept)}
    assert first and all(first.values())
    page.goto(site_url + "/")
    page.goto(site_url + "/sandbox/")
    page.wait_for_load_state("networkidle")
    again = dict(page.evaluate(sizes))
    assert {url: again[url] for url in first} == dict.fromkeys(first, 0)
