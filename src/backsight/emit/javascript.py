"""Loops as JavaScript: a module of kernels, as web/src/engine/payload.ts describes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from math import isinf, isnan
from pathlib import PurePath

from backsight.emit.javascript_helpers import SCALARS, needed
from backsight.emit.javascript_routines import ROUTINES, SHARED
from backsight.errors import EmitError
from backsight.ir.op import ADD, ATOM, MULTIPLY, REGISTRY, UNARY, Family, Form
from backsight.ir.program import Origin, Program, Shape
from backsight.lower import LoopProgram, lower
from backsight.lower.index import Index, Monomial
from backsight.lower.loops import (
    HIGH,
    LOW,
    Apply,
    Buffer,
    Call,
    Expression,
    Fill,
    Let,
    LetIndex,
    LetWhole,
    Load,
    Local,
    Loop,
    Note,
    Number,
    Run,
    Statement,
    Store,
    Update,
    Whole,
)

RESERVED = frozenset(
    [
        "adopt",
        "arguments",
        "arrays",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "create",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "eval",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "power",
        "private",
        "protected",
        "public",
        "return",
        "run",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
        "Float64Array",
        "Infinity",
        "Math",
        "NaN",
        "RangeError",
        "undefined",
    ]
)

CONDITIONS = {"where": 1, "logical_and": 2, "logical_or": 2, "logical_xor": 2, "logical_not": 1}
"""How many of an operation's first operands are true or false rather than numbers."""

TRUTHS = frozenset(
    [
        *("lt", "le", "gt", "ge", "eq", "ne"),
        *("isnan", "isinf", "isfinite"),
        *("logical_and", "logical_or", "logical_xor", "logical_not"),
    ]
)
"""Operations whose JavaScript is true or false rather than a number."""

CONDITION = 7
"""How tightly `a < b` binds when it is asked for as a condition; see backsight.ir.op.COMPARE."""

HELPERS = {
    "adopt": """\
/** The caller's array of that name, or a new one. */
function adopt(arrays, name, length) {
  const array = arrays[name] ?? new Float64Array(length);
  if (array.length !== length) throw new RangeError(`${name} needs ${length} numbers, not ${array.length}`);
  return array;
}""",
    **SCALARS,
    **SHARED,
    **ROUTINES,
}
DECLARED = frozenset(
    name for text in HELPERS.values() for name in re.findall(r"^(?:const|function) (\w+)", text, re.M)
)
"""What helpers call themselves: no variable of a kernel may."""

BRANCH_FREE = {
    "relu": Form("(Math.abs({0}) < 8e307 ? 0.5 * ({0} + Math.abs({0})) : Math.max({0}, 0))", ATOM, (ATOM,)),
}
"""Forms that do not branch on a sign; exact, as are the rare other cases.

Only where there are loops inside a row: no processor can predict the signs of many units, but it soon knows
those of the few units in a kernel without.
"""

TEXT = tuple[str, int]
"""Written text and how tightly it binds."""


def emit_javascript(program: Program, *, mode: str = "fused", rows: str | None = None, **bind: int) -> str:
    """A module with one kernel, named after the Program.

    Raises:
        EmitError: an operation has no JavaScript form.
    """
    if mode not in ("fused", "inspect"):
        raise EmitError(f"there is no mode {mode!r}", remedy='use "fused" or "inspect"')
    for e in program.equations:
        op = REGISTRY[e.op]
        if (op.family is Family.MAP and op.write.js is None) or (
            op.family is Family.ROUTINE and op.name not in ROUTINES
        ):
            raise EmitError(
                f"javascript cannot express the operation {e.op!r}",
                origin=e.origin,
                remedy="write that line with operations that javascript knows, or choose another target",
            )
    kernel = lower(program, rows=rows, mode="inspect" if mode == "inspect" else "fused", bind=bind)
    return emit_module({program.name: kernel}, f"{program.name}, written by backsight")


