"""How a test does what a person does: by mouse, by keyboard alone, or by touch on a phone."""

from __future__ import annotations

import math
import re

from playwright.sync_api import Locator, Page, expect


def point_at(row: Locator) -> None:
    """Until it is lit: a figure that is still loading may move the row away from under the pointer."""
    for _ in range(10):
        row.hover()
        try:
            expect(row).to_have_attribute("data-lit", "", timeout=2_000)
            return
        except AssertionError:
            row.page.mouse.move(0, 0)
    expect(row).to_have_attribute("data-lit", "")


class Mouse:
    """Points, clicks and drags; types only where one types."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.click()

    def choose(self, group: Locator, index: int) -> None:
        group.locator("label").nth(index).click()

    def write(self, field: Locator, text: str) -> None:
        field.click()
        field.fill(text)

    def select(self, field: Locator, index: int) -> None:
        field.select_option(index=index)

    def dial(self, name: str, value: float, low: float, high: float) -> None:
        """Drag a dial's needle round to a value."""
        face = self.page.get_by_role("slider", name=name).locator("circle").first.bounding_box()
        assert face is not None
        angle = math.radians(-135 + 270 * (value - low) / (high - low))
        x, y = face["x"] + face["width"] / 2, face["y"] + face["height"] / 2
        self.page.mouse.move(x, y - 30)
        self.page.mouse.down()
        self.page.mouse.move(x + 40 * math.sin(angle), y - 40 * math.cos(angle), steps=6)
        self.page.mouse.up()

    def slide(self, name: str | re.Pattern[str], fraction: float, keys: list[str]) -> None:
        """Click on a slider's line."""
        track = self.page.get_by_role("slider", name=name)
        box = track.bounding_box()
        assert box is not None
        track.click(position={"x": 11 + fraction * (box["width"] - 22), "y": 14})

    def weight(self, name: str, by: float) -> None:
        """Drag a weight: forty pixels are one unit."""
        box = self.page.get_by_role("slider", name=name).bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + 20
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x, y - 40 * by, steps=6)
        self.page.mouse.up()

    def pull(self, name: str, by: float, keys: list[str]) -> None:
        """Drag what stands at a slider's grip sideways, by pixels."""
        grip = self.page.get_by_role("slider", name=name).locator(".grip").bounding_box()
        assert grip is not None
        x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by, y, steps=6)
        self.page.mouse.up()

    def code(self, label: str, text: str) -> None:
        """Put other code into a cell, as from a clipboard; the first touch brings the editor."""
        self.reach_code(label)
        editor = self.page.locator(".cm-content:focus")
        editor.wait_for()
        self.page.keyboard.press("Control+a")
        editor.evaluate(
            "(element, text) => { const clipboardData = new DataTransfer();"
            "clipboardData.setData('text/plain', text);"
            "const how = { clipboardData, bubbles: true, cancelable: true };"
            "element.dispatchEvent(new ClipboardEvent('paste', how)); }",
            text,
        )

    def reach_code(self, label: str) -> None:
        self.page.get_by_role("textbox", name=label).click()

    def edge(self, target: Locator) -> None:
        """Click on a stroke of the net, not on what else its box covers."""
        self.page.mouse.click(*self.near_start(target))

    def near_start(self, path: Locator) -> tuple[float, float]:
        x, y = path.evaluate(
            "path => { const at = path.getPointAtLength(path.getTotalLength() * 0.08).matrixTransform("
            "path.getScreenCTM()); return [at.x, at.y]; }"
        )
        return x, y

    def parameter(self, name: str, by: float) -> None:
        """Drag a weight or bias of the net: fifty pixels are one unit."""
        box = self.page.get_by_role("button", name=re.compile("^" + re.escape(name))).bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x, y - 50 * by, steps=6)
        self.page.mouse.up()

    def fruit(self, name: re.Pattern[str]) -> None:
        self.page.get_by_role("radio", name=name).click()

    def start(self, number: int) -> None:
        """Pick a start of the atlas."""
        self.page.locator(f"#start-{number}").click()


