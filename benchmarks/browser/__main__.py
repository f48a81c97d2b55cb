"""The emitted training kernel against hand-written JavaScript, interleaved in one page of headless Chromium.

python -m benchmarks.browser [--rounds N]

An epoch is the gradient over all points and one update by gradient descent. Prints medians and ratios, writes
them to benchmarks/results/browser.json. Fails where two contenders do not reach the same weights, or the
shipped kernel misses its target: level with hand-written code on the small net, 1.6 times it on the large.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import platform
import re
import tempfile
import threading
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import sync_playwright

from backsight.api import trace
from backsight.emit.javascript import emit_module
from backsight.guide.payload import training_kernels
from backsight.ir.program import ArrayType, Program
from backsight.lower import lower
from backsight.models import training
from backsight.models.nets import Activation, Net
from backsight.transforms import gradient, simplify
from tools import chromium

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results" / "browser.json"
FORMULAS = {
    "sigmoid": (r"1 / (1 + Math.exp(-\1))", r"\2 * \1 * (1 - \1)"),
    "relu": (r"(\1 > 0 ? \1 : 0)", r"(\1 > 0 ? \2 : 0)"),
}
NOISE = 0.02
"""What the same pair of contenders differs by from run to run on a quiet machine."""

SHIPPED = "emitted, as shipped"
NETS: tuple[dict[str, Any], ...] = (
    {"widths": [2, 3, 2], "n": 100, "epochs": 200, "rate": 0.5, "target": 1.0},
    {"widths": [2, 32, 32, 2], "n": 1000, "epochs": 1, "rate": 0.1, "target": 1.6},
)


def gradient_program(net: Net) -> Program:
    return simplify(gradient(simplify(net.program()), net.parameters, name="net_gradient").program)


def update_program() -> Program:
    vector = ArrayType(("p",))
    return simplify(trace(training.gd, vector, vector, ArrayType()))


def write_page(folder: Path) -> None:
    """Everything the page loads."""
    (folder / "index.html").write_text("<!doctype html><script type=module src=page.js></script>")
    (folder / "page.js").write_text((HERE / "page.js").read_text())
    template = (HERE / "by_hand.js").read_text()
    for activation, (act, slope) in FORMULAS.items():
        text = re.sub(r"ACT\((\w+)\)", act, template)
        text = re.sub(r"SLOPE\((\w+), (\w+)\)", slope, text)
        (folder / f"by_hand_{activation}.js").write_text(text)


def write_kernels(folder: Path, activation: Activation, widths: list[int]) -> dict[str, str]:
    """The emitted contenders: name to file."""
    net = Net(len(widths) - 2, activation, "squared")
    program = gradient_program(net)
    shipped = training_kernels(program, net.depth)
    variants = {
        SHIPPED: shipped["gradient22"],
        "emitted, hidden widths open": shipped["gradient22"][:1],
        "emitted, all widths open": shipped["gradient"],
    }
    files = {}
    for number, (name, kernel) in enumerate(variants.items()):
        files[name] = f"{net.id}-{number}.js"
        kernels = {"gradient": kernel, "update": [lower(update_program())]}
        (folder / files[name]).write_text(emit_module(kernels, name))
    return files


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves the page without a line per request, and isolated: that gives it a clock of 5 microseconds."""

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def run(rounds: int) -> list[dict[str, Any]]:
    """Measure every net in one browser."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_page(folder)
        handler = functools.partial(QuietHandler, directory=name)
        with (
            http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
            sync_playwright() as playwright,
        ):
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = playwright.chromium.launch(**chromium.launch_options())
            found = []
            for net in NETS:
                for activation in FORMULAS:
                    emitted = write_kernels(folder, activation, net["widths"])  # type: ignore[arg-type]
                    spec = {
                        **net,
                        "activation": activation,
                        "emitted": emitted,
                        "rounds": rounds,
                        "warm": 1500,
                    }
                    page = browser.new_page()
                    page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
                    page.wait_for_load_state("load")
                    contenders = page.evaluate("spec => measure(spec)", spec)
                    found.append(summary(spec, contenders))
                    report(found[-1])
                    page.close()
            version = browser.version
            browser.close()
            server.shutdown()
    write(found, version)
    return found


def summary(spec: dict[str, Any], contenders: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians, and ratios to the first contender.

    `ratio` is the median over rounds of the two rates of a round; `undisturbed` compares 90th percentiles,
    rounds in which nothing else on the machine took the processor away.
    """
    first = contenders[0]["rates"]
    return {
        "net": "-".join(map(str, spec["widths"])),
        "points": spec["n"],
        "activation": spec["activation"],
        "target": spec["target"],
        "contenders": [
            {
                "name": c["name"],
                "epochs_per_second": round(median(c["rates"]), 1),
                "ratio": round(median(a / b for a, b in zip(c["rates"], first, strict=True)), 3),
                "undisturbed": round(_quick(c["rates"]) / _quick(first), 3),
                "difference_after_50_epochs": c["difference"],
            }
            for c in contenders
        ],
    }


def _quick(rates: list[float]) -> float:
    return quantiles(rates, n=10)[-1]


def report(result: dict[str, Any]) -> None:
    print(f"\n{result['net']}, {result['points']} points, {result['activation']}")
    print(f"{'':32}{'epochs/s':>12}{'ratio':>8}{'undisturbed':>13}{'difference':>12}")
    for c in result["contenders"]:
        print(
            f"{c['name']:32}{c['epochs_per_second']:12,.0f}{c['ratio']:8.2f}{c['undisturbed']:13.2f}"
            f"{c['difference_after_50_epochs']:12.1e}"
        )


def write(results: list[dict[str, Any]], version: str) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    about = {"browser": f"Chromium {version}", "machine": platform.machine(), "results": results}
    RESULTS.write_text(json.dumps(about, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=400)
    missed = [fault for result in run(parser.parse_args().rounds) for fault in faults(result)]
    print("\n" + ("\n".join(missed) or "every target is met"))
    raise SystemExit(bool(missed))


def faults(result: dict[str, Any]) -> list[str]:
    """What does not hold: equal weights, or the shipped kernel's target against the first contender."""
    case = f"{result['net']} {result['activation']}"
    found = [
        f"{case}: {c['name']} reached other weights"
        for c in result["contenders"]
        if not c["difference_after_50_epochs"] < 1e-10
    ]
    shipped = next(c for c in result["contenders"] if c["name"] == SHIPPED)
    if shipped["ratio"] < result["target"] - NOISE:
        found.append(f"{case}: {shipped['ratio']:.2f} of hand-written, the target is {result['target']}")
    return found


if __name__ == "__main__":
    main()
