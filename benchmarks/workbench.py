"""The workbench: seconds to the first result, and milliseconds from a keystroke to the derivation drawn anew.

    python -m benchmarks.workbench [--runs 3]

*An example* is what stands there when the page opens: computed when the site was built. *Own code, cold* is a
browser that has never been here, from pressing Run to its derivation; *warm* is the same browser again. The
keystroke moves an input of a function of 200 equations one step; it is measured until the derivation shows
the new numbers and that frame is drawn. *Of code* is Run, so that Python explains all 200 anew.

Python begins to load when the editor is touched, so the cold and the warm case also say for how long the hand
was at it before it pressed Run, and what loading consists of, as the Python worker's own clock has it: the
runtime (fetched, compiled, started), its files, the core's modules, its memory copied for the next start.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.sandbox import record, table, verdict
from tools import served

LONG = 120_000
COLD, WARM, KEYSTROKE = 3.0, 1.2, 0.1
OWN = "def f(x):\n    y = x * x\n    return y * 3"
EQUATIONS = 200
# By the page's own clock: the way from here to the browser takes longer than what is measured.
PRESS = """async (field) => {
  const row = document.querySelector('[data-adjoint=x]');
  const before = row.textContent;
  const begun = performance.now();
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
  while (row.textContent === before) {
    if (performance.now() - begun > 5000) throw new Error('nothing moved');
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""


def long_function(equations: int) -> str:
    """A function of that many equations, each with a name."""
    lines = ["import numpy as np", "def f(x, y):", "    v0 = x * y"]
    step = ("    v{i} = np.sin(v{b}) + x", "    v{i} = v{b} * y")
    lines += [step[i % 2].format(i=i, b=i - 1) for i in range(1, equations)]
    return "\n".join([*lines, f"    return v{equations - 1}"])


def opened(context: BrowserContext, url: str) -> tuple[Page, float]:
    """The page, and seconds until its example is explained."""
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(f"{url}/workbench/")
    page.locator("[data-adjoint]").first.wait_for(timeout=LONG)
    seconds = time.perf_counter() - begun
    page.wait_for_load_state("networkidle")
    return page, seconds


def typed(page: Page, source: str, example: str) -> float:
    """Seconds from touching the editor until all is typed."""
    begun = time.perf_counter()
    for label, text in (("The function", source), ("Where to look", example)):
        page.get_by_role("textbox", name=label).click()
        page.locator("[data-editor]:visible").first.wait_for()
        page.get_by_role("textbox", name=label).press("Control+a")
        page.keyboard.insert_text(text)
    return time.perf_counter() - begun


def answered(page: Page, adjoint: str) -> float:
    """Seconds from pressing Run until the derivation of the typed function stands there."""
    begun = time.perf_counter()
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(f"main[data-busy=false] [data-adjoint={adjoint}]").wait_for(timeout=LONG)
    return time.perf_counter() - begun


def own(page: Page, when: str) -> dict[str, float]:
    """Own code, from Run to its derivation; what was done before, and what loading Python consisted of."""
    typing = typed(page, OWN, "x = 2.0")
    found = {f"own code, {when}": answered(page, "y"), f"  typed before, {when}": typing}
    parts: dict[str, float] = json.loads(page.locator("main").get_attribute("data-loading") or "{}")
    return found | {f"  Python: {part}, {when}": milliseconds / 1000 for part, milliseconds in parts.items()}


def one_round(browser: Browser, url: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, example = opened(context, url)
    found = {"an example, cold": example, **own(page, "cold")}
    page.evaluate("localStorage.clear()")  # else it would open with what was typed
    page.close()
    page, example = opened(context, url)
    found |= {"an example, warm": example, **own(page, "warm")}
    typed(page, long_function(EQUATIONS), "x = 0.7\ny = 0.9")
    found["200 equations, of code"] = answered(page, f"v{EQUATIONS // 2}")
    slider = page.get_by_role("slider", name="x", exact=True)
    times = [slider.evaluate(PRESS) for _ in range(15)]
    found["200 equations, of a number"] = statistics.median(times) / 1000
    context.close()
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workbench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    count = parser.parse_args().runs
    with served.site() as url, served.browser() as browser:
        rounds = [one_round(browser, url) for _ in range(count)]
        cases = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
        record("workbench", browser, {"rounds": count, "seconds": cases})
    table(
        f"The workbench (medians of {count})",
        ["case", "seconds"],
        [[name, f"{seconds:.3f}"] for name, seconds in cases.items()],
    )
    verdict(
        {
            f"own code, cold: {cases['own code, cold']:.2f} s, at most {COLD}": cases["own code, cold"]
            <= COLD,
            f"warm: {cases['own code, warm']:.2f} s, at most {WARM}": cases["own code, warm"] <= WARM,
            "a keystroke in 200 equations: "
            f"{cases['200 equations, of a number'] * 1000:.0f} ms, at most {KEYSTROKE * 1000:.0f}": (
                cases["200 equations, of a number"] <= KEYSTROKE
            ),
        }
    )


if __name__ == "__main__":
    main()
