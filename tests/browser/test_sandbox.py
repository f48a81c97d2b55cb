"""The sandbox as a person uses it: by mouse, by keyboard, on a phone, and by a link from a friend."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

AXE = Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js"
GOOD_CSV = b"length,width,kind\n" + b"".join(
    f"{1 + i % 7},{2 + (i * 5) % 11},{'fig' if i % 3 else 'date'}\n".encode() for i in range(60)
)
BROKEN_CSV = b"length,width,kind\n1,2,fig\n3,oops,date\n"


def root(page: Page) -> Locator:
    return page.locator("main#sandbox")


def open_sandbox(page: Page, address: str = "/sandbox/") -> None:
    page.goto(address)
    expect(root(page)).to_have_attribute("data-ready", "true", timeout=20_000)
    until(lambda: math.isfinite(number(page, "cost")))


def number(page: Page, name: str) -> float:
    """A number that the root element carries, at full precision."""
    return float(root(page).get_attribute(f"data-{name}") or "nan")


def status(page: Page) -> str:
    return root(page).get_attribute("data-status") or ""


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def plot(page: Page) -> Locator:
    return page.get_by_role("application", name=re.compile("^The data"))


def points(page: Page) -> int:
    return int(plot(page).get_attribute("data-points") or -1)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).select_option(label=option)


def step(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^One step:")).click()


def steps(page: Page, count: int) -> None:
    before = number(page, "epoch")
    for done in range(1, count + 1):
        step(page)
        until(lambda done=done: number(page, "epoch") == before + done)  # type: ignore[misc]


def weight(page: Page, start: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^weight from {start}"))


def shown(text: str | None) -> float:
    """A number as the page writes it."""
    return float((text or "").strip().replace("\u2212", "-").replace("=", "").strip())


def test_the_first_press_of_play_learns_the_rings(page: Page) -> None:
    open_sandbox(page)
    choose(page, "Speed", "fast")
    page.get_by_role("button", name=re.compile("^Play")).click()
    until(lambda: number(page, "accuracy") > 0.95)
    page.get_by_role("button", name=re.compile("^(Play|Pause)")).click()
    expect(root(page)).to_have_attribute("data-status", re.compile("paused|done|running"))
    assert number(page, "epoch") > 0


def test_reset_goes_back_to_the_same_start(page: Page) -> None:
    open_sandbox(page)
    first = number(page, "cost")
    steps(page, 3)
    third = number(page, "cost")
    assert third != first
    page.get_by_role("button", name="Back to the same start").click()
    until(lambda: number(page, "epoch") == 0 and number(page, "cost") == first)
    steps(page, 3)
    assert number(page, "cost") == third


def test_points_are_added_moved_and_removed(page: Page) -> None:
    open_sandbox(page)
    before = points(page)
    page.get_by_role("button", name="lemon", exact=True).click()
    area = plot(page)
    # The corner of the plane is empty in rings.
    area.click(position={"x": 44, "y": 24})
    until(lambda: points(page) == before + 1)
    box = area.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 44, box["y"] + 24)
    page.mouse.down()
    page.mouse.move(box["x"] + 70, box["y"] + 30, steps=4)
    page.mouse.up()
    assert points(page) == before + 1
    area.click(position={"x": 70, "y": 30})
    page.keyboard.press("Delete")
    until(lambda: points(page) == before)


def test_a_file_of_ones_own(page: Page) -> None:
    open_sandbox(page)
    picker = page.get_by_label(re.compile("^Your own file"))
    before, cost = points(page), number(page, "cost")
    picker.set_input_files({"name": "broken.csv", "mimeType": "text/csv", "buffer": BROKEN_CSV})
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Line 3")
    expect(alert).to_contain_text("oops")
    assert (points(page), number(page, "cost")) == (before, cost)
    picker.set_input_files({"name": "dates.csv", "mimeType": "text/csv", "buffer": GOOD_CSV})
    until(lambda: points(page) == 60)
    expect(page.get_by_role("button", name="date", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^cost"))).to_be_visible()
    steps(page, 2)


@pytest.mark.parametrize(
    ("width", "height", "hidden"), [(1280, 720, "8.8.4"), (390, 844, "8.8.4"), (390, 844, "4")]
)
def test_what_a_factor_lights_is_in_sight(page: Page, width: int, height: int, hidden: str) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_sandbox(page, f"/sandbox/#v=1&hidden={hidden}")
    page.get_by_role("button", name="Show me one").click()
    page.mouse.move(0, 0)
    verdict = page.get_by_text("the same number that training uses")
    # The net itself has all but left the screen.
    verdict.evaluate("line => line.scrollIntoView({ block: 'end' })")
    expect(page.locator(".figure svg").first).not_to_be_in_viewport(ratio=0.5)
    seen = page.locator(".map")
    expect(seen.locator("svg")).to_be_in_viewport(ratio=1)
    expect(seen.locator(".lit")).to_have_count(0)
    page.get_by_role("list", name="Term 2").get_by_role("button").last.hover()
    expect(seen.locator(".lit")).to_have_count(1)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(seen).to_have_count(1)
    page.evaluate("window.scrollTo(0, 0)")
    expect(seen).to_have_count(0)


def test_an_empty_sheet_says_what_to_do(page: Page) -> None:
    open_sandbox(page)
    page.get_by_text("blank sheet").click()
    expect(root(page)).to_contain_text("Nothing to learn from yet")
    expect(root(page)).not_to_contain_text("NaN")
    plot(page).click(position={"x": 80, "y": 80})
    page.get_by_role("button", name="lemon", exact=True).click()
    plot(page).click(position={"x": 240, "y": 240})
    expect(root(page)).not_to_contain_text("Nothing to learn from yet")
    until(lambda: math.isfinite(number(page, "cost")))
    steps(page, 2)


def test_files_with_more_and_with_fewer_kinds_of_label_follow_each_other(page: Page) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    open_sandbox(page)
    picker = page.get_by_label(re.compile("^Your own file"))
    for kinds in (6, 2, 5):
        rows = "".join(f"{i},{i * i % 7},c{i % kinds}\n" for i in range(60)).encode()
        picker.set_input_files({"name": f"{kinds}.csv", "mimeType": "text/csv", "buffer": rows})
        expect(page.get_by_role("button", name=re.compile(r"^output c\d"))).to_have_count(kinds)
        steps(page, 2)
    assert faults == []


def test_the_net_grows_and_shrinks(page: Page) -> None:
    open_sandbox(page)
    neurons = page.get_by_role("button", name=re.compile(r"^hidden \d"))
    before = neurons.count()
    page.get_by_role("button", name="add a neuron to hidden layer 1").click()
    expect(neurons).to_have_count(before + 1)
    page.get_by_role("button", name="add a hidden layer after hidden layer 1").click()
    expect(page.get_by_role("button", name=re.compile(r"^hidden 2\.1,"))).to_be_visible()
    page.get_by_role("button", name="remove hidden layer 2").click()
    page.get_by_role("button", name="remove hidden layer 1").click()
    expect(neurons).to_have_count(0)
    steps(page, 1)


def test_a_slow_pass(page: Page) -> None:
    open_sandbox(page)
    page.get_by_text("slow motion", exact=True).click()
    group = page.get_by_role("group", name="One pass in slow motion")
    forward = group.get_by_role("button", name="One step forward")
    forward.click()
    expect(group).to_contain_text("Forward, 1 of")
    expect(group).to_contain_text("hidden 1.1 sums up")
    slider = group.get_by_role("slider", name="Place in the pass")
    slider.focus()
    slider.press("End")
    expect(group).to_contain_text(re.compile(r"cost changes by [+\u2212]?[\d.e\u2212]+ per unit of"))
    expect(forward).to_be_disabled()
    group.get_by_role("button", name="Run backwards").click()
    group.get_by_role("button", name="Pause the pass").click()
    group.get_by_role("button", name="One step back").click()
    group.get_by_role("button", name="End slow motion").click()
    expect(group).to_have_count(0)


def test_a_derivation_multiplies_to_the_gradient_and_gives_the_update(page: Page) -> None:
    open_sandbox(page)
    page.get_by_text("How it learns").click()
    choose(page, "Optimiser", "gradient descent")
    weight(page, "x1 to hidden 1.2").focus()
    page.keyboard.press("Enter")
    rule = page.get_by_role("region", name="Chain rule")
    factors = rule.get_by_role("list", name="Factors, cost end first").get_by_role("button")
    expect(factors.first).to_be_visible()
    exact = [float(f.get_attribute("data-number") or "nan") for f in factors.all()]
    read = [shown(f.locator(".number").text_content()) for f in factors.all()]
    gradient = float(rule.get_attribute("data-gradient") or "nan")
    assert math.prod(exact) == pytest.approx(gradient, rel=1e-9)
    assert math.prod(read) == pytest.approx(gradient, rel=2e-3)
    expect(rule).to_contain_text("the same number that training uses")

    for term in rule.get_by_role("list", name=re.compile("^Term")).all():
        parts = [float(f.get_attribute("data-number") or "nan") for f in term.get_by_role("button").all()]
        product = float(term.locator("[data-product]").get_attribute("data-product") or "nan")
        assert math.prod(parts) == pytest.approx(product, rel=1e-9)

    rule.get_by_text(re.compile("paths lead from it")).click()
    products = rule.get_by_role("list", name=re.compile("^Path")).locator("[data-product]")
    expect(products.first).to_be_visible()
    total = sum(float(p.get_attribute("data-product") or "nan") for p in products.all())
    assert total == pytest.approx(gradient, rel=1e-9)

    rule.get_by_text("the whole batch").click()
    update = rule.get_by_label("The update").text_content() or ""
    left, after = update.split("=")
    before, rate, slope = re.findall(
        r"[\u2212\d][\d.e\u2212]*", left.split(":")[-1].replace(" \u2212 ", " ; ")
    )
    assert shown(before) - shown(rate) * shown(slope) == pytest.approx(shown(after), abs=2e-3)
    steps(page, 1)
    field = page.get_by_label("Value of the weight from x1 to hidden 1.2")
    assert shown(field.input_value()) == pytest.approx(shown(after), abs=2e-3)


def test_pointing_at_a_factor_lights_it_on_the_net(page: Page) -> None:
    open_sandbox(page)
    weight(page, "x1 to hidden 1.2").focus()
    page.keyboard.press("Enter")
    page.get_by_role("list", name="Factors, cost end first").get_by_role("button").nth(1).focus()
    expect(page.locator("section.net .neuron.lit")).to_have_count(1)


def test_a_weight_is_dragged_turned_and_typed(page: Page) -> None:
    open_sandbox(page)
    stroke = weight(page, "x1 to hidden 1.1")
    before = number(page, "cost")
    box = stroke.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60, steps=5)
    page.mouse.up()
    field = page.get_by_label("Value of the weight from x1 to hidden 1.1")
    dragged = shown(field.input_value())
    until(lambda: number(page, "cost") != before)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -100)
    until(lambda: shown(field.input_value()) == pytest.approx(dragged + 0.05))
    field.fill("-1.25")
    field.press("Enter")
    expect(stroke).to_have_accessible_name("weight from x1 to hidden 1.1, \u22121.25")


def test_the_copied_script_runs_and_gives_the_gradient(page: Page, tmp_path: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_sandbox(page)
    weight(page, "x2 to hidden 1.3").focus()
    page.keyboard.press("Enter")
    gradient = float(page.get_by_role("region", name="Chain rule").get_attribute("data-gradient") or "nan")
    page.get_by_text("code", exact=True).click()
    for name in ("da1", "dz1", "dW1"):
        expect(page.locator(".line.lit", has_text=f"{name} =")).to_have_count(1)
    page.get_by_role("button", name="Copy as a script").click()
    script = tmp_path / "gradient.py"
    script.write_text(
        page.evaluate("navigator.clipboard.readText()") + "\nprint('here', dW1[1, 2])\n", "utf-8"
    )
    answer = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    found = re.search(r"here (\S+)", answer.stdout)
    assert found is not None
    assert float(found[1]) == pytest.approx(gradient, rel=1e-9)


def test_a_link_to_a_file_asks_for_it(page: Page, browser: Browser, base_url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_sandbox(page)
    file: FilePayload = {"name": "dates.csv", "mimeType": "text/csv", "buffer": GOOD_CSV}
    page.get_by_label(re.compile("^Your own file")).set_input_files(file)
    until(lambda: points(page) == 60)
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    cost = number(page, "cost")
    other = browser.new_context(base_url=base_url).new_page()
    other.goto(link)
    expect(other.get_by_role("button", name="Choose the file")).to_be_visible()
    other.get_by_label(re.compile("^Your own file")).set_input_files(file)
    until(lambda: points(other) == 60 and number(other, "cost") == cost)
    other.context.close()


def test_a_link_restores_start_and_trajectory(page: Page, browser: Browser, base_url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_sandbox(page)
    choose(page, "Hidden neurons", "softplus")
    page.get_by_role("button", name="add a neuron to hidden layer 1").click()
    plot(page).click(position={"x": 44, "y": 24})
    weight(page, "x1 to hidden 1.1").focus()
    for key in ("Enter", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    start = number(page, "cost")
    other = browser.new_context(base_url=base_url).new_page()
    open_sandbox(other, link)
    until(lambda: points(other) == points(page))
    until(lambda: number(other, "cost") == start)
    steps(page, 5)
    steps(other, 5)
    assert number(page, "cost") == number(other, "cost")
    other.context.close()


def test_by_keyboard_alone(page: Page) -> None:
    open_sandbox(page)

    def tab_to(name: str, most: int = 60) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            focus = "document.activeElement"
            at = page.evaluate(f"({focus}.getAttribute('aria-label') ?? {focus}.textContent).trim()")
            if re.match(name, at):
                return
        raise AssertionError(f"Tab never reached {name}")

    tab_to("Play")
    page.keyboard.press("Enter")
    until(lambda: number(page, "epoch") > 5)
    page.keyboard.press("Enter")
    until(lambda: status(page) != "running")

    tab_to("The data")
    before = points(page)
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    until(lambda: points(page) == before + 1)
    page.keyboard.press("Delete")
    until(lambda: points(page) == before)

    tab_to("x1")
    page.keyboard.press("ArrowRight")
    value = page.locator(":focus").get_attribute("aria-label")
    assert value is not None
    assert value.startswith("weight from")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    until(lambda: page.locator(":focus").get_attribute("aria-label") != value)
    expect(page.get_by_role("region", name="Chain rule")).to_be_visible()


def test_overflow_is_named_and_rewound(page: Page) -> None:
    open_sandbox(page)
    page.get_by_text("How it learns").click()
    choose(page, "Optimiser", "gradient descent")
    choose(page, "Hidden neurons", "linear")
    for _ in range(2):
        page.get_by_role("button", name="add a hidden layer after hidden layer 1").click()
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    slider.press("End")
    page.get_by_text("Standardise the inputs").click()
    choose(page, "Speed", "fast")
    page.get_by_role("button", name=re.compile("^Play")).click()
    until(lambda: status(page) == "overflow")
    expect(page.get_by_role("alert")).to_contain_text("first to go")
    page.get_by_role("button", name=re.compile("^Rewind")).click()
    until(lambda: status(page) == "paused" and math.isfinite(number(page, "cost")))


def serious(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        json.dumps({"rule": v["id"], "nodes": [n["html"][:160] for n in v["nodes"][:3]]})
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    open_sandbox(page)
    assert serious(page) == []
    page.get_by_text("How it learns").click()
    page.get_by_text("The data: noise").click()
    weight(page, "x1 to hidden 1.2").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Chain rule")).to_be_visible()
    assert serious(page) == []
    page.get_by_text("slow motion", exact=True).click()
    page.get_by_role("button", name="One step forward").click()
    assert serious(page) == []
    page.get_by_text("code", exact=True).click()
    assert serious(page) == []


def test_a_phone_never_scrolls_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_sandbox(page)

    def fits() -> bool:
        return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    assert fits()
    weight(page, "x1 to hidden 1.2").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Chain rule")).to_be_visible()
    assert fits()
    for view in ("slow motion", "code"):
        page.get_by_text(view, exact=True).click()
        assert fits()
    page.get_by_text("How it learns").click()
    page.get_by_text("The data: noise").click()
    assert fits()
