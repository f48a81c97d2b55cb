"""Whether KaTeX, which shows the formulas on the pages, can read them: strictly, many in one Node process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.javascript import node

FOLDER = Path(__file__).resolve().parent.parent / "web/node_modules/katex"
DRIVER = """\
const katex = require(process.argv[1]);
const formulas = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const problem = (tex) => {
  try {
    katex.renderToString(tex, { displayMode: true, throwOnError: true, strict: 'error' });
    return '';
  } catch (error) {
    return String(error);
  }
};
process.stdout.write(JSON.stringify(formulas.map(problem)));
"""


def problems(formulas: Sequence[str]) -> list[str]:
    """What KaTeX has against each formula; "" where it renders."""
    run = subprocess.run(
        [node(), "-e", DRIVER, str(FOLDER)],
        input=json.dumps(list(formulas)),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(run.stdout)
    return found
