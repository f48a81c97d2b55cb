"""JAX source as a person would write it: the NumPy printer with another table.

What NumPy spells `np.tanh(x)` is `jnp.tanh(x)` here, so a new operation needs nothing in this file unless
JAX has a better name for it, or arrays that cannot be written in place get in the way. Then give the op's
record a `jax` form, or write a method `_name` here that overrides NumPy's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from backsight.emit import jax_arrays
from backsight.emit.expressions import Source, Text
from backsight.emit.jax_arrays import JaxArrayWords
from backsight.emit.numpy import HELPERS, NumpySpeller, key_text
from backsight.emit.python import reserved_names, write_function
from backsight.ir.op import ATOM, REGISTRY, Form
from backsight.ir.program import Equation, Program

_NUMPY = re.compile(r"(?<![\w.])np\.")


def _translated(text: str) -> str:
    return _NUMPY.sub("jnp.", text)


class JaxSpeller(JaxArrayWords, NumpySpeller):
    target = "jax"
    library = "jnp"
    helpers: ClassVar = {
        name: _translated(text) for name, text in {**jax_arrays.OWN, **HELPERS, **jax_arrays.HELPERS}.items()
    }
    reserved = reserved_names(["jax", "jnp", "np", "special", *jax_arrays.OWN, *HELPERS])
    known: ClassVar = {math.pi: Text("jnp.pi")}
    shares_memory = False
    longest = 68  # JAX's names are longer than NumPy's

    def imports(self, source: str) -> Sequence[str]:
        lines = ["import jax"] if re.search(r"\bjax\.", source) else []
        lines.append("import jax.numpy as jnp")
        if re.search(r"(?<![\w.])special\.", source):
            lines.append("from jax.scipy import special")
        return lines

    def form(self, op: str) -> Form | None:
        write = REGISTRY[op].write
        form = write.jax
        if form is not None or write.numpy is None:
            return form
        return replace(write.numpy, template=_translated(write.numpy.template))

    def special(self, equation: Equation, operands: Sequence[Text]) -> Text | None:
        text = super().special(equation, operands)
        return None if text is None else Text(_translated(text.text), text.strength)

    def _logsumexp(self, e: Equation, operands: Sequence[Text]) -> Text:
        return self._fold("jax.nn.logsumexp", e, operands)

    def _softmax(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"jax.nn.softmax({operands[0].text}, axis={e.options['axis']})")

    def _log_softmax(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"jax.nn.log_softmax({operands[0].text}, axis={e.options['axis']})")

    def _unindex(self, e: Equation, operands: Sequence[Text]) -> Text:
        zeros = f"jnp.zeros({self.shape(e.options['shape'])})"
        return Text(f"{zeros}.at[{key_text(e.options['key'])}].add({operands[0].text})", ATOM)


def render_jax(program: Program, *, standalone: bool = True, comments: bool = True) -> Source:
    """The Program as a JAX function, line by line; see `backsight.emit.python.write_function`.

    Its numbers are float32 unless `jax_enable_x64` is set. A Program with decisions runs as it is, but not
    under `jax.jit`, which knows no values.

    Raises:
        EmitError: an operation has no JAX spelling.
    """
    return write_function(program, JaxSpeller(program), standalone=standalone, comments=comments)


def emit_jax(program: Program, *, standalone: bool = True, comments: bool = True) -> str:
    """The source `render_jax` writes, as one string."""
    return render_jax(program, standalone=standalone, comments=comments).text
