"""A value in a Program under construction, with Python's operators: derivative rules are written with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from backsight.errors import TraceError
from backsight.ir.builder import Builder
from backsight.ir.program import ArrayType, Atom, Constant, Var


def plain_number(number: float | int | bool) -> float | int | bool:
    """The number as Python's own kind: a subclass, such as NumPy's float64, prints differently."""
    return number if isinstance(number, bool) else int(number) if isinstance(number, int) else float(number)


class Value:
    """An atom together with the Program it is being built into."""

    __slots__ = ("atom", "builder")
    __hash__ = object.__hash__

    def __init__(self, builder: Builder, atom: Atom) -> None:
        self.builder, self.atom = builder, atom

    @property
    def type(self) -> ArrayType:
        return self.atom.type

    @property
    def ndim(self) -> int:
        return self.atom.type.rank

    def like(self, atom: Atom) -> Value:
        """Another value of the same kind in the same Program."""
        return type(self)(self.builder, atom)

    def lift(self, other: Any) -> Atom | None:
        """`other` as an operand, or None if it cannot be one."""
        if isinstance(other, Value):
            return other.atom
        return Constant(plain_number(other)) if isinstance(other, bool | int | float) else None

    def _binary(self, op: str, other: Any, swap: bool = False) -> Any:
        if isinstance(other, Value) and other.builder.level > self.builder.level:
            return other._binary(op, self, not swap)
        atom = self.lift(other)
        if atom is None:
            return NotImplemented
        operands = (atom, self.atom) if swap else (self.atom, atom)
        return self.like(self.builder.apply(op, operands))

    def __add__(self, other: Any) -> Any:
        return self._binary("add", other)

    def __radd__(self, other: Any) -> Any:
        return self._binary("add", other, swap=True)

    def __sub__(self, other: Any) -> Any:
        return self._binary("sub", other)

    def __rsub__(self, other: Any) -> Any:
        return self._binary("sub", other, swap=True)

    def __mul__(self, other: Any) -> Any:
        return self._binary("mul", other)

    def __rmul__(self, other: Any) -> Any:
        return self._binary("mul", other, swap=True)

    def __truediv__(self, other: Any) -> Any:
        return self._binary("div", other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._binary("div", other, swap=True)

    def __pow__(self, other: Any) -> Any:
        return self._binary("pow", other)

    def __rpow__(self, other: Any) -> Any:
        return self._binary("pow", other, swap=True)

    def __mod__(self, other: Any) -> Any:
        return self._binary("mod", other)

    def __rmod__(self, other: Any) -> Any:
        return self._binary("mod", other, swap=True)

    def __floordiv__(self, other: Any) -> Any:
        return self._binary("floor_divide", other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._binary("floor_divide", other, swap=True)

    def __neg__(self) -> Any:
        return apply("neg", self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return apply("abs", self)

    def __lt__(self, other: Any) -> Any:
        return self._binary("lt", other)

    def __le__(self, other: Any) -> Any:
        return self._binary("le", other)

    def __gt__(self, other: Any) -> Any:
        return self._binary("gt", other)

    def __ge__(self, other: Any) -> Any:
        return self._binary("ge", other)

    def __eq__(self, other: Any) -> Any:
        return self._binary("eq", other)

    def __ne__(self, other: Any) -> Any:
        return self._binary("ne", other)


def innermost(operands: Iterable[Any]) -> Value | None:
    """The operand whose Program is being traced innermost; None if no operand is a value of a Program."""
    owner: Value | None = None
    for x in operands:
        if isinstance(x, Value) and (owner is None or x.builder.level > owner.builder.level):
            owner = x
    return owner


def apply(op: str, *operands: Any, **params: Any) -> Any:
    """Append `op` to the Program its operands belong to.

    Raises:
        TraceError: none of the operands is a value of a Program, or one cannot be an operand.
    """
    owner = innermost(operands)
    if owner is None:
        raise TraceError(f"{op} needs at least one traced operand")
    atoms: list[Atom] = []
    for operand in operands:
        atom = owner.lift(operand)
        if atom is None:
            raise TraceError(
                f"{op} cannot take a {type(operand).__name__} as operand",
                remedy="pass it to the function as an argument",
            )
        atoms.append(atom)
    return owner.like(owner.builder.apply(op, atoms, **params))


def is_constant(value: Any, number: float) -> bool:
    """Whether an operand is that number, written into the Program."""
    atom = value.atom if isinstance(value, Value) else value
    return isinstance(atom, Constant) and atom.value == number


Rule = Callable[..., Any]


def variable(atom: Atom) -> Var:
    if not isinstance(atom, Var):
        raise TraceError(f"{atom} is a constant, not a variable")
    return atom
