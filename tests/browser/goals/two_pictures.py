"""What a learner who knows would do on the figure, step by step."""

from __future__ import annotations

import re

THROUGH = re.compile("^through the net")

GOALS = {
    "two-pictures": lambda hands, page: hands.parameter("bias of hidden 1.1", -2.0),
    "layer": lambda hands, page: hands.slide(THROUGH, 1, ["End"]),
    "bend": lambda hands, page: hands.choose(page.get_by_role("group", name="activation"), 2),
    "apart": lambda hands, page: hands.choose(page.get_by_role("group", name="trained from start"), 0),
    "deeper": lambda hands, page: hands.slide(THROUGH, 1, ["End"]),
    "two": lambda hands, page: hands.parameter("bias of output y", -4.0),
}
