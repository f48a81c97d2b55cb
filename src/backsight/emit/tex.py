"""TeX that every formula shares: names, numbers, and elementwise operations with their parentheses.

`backsight.emit.latex` writes whole arrays with it, `backsight.explaining.symbols` single entries. A new map
needs only the `tex` form of its record.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from fractions import Fraction

from backsight.emit.expressions import Speller, Text
from backsight.ir.op import ADD, ATOM, MULTIPLY, POWER, REGISTRY, UNARY, Form
from backsight.ir.program import Constant, Equation

OPEN = ADD - 1
"""How tightly a sum over an index binds: what follows it would be taken for a part of it."""

LETTERS = "ijklmpqrsuvhabcdfgotwxyz"
_GREEK = frozenset(
    re.findall(
        r"\w+",
        """alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi pi rho sigma tau upsilon phi chi
        psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega""",
    )
)
_WRITTEN_OUT = {"lam": r"\lambda", "eps": r"\epsilon", "cost": "C", "loss": "L"}
_ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde", "dot": r"\dot"}
_WORD = re.compile(r"([^\W\d]+?)(\d*)", re.UNICODE)
_TALL = re.compile(r"\\(frac|sum|max|begin|underset|left)(?![A-Za-z])")
_INVISIBLE = re.compile(r"\\(left|right|begin\{\w+\}|end\{\w+\}|operatorname|mathrm|mathbf|top|,)|[{}^_& ]")


def name_parts(name: str) -> tuple[str, tuple[str, ...]]:
    """A name's letter (or word) and its subscripts, as TeX: W1 is W and 1, theta_next is θ and next."""
    words = [w for w in name.split("_") if w]
    if not words:
        return r"\_", ()
    match = _WORD.fullmatch(words[0])
    stem, digits = (match[1], match[2]) if match else (words[0], "")
    accent = next((a for a in _ACCENTS if stem.endswith(a) and len(stem) == len(a) + 1), "")
    tex = _stem(stem.removesuffix(accent)) if accent else _stem(stem)
    subscripts = [digits] if digits else []
    for word in words[1:]:
        if word in _ACCENTS and not accent:
            accent = word
        else:
            subscripts.append(word if word.isdigit() else _stem(word))
    return (f"{_ACCENTS[accent]}{{{tex}}}" if accent else tex), tuple(subscripts)


def _stem(word: str) -> str:
    if word in _WRITTEN_OUT:
        return _WRITTEN_OUT[word]
    if word in _GREEK:
        return f"\\{word}"
    if not word.isascii():
        greek = unicodedata.name(word, "").rsplit(" ", 1)[-1].lower() if len(word) == 1 else ""
        return f"\\{greek}" if greek in _GREEK else rf"\text{{{word}}}"
    return word if len(word) == 1 and word.isalpha() else rf"\mathrm{{{word}}}"


def name_tex(name: str) -> str:
    """A variable's name in mathematical type."""
    stem, subscripts = name_parts(name)
    return f"{stem}_{{{','.join(subscripts)}}}" if subscripts else stem


def number_tex(number: float | int | bool, digits: int = 6) -> Text:
    """A number; powers of ten where it is very large or small, a fraction where it is one exactly."""
    if isinstance(number, bool):
        return Text(rf"\mathrm{{{str(number).lower()}}}")
    if math.isnan(number):
        return Text(r"\mathrm{NaN}")
    if math.isinf(number):
        return Text(r"\infty") if number > 0 else Text(r"-\infty", UNARY)
    ratio = Fraction(number).limit_denominator(1000)
    if len(repr(number)) > 10 and ratio.denominator > 1 and float(ratio) == number and digits >= 6:
        sign = "-" if number < 0 else ""
        return Text(rf"{sign}\frac{{{abs(ratio.numerator)}}}{{{ratio.denominator}}}", UNARY)
    mantissa, _, exponent = f"{number + 0.0:.{digits}g}".partition("e")
    if exponent:
        power = f"10^{{{int(exponent)}}}"
        if mantissa == "1":
            return Text(power, POWER)
        return Text(rf"{mantissa} \times {power}", MULTIPLY)
    return Text(mantissa, UNARY if mantissa.startswith("-") else ATOM)


def within(text: Text, need: int, *, after: bool = False) -> str:
    """The text, in parentheses if it binds too weakly, or has a minus sign right `after` another sign."""
    if text.strength >= need and not (after and text.text.startswith("-")):
        return text.text
    return rf"\left({text.text}\right)" if _TALL.search(text.text) else f"({text.text})"


def fresh_letters(count: int, taken: Collection[str]) -> list[str]:
    """Index letters that are not in use."""
    used = set("".join(taken))
    return [c for c in LETTERS if c not in used][:count]


class TexSpeller(Speller):
    """Elementwise operations: an op's `tex` form, or a method `_name` where signs need care."""

    target = "latex"
    longest = line = 10_000

    def width(self, text: Text) -> int:
        return len(re.sub(r"\\[A-Za-z]+", "x", _INVISIBLE.sub("", text.text)))

    def constant(self, value: Constant) -> Text:
        return number_tex(value.value)

    def form(self, op: str) -> Form | None:
        return REGISTRY[op].write.tex

    def spell(self, equation: Equation, operands: Sequence[Text]) -> Text:
        written = self.special(equation, operands)
        if written is not None:
            return written
        form = self.form(equation.op)
        return self.refuse(equation) if form is None else self.filled(form, equation, operands)

    def filled(self, form: Form, equation: Equation, operands: Sequence[Text]) -> Text:
        """An op's template with its operands in place."""
        pieces = [within(t, form.need(i)) for i, t in enumerate(operands)]
        options = {k: number_tex(v).text if isinstance(v, float) else v for k, v in equation.params}
        return Text(form.template.format(*pieces, **options), form.strength)

    def times(self, left: Text, right: Text, sign: str = r"\,") -> Text:
        """A product; a dot where two numbers would run together."""
        second = within(right, MULTIPLY, after=True)
        sign = r"\cdot" if sign == r"\," and second[:1].isdigit() else sign
        return Text(f"{within(left, MULTIPLY)} {sign} {second}", MULTIPLY)

    def _mul(self, e: Equation, operands: Sequence[Text]) -> Text:
        return self.times(operands[0], operands[1])

    def _add(self, e: Equation, operands: Sequence[Text]) -> Text:
        return _joined(operands[0], operands[1], "+", ADD)

    def _sub(self, e: Equation, operands: Sequence[Text]) -> Text:
        return _joined(operands[0], operands[1], "-", ADD + 1)

    def _custom(self, e: Equation, operands: Sequence[Text]) -> Text:
        return operands[0]  # the value as it was computed; only its slope is another's

    def _neg(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Text(f"-{within(operands[0], MULTIPLY, after=True)}", ADD)

    def _div(self, e: Equation, operands: Sequence[Text]) -> Text:
        above, below = operands
        return Text(rf"\frac{{{above.text}}}{{{below.text}}}", UNARY)


def summed(over: Sequence[str], body: Text, sign: str = r"\sum") -> Text:
    """A sum (or another fold) over index letters."""
    return Text(rf"{sign}_{{{','.join(over)}}} {within(body, MULTIPLY)}", OPEN) if over else body


def _joined(left: Text, right: Text, sign: str, need: int) -> Text:
    """A sum or difference; a sum over an index may stand last in it without parentheses."""
    if right.strength == OPEN:
        return Text(f"{within(left, ADD)} {sign} {right.text}", OPEN)
    return Text(f"{within(left, ADD)} {sign} {within(right, need, after=True)}", ADD)
