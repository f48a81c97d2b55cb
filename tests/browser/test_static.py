"""The built site in a folder of a plain web server, with no other network: home, lesson, sandbox and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, Route, expect


@pytest.fixture
def faults(page: Page, folder_url: str) -> list[str]:
    """What goes wrong while a test runs; requests that leave the folder are stopped and noted."""
    wrong: list[str] = []

    def allow(route: Route) -> None:
        if route.request.url.startswith((folder_url, "data:", "blob:")):
            return route.continue_()
        wrong.append(f"left the folder: {route.request.url}")
        route.abort()

    def failed(request: Request) -> None:
        # A page that is left cancels what it had asked for.
        if "ERR_ABORTED" not in (request.failure or ""):
            wrong.append(f"{request.failure}: {request.url}")

    page.context.route("**/*", allow)
    page.on("requestfailed", failed)
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    return wrong


def test_home_lesson_sandbox_and_back(page: Page, folder_url: str, faults: list[str]) -> None:
    page.goto(f"{folder_url}/")
    main = page.get_by_role("main")
    main.locator("a[href*='lessons/']").first.click()
    expect(page).to_have_url(re.compile(rf"^{re.escape(folder_url)}/lessons/[\w-]+/"))
    expect(page.get_by_role("region", name="Stage")).to_be_visible()
    page.get_by_text("The figure as a table").click()
    expect(page.get_by_role("row").filter(has_text=re.compile(r"\d\.\d")).first).to_be_visible()

    page.get_by_role("banner").get_by_role("link", name="Sandbox").click()
    expect(page).to_have_url(re.compile(rf"^{re.escape(folder_url)}/sandbox/"))
    page.get_by_role("button", name="Play").click()
    expect(main).not_to_have_attribute("data-epoch", "0")
    page.get_by_role("button", name="Show me one").click()
    expect(page.get_by_role("region", name="Chain rule").locator("math").first).to_be_attached()

    page.get_by_role("banner").get_by_role("link", name="Guide").click()
    expect(page).to_have_url(re.compile(rf"^{re.escape(folder_url)}/(index\.html)?$"))
    assert faults == []


def test_another_net_is_fetched_from_the_folder(page: Page, folder_url: str, faults: list[str]) -> None:
    page.goto(f"{folder_url}/sandbox/#v=1&data=spiral&hidden=4.3.2&act=softplus&out=squared")
    main = page.get_by_role("main")
    page.get_by_role("button", name="One step").click()
    expect(main).to_have_attribute("data-epoch", "1")
    assert float(main.get_attribute("data-cost") or "nan") > 0
    assert faults == []
