"""A person's own code in the browser: Python comes on demand, differentiates, and can be stopped."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.test_browser_service import NET

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
SLOW = 90_000
"""Milliseconds that Python may take to start on a busy machine."""


class Typed:
    """The page with Python in it, and what went wrong there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", lambda request: self.wrong.append(f"{request.url}: {request.failure}"))
        page.on("request", lambda request: self.requests.append(request.url))

    @property
    def answer(self) -> Any:
        return self.page.get_by_role("region", name="Answer")

    def type(self, source: str, example: str) -> None:
        self.page.get_by_label("Your function").fill(source)
        self.page.get_by_label("Where to look").fill(example)

    def run(self, source: str, example: str) -> None:
        """Run until the answer is whole, an error included."""
        self.type(source, example)
        self.page.get_by_role("button", name="Run").click()
        expect(self.page.locator("main[data-busy=false]")).to_be_visible(timeout=SLOW)

    def slope(self, name: str) -> list[float]:
        text = self.page.locator(f"td[data-gradient={name}]").text_content() or ""
        return [float(n.replace("−", "-")) for n in re.findall(r"[−\d.e+]+", text)]


@pytest.fixture(scope="module")
def typed(browser: Browser, site_url: str) -> Iterator[Typed]:
    """One page for the tests of this file: each leaves Python as it was."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(SLOW)
    opened = Typed(page)
    page.goto(f"{site_url}/python/")
    yield opened
    context.close()


def test_nothing_of_python_is_fetched_before_it_is_asked_for(typed: Typed) -> None:
    typed.page.wait_for_load_state("networkidle")
    heavy = [url for url in typed.requests if re.search(r"pyodide|python\.worker|kernel\.worker|/py/", url)]
    assert heavy == []


def test_python_loads_with_progress_and_differentiates(typed: Typed) -> None:
    source = "import numpy as np\n\ndef cost(w, x):\n    y = np.tanh(w @ x)\n    return (y - 1.0) ** 2\n"
    typed.type(source, "w = [0.5, -0.3]\nx = [1.0, 2.0]")
    typed.page.get_by_role("button", name="Run").click()
    bar = typed.page.get_by_role("progressbar", name="Python")
    expect(bar).to_be_visible()
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"[1-9]\d?"), timeout=SLOW)
    expect(typed.page.locator("main[data-busy=false]")).to_be_visible(timeout=SLOW)
    # y = tanh(-0.1): by hand, so that nothing of ours is its own witness.
    y = math.tanh(-0.1)
    back = 2 * (y - 1) * (1 - y * y)
    assert typed.slope("w") == pytest.approx([back * 1.0, back * 2.0], rel=1e-3)
    assert typed.slope("x") == pytest.approx([back * 0.5, back * -0.3], rel=1e-3)
    assert typed.wrong == []


def test_the_gradient_is_shown_as_numpy_and_runs_as_a_kernel(typed: Typed) -> None:
    typed.run("def f(a, b):\n    return a * a * b", "a = 3.0\nb = 2.0")
    expect(typed.page.get_by_label("The gradient as NumPy")).to_contain_text("def grad_f(a, b):")
    speed = typed.page.locator("[data-speed]").text_content() or ""
    assert float(re.sub(r"\D", "", speed)) > 10_000
    kernel = typed.page.locator("[data-kernel-differs]").get_attribute("data-kernel-differs")
    assert float(kernel or "nan") <= 1e-12
    assert typed.wrong == []


@pytest.mark.parametrize("width", [1280, 390])
def test_no_comment_of_the_code_is_cut_off(typed: Typed, width: int) -> None:
    typed.page.set_viewport_size({"width": width, "height": 720})
    typed.run(
        "import numpy as np\ndef f(a, b):\n    c = np.tanh(a * b)\n    return c * c", "a = 3.0\nb = 2.0"
    )
    code = typed.page.get_by_label("The gradient as NumPy")
    expect(code).to_contain_text("# dc · slopes of * and tanh")
    assert code.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    typed.page.set_viewport_size({"width": 1280, "height": 720})


def test_a_decision_is_told(typed: Typed) -> None:
    typed.run("def f(x):\n    if x > 2:\n        return x * x\n    return 3 * x", "x = 1.0")
    expect(typed.answer).to_contain_text("Line 2 decides")
    assert typed.slope("x") == [3.0]


def test_an_error_shows_the_persons_line(typed: Typed) -> None:
    typed.run("import numpy as np\n\ndef f(x):\n    y = x * 2\n    return np.tahn(y)", "x = 1.0")
    expect(typed.answer.get_by_role("heading")).to_contain_text("Line 5")
    expect(typed.answer).to_contain_text("np.tanh")
    expect(typed.page.get_by_label("Your function")).to_have_attribute("aria-invalid", "true")
    typed.run("def f(x):\n    return x +", "x = 1.0")
    expect(typed.answer.get_by_role("heading")).to_contain_text("Line 2: invalid syntax")
    typed.run("def f(x):\n    return x", "x = 1.0\ny = nothing")
    expect(typed.answer.get_by_role("heading")).to_contain_text("Where to look, line 2")


def test_what_is_printed_is_shown(typed: Typed) -> None:
    typed.run("print('before')\ndef f(x):\n    print('within')\n    return x * x", "x = 1.0")
    expect(typed.answer.get_by_label("What the code printed")).to_contain_text("before")


def test_recursion_without_end_is_an_error_like_others(typed: Typed) -> None:
    typed.run("def f(x):\n    return f(x)", "x = 1.0")
    expect(typed.answer.get_by_role("heading")).to_contain_text("calls itself without end")
    typed.run("def f(x):\n    return x * x", "x = 2.0")
    assert typed.slope("x") == [4.0]


def test_an_endless_loop_is_stopped_and_what_follows_works(typed: Typed) -> None:
    typed.type("def f(x):\n    while True:\n        pass", "x = 1.0")
    typed.page.get_by_role("button", name="Run").click()
    expect(typed.page.locator("main[data-state=running]")).to_be_visible(timeout=SLOW)
    typed.page.get_by_role("button", name="Stop").click()
    expect(typed.answer).to_contain_text("You stopped this")
    expect(typed.page.locator("main[data-state=restarting]")).to_be_visible()
    typed.run("def f(x):\n    return x * x * x", "x = 2.0")
    assert typed.slope("x") == [12.0]
    assert typed.wrong == []


BY_NAME = "import importlib\nopen_named = importlib.import_module\n"
ATTEMPTS = {
    "js, by import": "import js\njs.fetch('/stolen')",
    "js, around our import": f"{BY_NAME}open_named('js').fetch('/stolen')",
    "Pyodide's fetch": f"{BY_NAME}open_named('pyodide.http').open_url('/stolen')",
    "JavaScript as text": f"{BY_NAME}open_named('pyodide.code').run_js('fetch(\"/stolen\")')",
    "a constructor": f"{BY_NAME}open_named('js').setTimeout.constructor('fetch(\"/stolen\")')()",
    "urllib": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1/stolen')",
    "a socket": "import socket\nsocket.create_connection(('127.0.0.1', 80), timeout=1).send(b'stolen')",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_persons_code_reaches_no_network(typed: Typed, attempt: str) -> None:
    before = len(typed.requests)
    typed.run(f"{attempt}\ndef f(x):\n    return x", "x = 1.0")
    expect(typed.answer.get_by_role("heading").first).to_be_visible()
    assert "is 1.000 there" not in (typed.answer.text_content() or "")
    assert [url for url in typed.requests[before:] if "stolen" in url] == []
    typed.wrong.clear()  # the browser says that its policy stopped something


def test_storage_is_out_of_reach(typed: Typed) -> None:
    names = ["fetch", "indexedDB", "caches", "XMLHttpRequest", "WebSocket", "importScripts", "Worker"]
    source = (
        f"import importlib\njs = importlib.import_module('js')\nprint([n for n in {names} if hasattr(js, n)])"
    )
    typed.run(f"{source}\ndef f(x):\n    return x * x", "x = 1.0")
    expect(typed.answer.get_by_label("What the code printed")).to_have_text("[]\n")


ASK = """async ([worker, core, requests]) => {
    const python = new Worker(worker, { type: 'module', name: 'Python' });
    const answers = [];
    await new Promise((resolve, reject) => {
        python.onerror = (event) => reject(new Error(event.message));
        python.onmessage = ({ data }) => {
            if (data.type === 'failed' || data.type === 'broken') reject(new Error(data.message));
            if (data.type === 'answer') answers.push(JSON.parse(data.answer));
            if (answers.length === requests.length) resolve();
            else if (data.type === 'ready' || data.type === 'answer')
                python.postMessage({ type: 'run', id: answers.length, request: requests[answers.length] });
        };
        python.postMessage({ type: 'load', core });
    });
    python.terminate();
    return answers;
}"""


def asked(typed: Typed, *requests: dict[str, Any]) -> list[Any]:
    """Answers to requests that no page shows yet, from the worker that the page itself uses."""
    typed.run("def f(x):\n    return x * x", "x = 2.0")
    (worker,) = {url for url in typed.requests if "/python.worker-" in url}
    core = typed.page.locator("meta[name=backsight-core]").get_attribute("content") or ""
    answers: list[Any] = typed.page.evaluate(ASK, [worker, core, list(requests)])
    return answers


def test_a_wrong_backward_pass_is_found(typed: Typed) -> None:
    """The hidden layer's slope on the way back through a sigmoid output: in Chromium, without NumPy."""
    right = NET.replace("(z2 > 0)", "y * (1 - y)")
    found, fine, silent = asked(
        typed,
        {"kind": "check", "source": NET},
        {"kind": "check", "source": right},
        {"kind": "check", "source": "def forward(w): return w * w"},
    )
    verdict = found["value"]
    line = NET.splitlines().index("    dz2 = dy * (z2 > 0)") + 1
    assert (verdict["ok"], verdict["cause"], verdict["line"]) == (False, "slope", line)
    assert verdict["edge"] == ["y", "z2"]
    assert "ReLU" in verdict["says"]
    assert [a["right"] for a in verdict["adjoints"]][:2] == [True, False]
    assert fine["value"]["ok"] is True
    assert "no function 'backward'" in silent["error"]["message"]
    assert typed.wrong == []