class Keyboard(Mouse):
    """Nothing but keys."""

    def reach(self, target: Locator) -> None:
        target.wait_for()
        for _ in range(120):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def reach_code(self, label: str) -> None:
        self.page.get_by_role("textbox", name=label).wait_for()
        for _ in range(120):
            # An editor lies in a shadow root: what has the focus is its host.
            if self.page.evaluate("!!document.activeElement?.closest('.editor')"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("Tab never reaches the code")

    def choose(self, group: Locator, index: int) -> None:
        radios = group.get_by_role("radio")
        chosen = next((i for i, radio in enumerate(radios.all()) if radio.is_checked()), 0)
        self.reach(radios.nth(chosen))
        self.page.keyboard.press("Space")
        for _ in range(abs(index - chosen)):
            self.page.keyboard.press("ArrowDown" if index > chosen else "ArrowUp")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def select(self, field: Locator, index: int) -> None:
        self.reach(field)
        for _ in range(index):
            self.page.keyboard.press("ArrowDown")

    def dial(self, name: str, value: float, low: float, high: float) -> None:
        slider = self.page.get_by_role("slider", name=name)
        self.reach(slider)
        for _ in range(60):
            now = float(slider.get_attribute("aria-valuenow") or "nan")
            if abs(now - value) < 0.026:
                return
            self.page.keyboard.press("ArrowUp" if now < value else "ArrowDown")
        raise AssertionError(f"{name} never came to {value}")

    def slide(self, name: str | re.Pattern[str], fraction: float, keys: list[str]) -> None:
        self.reach(self.page.get_by_role("slider", name=name))
        for key in keys:
            self.page.keyboard.press(key)

    def pull(self, name: str, by: float, keys: list[str]) -> None:
        self.slide(name, 0, keys)

    def weight(self, name: str, by: float) -> None:
        self.reach(self.page.get_by_role("slider", name=name))
        for _ in range(round(abs(by) * 10)):
            self.page.keyboard.press("ArrowUp" if by > 0 else "ArrowDown")

    def edge(self, target: Locator) -> None:
        """Tab into the net, then walk over its rows of stops: neurons, weights, neurons …"""
        self.reach(self.page.get_by_role("group", name="The net.").locator("[tabindex='0']"))
        for key in ["Home", *["ArrowRight"] * 3, *["ArrowDown"] * 4]:
            if target.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press(key)
        self.page.keyboard.press("Enter")

    def parameter(self, name: str, by: float) -> None:
        """Column by column, each from its top, until the arrow keys reach it; then Enter, up or down."""
        target = self.page.get_by_role("button", name=re.compile("^" + re.escape(name)))
        self.reach(self.page.get_by_role("group", name="The net.").locator("[tabindex='0']"))
        for column in range(9):
            for key in ["Home", *["ArrowRight"] * column, *["ArrowDown"] * 5]:
                if target.evaluate("element => element === document.activeElement"):
                    break
                self.page.keyboard.press(key)
        self.page.keyboard.press("Enter")
        for _ in range(round(abs(by) * 10)):
            self.page.keyboard.press("ArrowUp" if by > 0 else "ArrowDown")
        self.page.keyboard.press("Enter")

    def fruit(self, name: re.Pattern[str]) -> None:
        wanted = self.page.get_by_role("radio", name=name)
        self.reach(self.page.locator("[role=radio][tabindex='0']"))
        for _ in range(8):
            if wanted.get_attribute("aria-checked") == "true":
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError("the fruit was never picked")

    def start(self, number: int) -> None:
        self.reach(self.page.locator("[role=gridcell][tabindex='0']"))
        at = int(
            (self.page.locator("[role=gridcell]:focus").get_attribute("id") or "").removeprefix("start-")
        )
        down, right = (number - 1) // 20 - (at - 1) // 20, (number - 1) % 20 - (at - 1) % 20
        for _ in range(abs(down)):
            self.page.keyboard.press("ArrowDown" if down > 0 else "ArrowUp")
        for _ in range(abs(right)):
            self.page.keyboard.press("ArrowRight" if right > 0 else "ArrowLeft")
        self.page.keyboard.press("Enter")


class Thumb(Keyboard):
    """Taps on a phone; what is dragged there moves by a handle's keys, which no scale of pixels disturbs."""

    def reach(self, target: Locator) -> None:
        target.scroll_into_view_if_needed()
        target.focus()

    def press(self, target: Locator) -> None:
        target.tap()

    def reach_code(self, label: str) -> None:
        self.page.get_by_role("textbox", name=label).tap()

    def choose(self, group: Locator, index: int) -> None:
        group.locator("label").nth(index).tap()

    def write(self, field: Locator, text: str) -> None:
        field.tap()
        field.fill(text)

    def select(self, field: Locator, index: int) -> None:
        field.select_option(index=index)

    def edge(self, target: Locator) -> None:
        target.scroll_into_view_if_needed()
        self.page.touchscreen.tap(*self.near_start(target))

    def fruit(self, name: re.Pattern[str]) -> None:
        self.page.get_by_role("radio", name=name).tap()

    def start(self, number: int) -> None:
        self.page.locator(f"#start-{number}").tap()

    def parameter(self, name: str, by: float) -> None:
        """Drag it with a real touch: fifty pixels are one unit."""
        target = self.page.get_by_role("button", name=re.compile("^" + re.escape(name)))
        target.evaluate("element => element.scrollIntoView({ block: 'center' })")
        box = target.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch = self.page.context.new_cdp_session(self.page)
        for share in range(9):
            kind = "touchStart" if share == 0 else "touchMove"
            point = {"x": x, "y": y - 50 * by * share / 8}
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        touch.detach()
