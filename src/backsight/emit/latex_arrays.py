r"""How LaTeX writes each operation on arrays; conventions at the head of `backsight.emit.latex`.

To write a new operation: a map needs the `tex` form of its record. What mathematics has no sign for is a line
in the table `CALLED`. Anything else gets a method `_name(equation, operands)` here. It returns a `Piece`: the
text of the whole array and, if its entries can be written more plainly than `[…]_{ij}`, a function from an
index to the text of one entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from backsight.emit.expressions import Text
from backsight.emit.latex_indices import (
    Index,
    Piece,
    aligned,
    bracketed,
    colons,
    scalar,
    shifted,
    size_tex,
    sizes_tex,
    subscript,
)
from backsight.emit.latex_symbols import symbols
from backsight.emit.products import MatrixProduct, matrix_product
from backsight.emit.tex import OPEN, TexSpeller, fresh_letters, name_tex, number_tex, summed, within
from backsight.ir.op import ATOM, MULTIPLY, POWER, REGISTRY, UNARY, Family
from backsight.ir.program import Atom, Constant, Equation, Program, Shape, Var
from backsight.ops.linalg import read_spec

_SIGNS = {
    "max": r"\max",
    "min": r"\min",
    "prod": r"\prod",
    "all": r"\bigwedge",
    "any": r"\bigvee",
    "var": r"\operatorname*{var}",
    "std": r"\operatorname*{std}",
    "argmax": r"\operatorname*{arg\,max}",
    "argmin": r"\operatorname*{arg\,min}",
}

CALLED: Mapping[str, tuple[str, ...]] = {
    "reshape": ("shape",),
    "stack": ("axis",),
    "concatenate": ("axis",),
    "window": ("sizes", "strides", "dilations"),
    "unwindow": ("sizes", "strides", "dilations"),
    "diagonal": ("offset",),
    "undiagonal": ("offset",),
    "tril": ("k",),
    "triu": ("k",),
    "gather": ("axis", "batch"),
    "scatter": ("axis", "batch"),
    "sort": ("axis",),
    "argsort": ("axis",),
    "searchsorted": (),
    "cumsum": ("axis",),
    "cumprod": ("axis",),
    "recurrence": ("axis",),
    "cholesky": (),
}
"""Operations written as functions with a name, and the parameters that stand below the name."""


class LatexSpeller(TexSpeller):
    longest = 44
    line = 70

    def __init__(self, program: Program) -> None:
        self.program = program
        self.symbols = symbols(program)
        self._taken = {v for v in program.variables() if len(v) == 1}

    # Atoms --------------------------------------------------------------------------------------------------

    def name(self, var: Var) -> Text:
        text = self.symbols[var.name]
        # As the base of a power, a derivative needs parentheses.
        return Piece(text, UNARY if "frac" in text else ATOM, None, var.type.shape)

    def constant(self, value: Constant) -> Text:
        return scalar(number_tex(value.value))

    def entry(self, operand: Text, index: Index) -> Text:
        """One entry of an operand."""
        if isinstance(operand, Piece) and operand.entry is not None:
            return operand.entry(index)
        return Text(f"{bracketed(operand)}{subscript(index)}") if index else operand

    def letters(self, count: int, index: Index = ()) -> list[str]:
        """Index letters that neither a value nor the index around has."""
        return fresh_letters(count, {*self._taken, *index})

    def family(self, shape: Shape, entry: Callable[[Index], Text], index: Index = ()) -> Piece:
        """The array with these entries."""
        if not shape:
            return scalar(entry(()))
        index = index or self._free(shape)
        return Piece(rf"\left({entry(index).text}\right){subscript(index)}", ATOM, entry, shape)

    def _free(self, shape: Shape) -> Index:
        return tuple("0" if dim == 1 else c for dim, c in zip(shape, self.letters(len(shape)), strict=True))

    # Maps ---------------------------------------------------------------------------------------------------

    def spell(self, equation: Equation, operands: Sequence[Text]) -> Text:
        if REGISTRY[equation.op].family is not Family.MAP:
            written = self.special(equation, operands)
            return self.refuse(equation) if written is None else written
        operands = [self._number(t, a, equation) for t, a in zip(operands, equation.inputs, strict=True)]
        whole, shape = super().spell(equation, operands), equation.output.type.shape

        def entry(index: Index) -> Text:
            pieces = [
                self.entry(t, aligned(index, a.type.shape, shape))
                for t, a in zip(operands, equation.inputs, strict=True)
            ]
            # As numbers, so that a product of entries is an ordinary one.
            return TexSpeller.spell(_PLAIN, equation, pieces)

        return Piece(whole.text, whole.strength, entry if shape else lambda index: whole, shape)

    def _number(self, text: Text, a: Atom, equation: Equation) -> Text:
        """Where a truth value is counted as a number, it is an indicator: 1 or 0."""
        condition = equation.op == "where" and a is equation.inputs[0]
        logic = equation.op.startswith("logical") or equation.op in ("eq", "ne") or condition
        if a.type.dtype != "bool" or isinstance(a, Constant) or logic or equation.op == "copy":
            return text
        whole = Text(rf"\mathbf{{1}}\left[{text.text}\right]")
        return Piece(
            whole.text,
            ATOM,
            lambda i: Text(rf"\mathbf{{1}}\left[{self.entry(text, i).text}\right]"),
            a.type.shape,
        )

    def _mul(self, e: Equation, operands: Sequence[Text]) -> Text:
        arrays = all(a.type.shape for a in e.inputs)
        return (
            self.times(operands[0], operands[1], r"\odot") if arrays else self.times(operands[0], operands[1])
        )

    # Contractions and folds ---------------------------------------------------------------------------------

    def _contract(self, e: Equation, operands: Sequence[Text]) -> Text:
        specs, right = read_spec(e.options["spec"])
        shape = e.output.type.shape
        product = matrix_product(specs, right) if all(len(s) <= 2 for s in specs) else None
        if product is not None:
            return self._product(product, e, operands)

        def entry(index: Index) -> Text:
            names = dict(zip(right, index, strict=True))
            inner = [c for c in dict.fromkeys("".join(specs)) if c not in right]
            over = self.letters(len(inner), index)
            names.update(zip(inner, over, strict=True))
            factors = [self.entry(t, [names[c] for c in s]) for t, s in zip(operands, specs, strict=True)]
            body = factors[0]
            for factor in factors[1:]:
                body = self.times(body, factor)
            return summed(over, body)

        return self.family(shape, entry)

    def _product(self, product: MatrixProduct, e: Equation, operands: Sequence[Text]) -> Text:
        """A product of matrices, in which vectors are columns."""
        left, right = product.left, product.right
        ranks = [e.inputs[number].type.rank for number, _ in (left, right)]
        if ranks == [1, 2]:
            left, right = (right[0], not right[1]), (left[0], False)
        if ranks == [1, 1]:
            left, right = (left[0], not product.outer), (right[0], product.outer)
        a, b = (self.factor(operands[number], e.inputs[number], turn) for number, turn in (left, right))
        first, second = within(a, MULTIPLY), within(b, MULTIPLY + 1, after=True)
        close = all(len(re.sub(r"\\top|[_^{}]", "", t)) <= 3 for t in (first, second))
        return Piece(
            rf"{first} {second}" if close else rf"{first} \, {second}", MULTIPLY, None, e.output.type.shape
        )

    def factor(self, text: Text, a: Atom, turned: bool) -> Text:
        """A factor of a matrix product."""
        return Text(rf"{within(text, ATOM)}^{{\top}}", POWER) if turned else text

    def _fold(self, e: Equation, x: Text, sign: Callable[[Index, Text], Text]) -> Text:
        keepdims = e.options["keepdims"]
        axes = e.options["axes"] if "axes" in e.options else (e.options["axis"],)
        inner = e.inputs[0].type.shape
        # Each axis has its letter, whether it is summed over or stays.
        letters = self.letters(len(inner))
        free = ["0" if axis in axes else c for axis, c in enumerate(letters) if keepdims or axis not in axes]

        def entry(index: Index) -> Text:
            over = iter(self.letters(len(axes), index))
            rest = iter(i for axis, i in enumerate(index) if not keepdims or axis not in axes)
            place = [next(over) if axis in axes else next(rest) for axis in range(len(inner))]
            return sign([place[axis] for axis in axes], self.entry(x, place))

        return self.family(e.output.type.shape, entry, free)

    def _sum(self, e: Equation, operands: Sequence[Text]) -> Text:
        x = self._number(operands[0], e.inputs[0], e)
        return self._fold(e, x, summed)

    def _mean(self, e: Equation, operands: Sequence[Text]) -> Text:
        sizes = [e.inputs[0].type.shape[axis] for axis in e.options["axes"]]
        x = self._number(operands[0], e.inputs[0], e)

        def mean(over: Index, body: Text) -> Text:
            return Text(rf"\frac{{1}}{{{size_tex(sizes)}}} {summed(over, body).text}", OPEN) if over else body

        return self._fold(e, x, mean)

    def _signed(self, e: Equation, operands: Sequence[Text]) -> Text:
        """A fold that has a sign or a short name of its own, written as a sum is."""
        return self._fold(e, operands[0], lambda over, body: summed(over, body, _SIGNS[e.op]))

    _max = _min = _prod = _all = _any = _var = _std = _argmax = _argmin = _signed

    def _norm(self, e: Equation, operands: Sequence[Text]) -> Text:
        def length(over: Index, body: Text) -> Text:
            squares = summed(over, Text(f"{within(body, ATOM)}^2", POWER))
            return Text(rf"\sqrt{{{squares.text}}}", ATOM)

        return self._fold(e, operands[0], length)

    def _prod_others(self, e: Equation, operands: Sequence[Text]) -> Text:
        return self.called(e, "others", ",".join(map(str, e.options["axes"])), operands)

    def _log_softmax(self, e: Equation, operands: Sequence[Text]) -> Text:
        return self.called(e, "logsoftmax", str(e.options["axis"]), operands)

    def _logsumexp(self, e: Equation, operands: Sequence[Text]) -> Text:
        def fold(over: Index, body: Text) -> Text:
            return (
                Text(rf"\ln {summed(over, Text(f'e^{{{body.text}}}', MULTIPLY)).text}", OPEN)
                if over
                else body
            )

        return self._fold(e, operands[0], fold)

    def _softmax(self, e: Equation, operands: Sequence[Text]) -> Text:
        shape, axis = e.output.type.shape, e.options["axis"]
        if len(shape) == 1 or axis == len(shape) - 1:
            return Piece(rf"\operatorname{{softmax}}\left({operands[0].text}\right)", ATOM, None, shape)
        index = self._free(shape)
        body = self.entry(operands[0], index).text
        text = rf"\left(\operatorname{{softmax}}_{{{index[axis]}}} {body}\right){subscript(index)}"
        return Piece(text, ATOM, None, shape)

    # Moves --------------------------------------------------------------------------------------------------

    def _transpose(self, e: Equation, operands: Sequence[Text]) -> Text:
        axes = e.options["axes"]

        def entry(index: Index) -> Text:
            return self.entry(operands[0], [index[axes.index(axis)] for axis in range(len(axes))])

        if tuple(axes) == (1, 0):
            turned = self.factor(operands[0], e.inputs[0], True)
            return Piece(turned.text, turned.strength, entry, e.output.type.shape)
        return self.family(e.output.type.shape, entry)

    def _broadcast(self, e: Equation, operands: Sequence[Text]) -> Text:
        (a,), shape = e.inputs, e.options["shape"]

        def entry(index: Index) -> Text:
            return self.entry(operands[0], aligned(index, a.type.shape, shape))

        if a.type.shape or not shape:
            return self.family(shape, entry)
        number = a.value if isinstance(a, Constant) else None
        ones = Text(rf"\mathbf{{{0 if number == 0 else 1}}}_{{{sizes_tex(shape)}}}")
        text = ones if number in (0, 1) else self.times(operands[0], ones)
        return Piece(text.text, text.strength, entry, shape)

    def _expand_dims(self, e: Equation, operands: Sequence[Text]) -> Text:
        axes = e.options["axes"]
        return self.family(
            e.output.type.shape,
            lambda index: self.entry(operands[0], [c for i, c in enumerate(index) if i not in axes]),
        )

    def _squeeze(self, e: Equation, operands: Sequence[Text]) -> Text:
        axes, rank = e.options["axes"], e.inputs[0].type.rank

        def entry(index: Index) -> Text:
            rest = iter(index)
            return self.entry(operands[0], ["0" if i in axes else next(rest) for i in range(rank)])

        return self.family(e.output.type.shape, entry)

    def _index(self, e: Equation, operands: Sequence[Text]) -> Text:
        key = [*e.options["key"]]
        source, x = e.inputs[0], operands[0]
        key += [("slice", 0, None, 1)] * (source.type.rank - sum(item[0] != "new" for item in key))

        def entry(index: Index) -> Text:
            rest = iter(index)
            sizes = iter(source.type.shape)
            place = [
                shifted(item, "" if item[0] == "int" else next(rest), 1 if item[0] == "new" else next(sizes))
                for item in key
            ]
            return self.entry(x, [c for c, item in zip(place, key, strict=True) if item[0] != "new"])

        if all(item[0] == "int" for item in key):
            return scalar(entry(()))
        if all(item[0] == "new" or item == ("slice", 0, None, 1) for item in key):
            return self.family(e.output.type.shape, entry)
        return Piece(rf"{bracketed(x)}_{{{colons(key)}}}", ATOM, entry, e.output.type.shape)

    def _unindex(self, e: Equation, operands: Sequence[Text]) -> Text:
        shape = e.options["shape"]
        key = [*e.options["key"]]
        key += [("slice", 0, None, 1)] * (len(shape) - sum(item[0] != "new" for item in key))
        return self.called(e, "place", colons(key), operands)

    def _dim(self, e: Equation, operands: Sequence[Text]) -> Text:
        return scalar(Text(name_tex(str(e.options["dim"]))))

    def _eye(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Piece(f"I_{{{size_tex(e.output.type.shape[:1])}}}", ATOM, None, e.output.type.shape)

    def _arange(self, e: Equation, operands: Sequence[Text]) -> Text:
        return self.family(e.output.type.shape, lambda index: Text(index[0]))

    # Routines -----------------------------------------------------------------------------------------------

    def _inv(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Piece(f"{within(operands[0], ATOM)}^{{-1}}", POWER, None, e.output.type.shape)

    def _solve(self, e: Equation, operands: Sequence[Text]) -> Text:
        right = within(self.factor(operands[1], e.inputs[1], False), MULTIPLY + 1, after=True)
        return Piece(rf"{within(operands[0], ATOM)}^{{-1}} \, {right}", MULTIPLY, None, e.output.type.shape)

    def _det(self, e: Equation, operands: Sequence[Text]) -> Text:
        return Piece(rf"\det\left({operands[0].text}\right)", ATOM, None, e.output.type.shape)

    def _slogdet_sign(self, e: Equation, operands: Sequence[Text]) -> Text:
        text = rf"\operatorname{{sign}} \det\left({operands[0].text}\right)"
        return Piece(text, MULTIPLY, None, e.output.type.shape)

    def _slogdet_log(self, e: Equation, operands: Sequence[Text]) -> Text:
        text = rf"\ln \left|\det\left({operands[0].text}\right)\right|"
        return Piece(text, MULTIPLY, None, e.output.type.shape)

    # Named functions ----------------------------------------------------------------------------------------

    def special(self, equation: Equation, operands: Sequence[Text]) -> Text | None:
        written = super().special(equation, operands)
        if written is not None or equation.op not in CALLED:
            return written
        values = [equation.options[key] for key in CALLED[equation.op]]
        below = r",\,".join(sizes_tex(v) if isinstance(v, tuple) else str(v) for v in values)
        return self.called(equation, equation.op, below, operands)

    def called(self, e: Equation, name: str, below: str, operands: Sequence[Text]) -> Piece:
        """A function with a name and something below it."""
        arguments = r",\, ".join(t.text for t in operands)
        subscript = f"_{{{below}}}" if below else ""
        text = rf"\operatorname{{{name}}}{subscript}\left({arguments}\right)"
        return Piece(text, ATOM, None, e.output.type.shape)


class _PlainSpeller(TexSpeller):
    def name(self, var: Var) -> Text:
        return Text(name_tex(var.name))


_PLAIN = _PlainSpeller()
