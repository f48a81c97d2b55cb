"""Integer arithmetic of array indices: polynomials in dimensions and loop variables, in one normal form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from backsight.ir.program import Dim

Monomial: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """A sum of products of symbols with whole coefficients, e.g. `4*r*h + j`. Equal values compare equal."""

    terms: tuple[tuple[Monomial, int], ...] = ()

    def __add__(self, other: Index) -> Index:
        return _collect(chain(self.terms, other.terms))

    def __sub__(self, other: Index) -> Index:
        return self + other * Index.of(-1)

    def __mul__(self, other: Index) -> Index:
        return _collect((tuple(sorted(a + b)), x * y) for a, x in self.terms for b, y in other.terms)

    @staticmethod
    def of(value: Dim) -> Index:
        """A number, or a symbol by its name."""
        if isinstance(value, str):
            return Index((((value,), 1),))
        return Index((((), value),) if value else ())

    @property
    def number(self) -> int | None:
        """The value, if no symbol is in it."""
        if not self.terms:
            return 0
        return self.terms[0][1] if self.terms[0][0] == () and len(self.terms) == 1 else None

    @property
    def symbol(self) -> str | None:
        """The name, if it is exactly one symbol."""
        if len(self.terms) == 1 and self.terms[0][1] == 1 and len(self.terms[0][0]) == 1:
            return self.terms[0][0][0]
        return None

    @property
    def symbols(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(monomial for monomial, _ in self.terms))

    def replace(self, values: Mapping[str, Index]) -> Index:
        """Put indices in the place of symbols."""
        total = ZERO
        for monomial, coefficient in self.terms:
            product = Index.of(coefficient)
            for symbol in monomial:
                product = product * values.get(symbol, Index.of(symbol))
            total = total + product
        return total


def _collect(terms: Iterable[tuple[Monomial, int]]) -> Index:
    sums: dict[Monomial, int] = {}
    for monomial, coefficient in terms:
        sums[monomial] = sums.get(monomial, 0) + coefficient
    return Index(tuple(sorted((m, c) for m, c in sums.items() if c)))


ZERO = Index()
ONE = Index.of(1)


def product(dims: tuple[Dim, ...]) -> Index:
    """The number of elements of a shape."""
    total = ONE
    for dim in dims:
        total = total * Index.of(dim)
    return total


def offset(shape: tuple[Dim, ...], at: tuple[Index, ...]) -> Index:
    """Where an element lies in a row-major array."""
    total = ZERO
    for dim, position in zip(shape, at, strict=True):
        total = total * Index.of(dim) + position
    return total