def emit_module(kernels: Mapping[str, LoopProgram | Sequence[LoopProgram]], header: str) -> str:
    """An ES module that exports each kernel under its name.

    Of several LoopPrograms for one name the first serves any size; the others are the same Program with more
    dimensions bound, and are taken where they fit.

    Raises:
        EmitError: an operation has no JavaScript form.
    """
    bodies = []
    for name, programs in kernels.items():
        whole, *special = programs if isinstance(programs, Sequence) else (programs,)
        names = {_variant(name, whole, p): p for p in special}
        bodies += [_Kernel(n, p).text(exported=False) for n, p in names.items()]
        bodies.append(_Kernel(name, whole, names).text())
    helpers = needed(bodies, HELPERS)
    head = "\n".join(f"// {line}".rstrip() for line in header.splitlines())
    return "\n\n".join([head, *helpers, *bodies]) + "\n"


class _Kernel:
    """Prints one kernel."""

    def __init__(
        self, name: str, program: LoopProgram, variants: Mapping[str, LoopProgram] | None = None
    ) -> None:
        self.name, self.program, self.variants = name, program, variants or {}
        self.branch_free = _has_inner_loops(program)
        self.dims = {_identifier(d) for d in program.dims}
        self.lines: list[str] = []
        self.depth = 0
        self.temporaries = 0

    def text(self, exported: bool = True) -> str:
        program = self.program
        self._open(f"{'export ' if exported else ''}const {_identifier(self.name)} = {{")
        self._line(f"name: {_quote(self.name)},")
        self._ports()
        self._line(f"dims: [{', '.join(map(_quote, program.dims))}],")
        self._line(f"rows: {_quote(program.rows) if program.rows else 'null'},")
        dims = f"{{ {', '.join(map(self._dim, program.dims))} }}" if program.dims else "_dims"
        self._open(f"create({dims}, arrays = {{}}) {{")
        for name, variant in self.variants.items():
            self._variant(name, variant)
        for buffer in program.buffers:
            self._allocate(buffer)
        for buffer_name, value in program.constants:
            self._line(f"{_identifier(buffer_name)}.fill({_number(value)[0]});")
        for function in program.functions:
            parameters = ", ".join(map(_identifier, function.parameters))
            self._open(f"function {_identifier(function.name)}({parameters}) {{")
            self._statements(function.body)
            self._close()
        self._open("return {")
        ports = [f"{_quote(b.port)}: {_identifier(b.name)}" for b in program.buffers if b.port]
        self._line(f"arrays: {{ {', '.join(ports)} }},")
        window = f"{LOW} = 0, {HIGH} = {_identifier(program.rows)}" if program.rows else ""
        self._open(f"run({window}) {{")
        self._statements(program.body)
        for end in ("},", "};", "},", "};"):
            self._close(end)
        return "\n".join(self.lines)

    def _dim(self, dim: str) -> str:
        return dim if dim == _identifier(dim) else f"{dim}: {_identifier(dim)}"

    def _variant(self, name: str, variant: LoopProgram) -> None:
        """Leave it to the variant where its sizes are the ones asked for."""
        more = [(d, size) for d, size in variant.bound if d in self.program.dims]
        fits = " && ".join(f"{_identifier(d)} === {size}" for d, size in more)
        self._line(
            f"if ({fits}) return {name}.create({{ {', '.join(map(self._dim, variant.dims))} }}, arrays);"
        )

    def _ports(self) -> None:
        self._open("ports: [")
        for b in self.program.buffers:
            if b.port:
                shape = _shape(b.shape)
                self._line(f"{{ name: {_quote(b.port)}, shape: {shape}, role: {_quote(b.role)} }},")
        self._close("],")

    def _allocate(self, buffer: Buffer) -> None:
        name, length = _identifier(buffer.name), self._index(buffer.length)[0]
        if buffer.port:
            self._line(f"const {name} = adopt(arrays, {_quote(buffer.port)}, {length});")
        else:
            self._line(f"const {name} = new Float64Array({length});")

    # --- statements ---------------------------------------------------------------------------------------

    def _line(self, text: str) -> None:
        self.lines.append("  " * self.depth + text)

    def _open(self, text: str) -> None:
        self._line(text)
        self.depth += 1

    def _close(self, text: str = "}") -> None:
        self.depth -= 1
        self._line(text)

    def _statements(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, s: Statement) -> None:
        match s:
            case Note():
                self._line(f"// {s.text}{_place(s.origins)}")
            case Let():
                self._line(
                    f"{'let' if s.changes else 'const'} {_identifier(s.name)} = {self._value(s.value)};"
                )
            case LetIndex():
                self._line(f"const {_identifier(s.name)} = {self._index(s.value)[0]};")
            case LetWhole():
                stop, span = self._index(s.stop)[0], self._index(s.stop - s.start, ATOM)[0]
                self._line(f"const {_identifier(s.name)} = {stop} - {span} % {s.step};")
            case Update():
                self._update(_identifier(s.name), s.op, s.value)
            case Store():
                place = f"{_identifier(s.buffer)}[{self._index(s.at)[0]}]"
                if s.op is None:
                    self._line(f"{place} = {self._value(s.value)};")
                else:
                    self._update(place, s.op, s.value)
            case Fill():
                name = _identifier(s.buffer)
                # Not .fill(): for the short arrays of small nets the call costs more than the work.
                self._line(f"for (let i = 0; i < {name}.length; i++) {name}[i] = {_number(s.value)[0]};")
            case Call():
                arguments = ", ".join(self._index(a)[0] for a in s.arguments)
                self._line(f"{_identifier(s.function)}({arguments});")
            case Run():
                if s.name not in ROUTINES:
                    raise EmitError(f"{s.name} has no JavaScript form")
                operands = ", ".join(map(_identifier, s.operands))
                sizes = ", ".join(self._index(a)[0] for a in s.sizes)
                self._line(f"{s.name}([{operands}], {_identifier(s.output)}, [{sizes}]);")
            case Loop():
                self._loop(s)

    def _update(self, place: str, op: str, value: Expression) -> None:
        if op == "add":
            self._line(f"{place} += {self._value(value)};")
        elif op == "mul":
            self._line(f"{place} *= {self._value(value)};")
        elif op in ("maximum", "minimum"):
            self._line(f"{place} = Math.{op[:3]}({place}, {self._value(value)});")
        else:
            raise EmitError(f"there is no accumulation by {op} in JavaScript")

    def _loop(self, s: Loop) -> None:
        variable = _identifier(s.variable)
        step = f"{variable}++" if s.step == 1 else f"{variable} += {s.step}"
        start, stop = self._index(s.start)[0], self._index(s.stop)[0]
        self._open(f"for (let {variable} = {start}; {variable} < {stop}; {step}) {{")
        self._statements(s.body)
        self._close()

    # --- expressions --------------------------------------------------------------------------------------

    def _value(self, expression: Expression) -> str:
        return self._write(expression, 0)

    def _write(self, expression: Expression, need: int) -> str:
        text, strength = self._number_text(expression)
        return text if strength >= need else f"({text})"

    def _number_text(self, e: Expression) -> TEXT:
        match e:
            case Number():
                return _number(e.value)
            case Local():
                return _identifier(e.name), ATOM
            case Load():
                return f"{_identifier(e.buffer)}[{self._index(e.at)[0]}]", ATOM
            case Whole():
                return self._index(e.index)
            case Apply():
                if e.op in TRUTHS:
                    condition = self._condition(e, 0)
                    # A plus is compiled without a branch.
                    return (
                        (f"+({condition})", UNARY) if self.branch_free else (f"({condition} ? 1 : 0)", ATOM)
                    )
                return self._apply(e)

    def _condition(self, e: Expression, need: int) -> str:
        """The expression as true or false."""
        if isinstance(e, Number):
            return "true" if e.value else "false"
        if isinstance(e, Apply) and e.op in TRUTHS:
            text, strength = self._apply(e)
        else:
            text, strength = f"{self._write(e, ADD)} !== 0", CONDITION
        return text if strength >= need else f"({text})"

    def _apply(self, e: Apply) -> TEXT:
        form = self._form(e)
        texts = []
        for position, operand in enumerate(e.inputs):
            if position < CONDITIONS.get(e.op, 0):
                texts.append(self._condition(operand, form.need(position)))
            elif form.template.count(f"{{{position}}}") > 1 and not isinstance(operand, Number | Local):
                texts.append(self._named(operand))
            else:
                texts.append(self._write(operand, form.need(position)))
        params = {key: _number(value)[0] for key, value in e.params}
        return form.template.format(*texts, **params), form.strength

    def _form(self, e: Apply) -> Form:
        if e.op == "pow":
            return _power_form(e.inputs[1])
        if self.branch_free and e.op in BRANCH_FREE:
            return BRANCH_FREE[e.op]
        form = REGISTRY[e.op].write.js
        if form is None:
            raise EmitError(f"{e.op} has no JavaScript form")
        return form

    def _named(self, operand: Expression) -> str:
        """The operand in a local of its own, for a template that repeats it."""
        value = self._value(operand)
        self.temporaries += 1
        name = f"_{self.temporaries}"
        self._line(f"const {name} = {value};")
        return name

    def _index(self, index: Index, need: int = 0) -> TEXT:
        if not index.terms:
            return "0", ATOM
        terms = sorted(index.terms, key=lambda t: (t[1] < 0, -len(t[0]), self._order(t[0])))
        text = ""
        for monomial, coefficient in terms:
            sign = " - " if coefficient < 0 else " + " if text else ""
            text += (sign if text else sign.strip()) + self._monomial(monomial, abs(coefficient))
        factors = len(terms[0][0]) + (abs(terms[0][1]) != 1)
        strength = ADD if len(terms) > 1 else UNARY if terms[0][1] < 0 else MULTIPLY if factors > 1 else ATOM
        return (text, strength) if strength >= need else (f"({text})", ATOM)

    def _monomial(self, monomial: Monomial, coefficient: int) -> str:
        symbols = [_identifier(s) for s in sorted(monomial, key=lambda s: (s in self.dims, s))]
        return " * ".join([str(coefficient), *symbols] if coefficient != 1 or not symbols else symbols)

    def _order(self, monomial: Monomial) -> tuple[str, ...]:
        return monomial