def test_a_gradient_is_explained_there(typed: Typed) -> None:
    source = "import numpy as np\ndef cost(w, x):\n    y = np.tanh(w * x)\n    return (y - 1) ** 2"
    request = {"kind": "explain", "source": source, "example": "w = 0.5\nx = 2.0", "page": True}
    (answer,) = asked(typed, request)
    y = math.tanh(1.0)
    shown = {a["name"]: a["value"]["entries"] for a in answer["value"]["reverse"]}
    assert shown["w"] == pytest.approx(2 * (y - 1) * (1 - y * y) * 2.0, rel=1e-12)
    assert answer["value"]["page"].startswith("<!doctype html>")
    assert typed.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(typed: Typed, scheme: Any) -> None:
    typed.page.emulate_media(color_scheme=scheme)
    found = []
    for source in ("def f(x):\n    return x * x", "def f(x):\n    return x + nothing"):
        typed.run(source, "x = 1.0")
        typed.page.evaluate(AXE.read_text("utf-8"))
        result = typed.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        found += [v["id"] for v in result["violations"] if v["impact"] in ("serious", "critical")]
    assert found == []


def test_the_next_visit_starts_from_what_is_kept(typed: Typed) -> None:
    page = typed.page.context.new_page()
    again = Typed(page)
    page.goto(typed.page.url)
    again.run("def f(x):\n    return x * x", "x = 3.0")
    assert again.slope("x") == [6.0]
    assert page.locator("main").get_attribute("data-snapshot") == "used"
    assert again.wrong == []
    page.close()


def test_without_leave_for_webassembly_it_says_so(browser: Browser, site_url: str) -> None:
    """As on a host that sends one strict policy for every file: no endless wait."""
    context = browser.new_context()
    page = context.new_page()

    def strict(route: Any) -> None:
        response = route.fetch()
        policy = "default-src 'none'; script-src 'self'; connect-src 'self'"
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})

    page.route("**/python.worker-*", strict)
    page.goto(f"{site_url}/python/")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("region", name="Answer")).to_contain_text("does not let Python run", timeout=SLOW)
    expect(page.locator("main[data-state=failed]")).to_be_visible()
    context.close()


def test_it_works_from_a_plain_static_host(page: Page, folder_url: str) -> None:
    there = Typed(page)
    page.goto(f"{folder_url}/python/")
    there.run("import numpy as np\ndef f(x):\n    return np.exp(2 * x)", "x = 0.0")
    assert there.slope("x") == [2.0]
    assert there.wrong == []
