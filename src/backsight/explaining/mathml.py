"""The TeX that our formulas are written in, as MathML: browsers set it without any script of ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from html import escape

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[^\s]")
_LIVE = re.compile(r"\\live\{([^{}]*)\}")
_SPACES = {",": "0.17em", ":": "0.22em", " ": "0.25em", ";": "0.28em", "quad": "1em", "qquad": "2em"}


def _table(names: str, signs: str) -> dict[str, str]:
    return dict(zip(names.split(), signs.split(), strict=True))


_OPERATORS = _table(
    r"odot cdot times le leq ge geq ne neq lt gt lor vee land wedge lnot neg to ldots dots pm circ ast",
    r"⊙    ·    ×     ≤  ≤   ≥  ≥   ≠  ≠   <  >  ∨   ∨   ∧    ∧     ¬    ¬   →  …     …    ±  ∘    ∗",
) | _table(
    r"lfloor rfloor lceil rceil lvert rvert lVert rVert langle rangle { } | mid _ % & in otimes oplus bmod",
    r"⌊      ⌋      ⌈     ⌉     |     |     ‖     ‖     ⟨      ⟩      { } ‖ |   _ % & ∈  ⊗      ⊕     mod",
)
_LETTERS = _table("partial infty top ell nabla varphi varepsilon", "∂ ∞ ⊤ ℓ ∇ φ ε")
_LARGE = {"sum": "∑", "prod": "∏", "max": "max", "min": "min", "argmax": "argmax", "argmin": "argmin"}
_ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~", "dot": "˙", "overline": "¯"}
_UPRIGHT = {"mathrm", "operatorname", "text", "mathtt", "mathbf", "mathit", "mathsf"}
_BRACKETS = {"pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "cases": ("{", "")}
_OPEN, _CLOSE = "([⌊⌈⟨{", ")]⌋⌉⟩}"


def mathml(tex: str, *, block: bool = False, live: Mapping[str, str] | None = None) -> str:
    """A `<math>` element; the TeX goes along as its annotation, for who copies the formula.

    Args:
        live: by key, the number that `\\live{key}` stands for: an element of its own, marked with the key.
    """
    display = ' display="block"' if block else ""
    numbers = {key: _signed(text) for key, text in (live or {}).items()}
    body = _Reader(tex, numbers).row()
    tex = _LIVE.sub(lambda found: numbers[found[1]], tex)
    note = f'<annotation encoding="application/x-tex">{escape(tex)}</annotation>'
    return f"<math{display}><semantics><mrow>{body}</mrow>{note}</semantics></math>"


def _signed(text: str) -> str:
    """A factor: a negative number stands in parentheses."""
    return f"({text})" if text.startswith("-") else text


class _Reader:
    """Reads TeX by recursive descent. What it does not know it writes as a word: nothing is lost silently."""

    def __init__(self, tex: str, live: Mapping[str, str] | None = None) -> None:
        # Text keeps its spaces: it is taken out of the stream of tokens as a whole.
        self._texts: list[str] = []
        self._live = live or {}
        kept = re.sub(r"\\text\{([^{}]*)\}", self._keep, _LIVE.sub(self._keep_live, tex))
        self.tokens = _TOKEN.findall(kept)
        self.position = 0

    def _keep(self, match: re.Match[str]) -> str:
        self._texts.append(match[1])
        return rf" \kept {{{len(self._texts) - 1}}}"

    def _keep_live(self, match: re.Match[str]) -> str:
        self._texts.append(match[1])
        return rf" \moving {{{len(self._texts) - 1}}}"

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def row(self, *ends: str) -> str:
        """Items up to one of the tokens `ends`, which is left in place."""
        items: list[str] = []
        while self.peek() and self.peek() not in ends:
            sign = self.peek() in ("-", "+") and _expects_operand(items[-1] if items else "")
            item = self.scripted()
            items.append(item.replace("<mo>", '<mo form="prefix">', 1) if sign else item)
        return "".join(items)

    def scripted(self) -> str:
        """An item with what stands below and above it."""
        large = self.peek()[1:] in _LARGE and self.peek().startswith("\\")
        base, below, above = self.item(), "", ""
        while self.peek() in ("_", "^"):
            if self.take() == "_":
                below = self.group()
            else:
                above = self.group()
        if not below and not above:
            return base
        under, over, both = ("munder", "mover", "munderover") if large else ("msub", "msup", "msubsup")
        tag = both if below and above else under if below else over
        return f"<{tag}>{base or '<mrow></mrow>'}{below}{above}</{tag}>"

    def group(self) -> str:
        """An argument: what is in braces, or the next item."""
        if self.peek() != "{":
            return self.item()
        self.take()
        body = self.row("}")
        self.take()
        return f"<mrow>{body}</mrow>"

    def item(self) -> str:
        token = self.peek()
        if token == "{":
            return self.group()
        self.take()
        if token.startswith("\\"):
            return self.command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{escape(token)}</mi>"
        return _operator({"-": "−", "*": "∗", "'": "′"}.get(token, token))

    def command(self, name: str) -> str:
        if name in ("frac", "dfrac", "tfrac"):
            return f"<mfrac>{self.group()}{self.group()}</mfrac>"
        if name == "sqrt":
            return f"<msqrt>{self.group()}</msqrt>"
        if name in ("underset", "overset"):
            script, base = self.group(), self.group()
            return f"<m{name[:-3]}>{base}{script}</m{name[:-3]}>"
        if name == "left":
            return self.fenced()
        if name == "begin":
            return self.environment(self.word())
        if name == "kept":
            return f"<mtext>{escape(self._texts[int(self.word())])}</mtext>"
        if name == "moving":
            return self.number(self._texts[int(self.word())])
        if name in _UPRIGHT:
            return self.upright(name)
        if name in _ACCENTS:
            return f'<mover accent="true">{self.group()}<mo stretchy="false">{_ACCENTS[name]}</mo></mover>'
        return self.symbol(name)

    def number(self, key: str) -> str:
        """A number that a script may write anew."""
        body = _Reader(self._live[key]).row()
        return f'<mrow data-live="{escape(key, quote=True)}" data-form="factor">{body}</mrow>'

    def symbol(self, name: str) -> str:
        if name in _SPACES:
            return f'<mspace width="{_SPACES[name]}"/>'
        letter = _LETTERS.get(name) or _greek(name)
        if letter:
            upright = ' mathvariant="normal"' if name in ("partial", "infty", "top", "nabla") else ""
            return f"<mi{upright}>{letter}</mi>"
        if name in _LARGE:
            sign = _LARGE[name]
            return (
                f"<mo>{sign}</mo>"
                if len(sign) == 1
                else f'<mo movablelimits="false" lspace="0.17em">{sign}</mo>'
            )
        if name in _OPERATORS:
            return _operator(_OPERATORS[name])
        return f'<mi mathvariant="normal">{escape(name)}</mi><mo>&#x2061;</mo>'

    def word(self) -> str:
        """The letters in braces."""
        self.take()
        letters = []
        while self.peek() not in ("}", ""):
            letters.append(self.take().removeprefix("\\"))
        self.take()
        return "".join(letters)

    def upright(self, name: str) -> str:
        text = escape(self.word())
        if name == "mathbf":
            bold = "".join(chr(0x1D7CE + int(c)) if c.isdecimal() else c for c in text)
            return f'<mi class="bold" mathvariant="normal">{bold}</mi>'
        applied = "<mo>&#x2061;</mo>" if name == "operatorname" and self.peek() not in ("_", "^") else ""
        return f'<mi mathvariant="normal">{text}</mi>{applied}'

    def fence(self) -> str:
        token = self.take()
        sign = _OPERATORS.get(token[1:], token[1:]) if token.startswith("\\") else token
        return "" if sign == "." else sign

    def fenced(self) -> str:
        first = self.fence()
        body = self.row(r"\right")
        self.take()
        last = self.fence()
        left = f'<mo stretchy="true" form="prefix">{escape(first)}</mo>' if first else ""
        right = f'<mo stretchy="true" form="postfix">{escape(last)}</mo>' if last else ""
        return f"<mrow>{left}{body}{right}</mrow>"

    def environment(self, name: str) -> str:
        rows: list[list[str]] = [[]]
        while self.peek() not in (r"\end", ""):
            rows[-1].append(self.row("&", r"\\", r"\end"))
            if self.peek() == r"\\":
                rows.append([])
            if self.peek() in ("&", r"\\"):
                self.take()
        self.take()
        self.word()
        body = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows if row)
        left, right = _BRACKETS.get(name, ("", ""))
        opened = f'<mo stretchy="true" form="prefix">{left}</mo>' if left.strip() else ""
        closed = f'<mo stretchy="true" form="postfix">{right}</mo>' if right.strip() else ""
        return f"<mrow>{opened}<mtable>{body}</mtable>{closed}</mrow>"


def _expects_operand(before: str) -> bool:
    """Whether a minus after this item is a sign, not a difference."""
    return not before or (before.startswith("<mo") and "postfix" not in before)


def _operator(sign: str) -> str:
    if sign in _OPEN:
        return f'<mo stretchy="false" form="prefix">{escape(sign)}</mo>'
    if sign in _CLOSE:
        return f'<mo stretchy="false" form="postfix">{escape(sign)}</mo>'
    if sign == ",":
        return '<mo separator="true">,</mo>'
    return f"<mo>{escape(sign)}</mo>"


def _greek(name: str) -> str:
    """The Greek letter of that name, or ""."""
    case = "SMALL" if name.islower() else "CAPITAL"
    spelled = name.upper().replace("LAMBDA", "LAMDA")  # as Unicode has it
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {spelled}")
    except KeyError:
        return ""