def _variant(name: str, whole: LoopProgram, special: LoopProgram) -> str:
    sizes = [f"{d}_{size}" for d, size in special.bound if d in whole.dims]
    return _identifier("_".join([name, *sizes]))


def _has_inner_loops(program: LoopProgram) -> bool:
    loops = [s for s in program.body if isinstance(s, Loop)]
    return bool(program.functions) or any(isinstance(s, Loop) for loop in loops for s in loop.body)


def _power_form(exponent: Expression) -> Form:
    """Small constant powers as products; others as a call."""
    if isinstance(exponent, Number) and not isinstance(exponent.value, bool):
        products = {2: Form("{0} * {0}", MULTIPLY), 3: Form("{0} * {0} * {0}", MULTIPLY), 1: Form("{0}")}
        if exponent.value in products:
            return products[int(exponent.value)]
        if exponent.value == -1:
            return Form("1 / {0}", MULTIPLY, (MULTIPLY + 1,))
        return Form("Math.pow({0}, {1})")
    return Form("power({0}, {1})")


def _number(value: float | int | bool) -> TEXT:
    number = float(value)
    if isnan(number):
        return "NaN", ATOM
    text = "Infinity" if isinf(number) else repr(abs(number)).removesuffix(".0")
    negative = number < 0 or (number == 0 and str(number)[0] == "-")
    return (f"-{text}", UNARY) if negative else (text, ATOM)


def _identifier(name: str) -> str:
    return f"{name}_" if name in RESERVED or name in DECLARED else name


def _quote(text: str) -> str:
    return json.dumps(text)


def _shape(shape: Shape) -> str:
    return f"[{', '.join(str(d) if isinstance(d, int) else _quote(d) for d in shape)}]"


def _place(origins: Sequence[Origin]) -> str:
    """Where it was written: the line itself if it is one, else the lines' numbers."""
    if not origins:
        return ""
    if len(origins) == 1:
        source = " ".join(origins[0].text.split())
        return f"  ({PurePath(origins[0].file).name}:{origins[0].line}: {source})"
    lines: dict[str, list[str]] = {}
    for origin in origins:
        lines.setdefault(PurePath(origin.file).name, []).append(str(origin.line))
    places = (f"{file}:{', '.join(numbers)}" for file, numbers in lines.items())
    return f"  ({'; '.join(places)})"
