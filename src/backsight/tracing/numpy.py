"""Tracing plain Python and NumPy by example: run the function once on Tracers and record what it does.

Operators and NumPy's own protocols are recorded. A Python `if` on a traced value takes the example's branch,
and the Program remembers it as a guard. Whatever would turn a traced value into a plain number is refused,
because its gradient would be lost silently.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backsight.errors import BacksightError, InPlaceError, LostGradientError, TraceError
from backsight.ir.evaluate import to_array
from backsight.ir.program import Atom, Constant, Guard, Program, Var
from backsight.ops.shapes import show
from backsight.ops.value import Value, innermost, plain_number
from backsight.tracing.builder import TraceBuilder
from backsight.tracing.functions import ACCUMULATIONS, FUNCTIONS, REDUCTIONS, reshape, transpose
from backsight.tracing.functions.common import Table, values
from backsight.tracing.functions.picking import outer_of
from backsight.tracing.functions.remedies import instead
from backsight.tracing.indexing import read
from backsight.tracing.names import IN_PLACE, METHODS, PERCENT, VIEWS, WRITERS
from backsight.tracing.rewriting import out_of_place
from backsight.tracing.source import user_origin
from backsight.tracing.standing import current


def _in_place_operator(name: str) -> Callable[[Any, Any], Any]:
    def operate(self: Tracer, other: Any) -> Any:
        from backsight.tracing.writing import added

        return added(self, getattr(operator, name)(self, other))

    return operate


def is_basic(keys: Sequence[Any]) -> bool:
    """Whether NumPy's answer to such a key is a view: numbers, slices, new axes."""
    return all(k is None or k is Ellipsis or isinstance(k, int | slice) for k in keys)


def _writing(name: str, target: Any) -> Callable[..., None] | None:
    from backsight.tracing.writing import writes

    return writes(name, target)


def _view(base: Tracer, read: Callable[[Any], Any], write: Callable[[Any], None], key: Any = None) -> Any:
    from backsight.tracing.writing import viewed

    return viewed(base, read, write, key)


def _in_place(what: str) -> InPlaceError:
    """A refusal with the line to write instead of the user's."""
    origin = user_origin()
    return InPlaceError(what, origin=origin, remedy=out_of_place(origin.text if origin else ""))


class Tracer(Value):
    """A value being recorded. Behaves like a NumPy array in expressions."""

    __slots__ = ()
    __hash__ = object.__hash__
    __array_priority__ = 1000.0
    builder: TraceBuilder

    # Operands -----------------------------------------------------------------------------------------------

    def lift(self, other: Any) -> Atom | None:
        other = current(other)
        if isinstance(other, Tracer) and other.builder is not self.builder:
            return self.builder.borrow(other)
        atom = super().lift(other)
        if atom is not None:
            return atom
        if hasattr(other, "shape") and hasattr(other, "tolist"):
            if other.shape == ():
                return Constant(other.tolist())
            return self.builder.capture(other)
        if isinstance(other, list | tuple) and other and not has_tracer(other):
            return self.builder.capture(other)
        return None

    def example(self) -> Any:
        """What the value is on the example; None if it depends on an input that has none."""
        if isinstance(self.atom, Constant):
            return self.atom.value
        return self.builder.examples.value(self.atom, self.builder.inputs, self.builder.equations)

    def _step(self, build: Callable[[], Any]) -> Any:
        """Build one call of the user's, which may take several equations: the last one gets the name."""
        builder = self.builder
        locate = builder.locate
        origin, name = locate() if locate else (None, "")
        before = len(builder.equations)
        builder.locate = lambda: (origin, "")
        try:
            result = located(build)
        finally:
            builder.locate = locate
        if len(builder.equations) == before or not name:
            return result  # a value as it was, which others may hold
        if isinstance(result, Tracer) and isinstance(result.atom, Var) and result.builder is builder:
            return result.like(builder.name_last(result.atom, name))
        return result

    def __matmul__(self, other: Any) -> Any:
        if not isinstance(other, Tracer) and self.lift(other) is None:
            return NotImplemented
        return record(FUNCTIONS["matmul"], "@", (self, other), {})

    def __rmatmul__(self, other: Any) -> Any:
        if self.lift(other) is None:
            return NotImplemented
        return record(FUNCTIONS["matmul"], "@", (other, self), {})

    def __and__(self, other: Any) -> Any:
        return record(FUNCTIONS["bitwise_and"], "&", (self, other), {})

    def __rand__(self, other: Any) -> Any:
        return record(FUNCTIONS["bitwise_and"], "&", (other, self), {})

    def __or__(self, other: Any) -> Any:
        return record(FUNCTIONS["bitwise_or"], "|", (self, other), {})

    def __ror__(self, other: Any) -> Any:
        return record(FUNCTIONS["bitwise_or"], "|", (other, self), {})

    def __xor__(self, other: Any) -> Any:
        return record(FUNCTIONS["bitwise_xor"], "^", (self, other), {})

    def __rxor__(self, other: Any) -> Any:
        return record(FUNCTIONS["bitwise_xor"], "^", (other, self), {})

    def __divmod__(self, other: Any) -> Any:
        return record(FUNCTIONS["divmod"], "divmod", (self, other), {})

    def __rdivmod__(self, other: Any) -> Any:
        return record(FUNCTIONS["divmod"], "divmod", (other, self), {})

    def __round__(self, decimals: int = 0) -> Any:
        return located(lambda: FUNCTIONS["round"](self, decimals))

    def __invert__(self) -> Any:
        return record(FUNCTIONS["invert"], "~", (self,), {})

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = ufunc.__name__
        written = f"np.{name}" if hasattr(sys.modules["numpy"], name) else f"scipy.special.{name}"
        if method == "at":
            write = _writing(f"{name}.at", inputs[0])
            if write is None:
                raise _in_place(f"{written}.at would write into an array")
            return write(*inputs)
        if (out := kwargs.pop("out", None)) is not None:
            if len(out) > 1 or _writing("copyto", out[0]) is None:
                raise _in_place(f"{written} would write into an array")
            kwargs["out"] = out[0]
        if method == "outer" and name in FUNCTIONS and len(inputs) == 2:
            return record(lambda a, b: outer_of(FUNCTIONS[name], a, b), f"{written}.outer", inputs, kwargs)
        tables = {"__call__": FUNCTIONS, "reduce": REDUCTIONS, "accumulate": ACCUMULATIONS}
        table: Table = tables.get(method, {})
        return record(
            table.get(name), f"{written}{'' if method == '__call__' else '.' + method}", inputs, kwargs
        )

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        name = ".".join([*function.__module__.split(".")[1:], function.__name__])
        if (write := _writing(name, args[0] if args else None)) is not None and name in WRITERS:
            return write(*args, **kwargs)
        if name in WRITERS or ("out" in kwargs and _writing("copyto", kwargs["out"]) is None):
            raise _in_place(f"np.{name} would write into an array")
        return record(FUNCTIONS.get(name), f"np.{name}", args, kwargs)

    # Shape --------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[Any, ...]:
        return tuple(d if isinstance(d, int) else _size(self.builder, d) for d in self.type.shape)

    @property
    def size(self) -> Any:
        total: Any = 1
        for d in self.shape:
            total = d * total if isinstance(total, int) and not isinstance(d, int) else total * d
        return total

    @property
    def dtype(self) -> str:
        return self.type.dtype

    @property
    def T(self) -> Any:
        return self.transpose()

    def __len__(self) -> int:
        if not self.type.shape:
            raise TraceError("a scalar has no length", origin=user_origin(), remedy="pass an array")
        size = self.type.shape[0]
        if isinstance(size, str):
            raise TraceError(
                f"len() must give a number, but this axis has the named size {size!r}",
                origin=user_origin(),
                remedy="use x.shape[0], which may stay a name",
            )
        return size

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        keys = key if isinstance(key, tuple) else (key,)
        owner = innermost_tracer((self, *keys))
        if owner is None or owner.builder is self.builder:
            if not is_basic(keys):
                return self._step(lambda: read(self, key))
            return _view(
                self, lambda x: x._step(lambda: read(x, key)), lambda new: self.__setitem__(key, new), key
            )
        (array,) = values(self, owner)[:1]
        return owner._step(lambda: read(array, key))

    def __setitem__(self, key: Any, value: Any) -> None:
        from backsight.tracing.writing import assign

        located(lambda: assign(self, key, value))

    __iadd__, __isub__, __imul__ = (
        _in_place_operator("add"),
        _in_place_operator("sub"),
        _in_place_operator("mul"),
    )
    __itruediv__, __ipow__ = _in_place_operator("truediv"), _in_place_operator("pow")
    __imod__, __ifloordiv__ = _in_place_operator("mod"), _in_place_operator("floordiv")

    def dot(self, other: Any) -> Any:
        return FUNCTIONS["dot"](self, other)

    def reshape(self, *shape: Any) -> Any:
        sizes = shape[0] if len(shape) == 1 else shape
        return _view(
            self, lambda x: reshape(x, sizes), lambda new: self._become(reshape(new, self.type.shape))
        )

    def transpose(self, *axes: Any) -> Any:
        order = None if not axes else axes[0] if isinstance(axes[0], tuple | list) else axes
        back = None if order is None else sorted(range(self.ndim), key=lambda i: order[i] % self.ndim)
        return _view(self, lambda x: transpose(x, order), lambda new: self._become(transpose(new, back)))

    def ravel(self) -> Any:
        return self if self.ndim == 1 else self.reshape(-1)

    def flatten(self) -> Any:
        return self.copy() if self.ndim == 1 else FUNCTIONS["ravel"](self)

    def copy(self) -> Any:
        return Tracer(self.builder, self.atom)

    __pos__ = copy

    def _become(self, value: Any) -> None:
        self[...] = value

    def astype(self, dtype: Any) -> Any:
        if dtype in (float, "float64", "float"):
            return self.copy() if self.type.dtype == "float64" else self * 1.0
        raise LostGradientError(
            f"astype({dtype!r}) would lose the gradient",
            origin=user_origin(),
            remedy="keep float64, or np.where",
        )

    # What would lose the gradient ---------------------------------------------------------------------------

    def __bool__(self) -> bool:
        if self.type.shape != ():
            raise TraceError(
                f"an array of shape {show(self.type.shape)} is neither true nor false",
                origin=user_origin(),
                remedy="use np.where to choose elementwise",
            )
        if isinstance(self.atom, Constant):
            return bool(self.atom.value)
        condition = self.atom if self.atom.type.dtype == "bool" else (self != 0).atom
        taken = bool(self.builder.example_of(condition))
        self.builder.guards.append(Guard(condition, taken, user_origin()))
        return taken

    def _refuse(self, what: str) -> LostGradientError:
        return LostGradientError(
            f"{what} would turn a traced value into a plain number and lose its gradient",
            origin=user_origin(),
            remedy="keep it an array: np.* instead of math.* or float(), np.stack instead of np.array",
        )

    def __float__(self) -> float:
        refusal = self._refuse("float()")
        if refusal.origin and PERCENT.search(refusal.origin.text):
            refusal.remedy = 'write an f-string: f"{x:.3f}" shows the example\'s number'
        raise refusal

    def __int__(self) -> int:
        """The whole number on the example. As with `if`, the Program remembers that it came out so."""
        number = self._number()
        if number is None or not math.isfinite(number):
            raise self._refuse("int()")
        whole = self if self.type.dtype == "int64" else FUNCTIONS["trunc"](self)
        bool(whole == int(number))
        return int(number)

    def __index__(self) -> int:
        if self.type.dtype != "int64":
            raise self._refuse("using it as an index")
        return int(self)

    def _number(self) -> Any:
        """What a traced number is on the example; None for arrays, and where there is no example."""
        found = self.example() if self.type.shape == () else None
        return None if found is None else to_array(found).data[0]

    def __format__(self, specification: str) -> str:
        """The example's number: what a line that prints wants to show."""
        if not specification:
            return str(self)
        number = self._number()
        if number is not None:
            return format(number, specification)
        raise LostGradientError(
            "while tracing there is no number to format",
            origin=user_origin(),
            remedy="print outside the function, or look at bs.explain(function, *args)",
        )

    def __str__(self) -> str:
        """The example's numbers, where there are any."""
        found = self.example()
        return repr(self) if found is None else str(to_array(found).tolist())

    def __complex__(self) -> complex:
        raise self._refuse("complex()")

    def item(self) -> Any:
        raise self._refuse(".item()")

    def tolist(self) -> Any:
        raise self._refuse(".tolist()")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        refusal = self._refuse("np.array or np.asarray")
        # SciPy's functions that are written in Python, such as its logsumexp, ask for an array.
        remedy = (
            "to look numbers up at traced places, write bnp.take(values, places), with backsight.numpy as "
            "bnp: NumPy itself asks for plain places"
            if self.type.dtype == "int64"
            else "np.stack([a, b]) keeps traced entries; for rows that mix them with plain numbers, and for "
            "functions of SciPy that ask for an array, use backsight.numpy: bnp.array([[a, 0.0], [b, 1.0]])"
        )
        raise LostGradientError(refusal.message, origin=refusal.origin, remedy=remedy)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in IN_PLACE:
            if (write := _writing(name, self)) is not None:
                return lambda *args, **kwargs: located(lambda: write(self, *args, **kwargs))
            raise _in_place(f".{name}() would change a traced array in place")
        if name in METHODS:
            return lambda *args, **kwargs: record(FUNCTIONS.get(name), f".{name}()", (self, *args), kwargs)
        raise TraceError(
            f"a traced value has no attribute {name!r}",
            origin=user_origin(),
            remedy=instead(name, FUNCTIONS),
        )

    def __repr__(self) -> str:
        return f"Tracer({self.atom}: {self.type})"


class SizeTracer(Tracer):
    """The size of a named axis: a number that is known only when the Program runs."""

    __slots__ = ("dim_name",)

    def __init__(self, builder: TraceBuilder, atom: Atom, dim_name: str = "") -> None:
        super().__init__(builder, atom)
        self.dim_name = dim_name

    def like(self, atom: Atom) -> Value:
        return Tracer(self.builder, atom)

    def __index__(self) -> int:
        raise TraceError(
            f"the size {self.dim_name!r} is known only when the Program runs",
            origin=user_origin(),
            remedy="loop over an axis of fixed size, or use an operation on the whole array",
        )

    __int__ = __index__


def _size(builder: TraceBuilder, dim: str) -> SizeTracer:
    """The size of a named axis: one value per Program, called like the axis."""
    if dim not in builder.sizes:
        builder.sizes[dim] = builder.apply("dim", (), name=dim, dim=dim)
    return SizeTracer(builder, builder.sizes[dim], dim)


def located(build: Callable[[], Any]) -> Any:
    """Build something; an error of ours that does not know its place gets the user's line."""
    try:
        return build()
    except BacksightError as error:
        if error.origin is None:
            raise error.__class__(error.message, origin=user_origin(), remedy=error.remedy) from None
        raise


def record(
    function: Callable[..., Any] | None, name: str, args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    if function is None:
        raise TraceError(
            f"{name} cannot be traced yet",
            origin=user_origin(),
            remedy=instead(name, FUNCTIONS),
        )
    owner = innermost_tracer([*args, *kwargs.values()])
    if owner is None:
        raise TraceError(f"{name} needs a traced value among its operands", origin=user_origin())
    out = kwargs.pop("out", None)
    # Arrays among the operands become inputs of the Program before a rule looks at their types.
    operands = [_lifted(owner, a) for a in args]
    kwargs = {key: _lifted(owner, a) for key, a in kwargs.items()}
    try:
        result = _settled(
            name, function, operands, kwargs, owner._step(lambda: function(*operands, **kwargs))
        )
    except TypeError as error:
        raise TraceError(
            f"{name}: {error}", origin=user_origin(), remedy="use the plain form of this function"
        ) from None
    if out is None:
        return result
    out[...] = result
    return out


def _settled(name: str, function: Callable[..., Any], operands: Any, kwargs: Any, result: Any) -> Any:
    """The results of functions whose answers NumPy makes views as such; any other is an array of its own."""
    base = operands[0] if operands else None
    if name.rpartition(".")[2].removesuffix("()") not in VIEWS or not isinstance(base, Tracer):
        same = isinstance(result, Tracer) and any(result is x for x in operands)
        return Tracer(result.builder, result.atom) if same else result
    from backsight.tracing.writing import ViewTracer

    def shown(value: Any, pick: Callable[[Any], Any]) -> Any:
        if not isinstance(value, Tracer) or value is base or value.builder is not base.builder:
            return value
        return ViewTracer(base, lambda x: pick(function(x, *operands[1:], **kwargs)), None, value)

    if not isinstance(result, list):
        return shown(result, lambda found: found)
    return [shown(value, lambda found, i=i: found[i]) for i, value in enumerate(result)]  # type: ignore[misc]


def _lifted(owner: Tracer, argument: Any) -> Any:
    argument = current(argument)
    if isinstance(argument, list | tuple) and has_tracer(argument):
        return [_lifted(owner, a) for a in argument]
    if isinstance(argument, Value):
        return argument
    if hasattr(argument, "shape") and hasattr(argument, "tolist"):
        # A NumPy number may be an axis or a size, which are plain integers.
        return Tracer(owner.builder, owner.builder.capture(argument)) if argument.shape else argument.tolist()
    return argument


def _tracers(args: Any) -> Iterator[Tracer]:
    for a in map(current, args):
        if isinstance(a, Tracer):
            yield a
        elif isinstance(a, list | tuple):
            yield from _tracers(a)


def innermost_tracer(values: Any) -> Tracer | None:
    """The traced value whose function is being traced innermost; None if there is none."""
    found = innermost(_tracers(values))
    return found if isinstance(found, Tracer) else None


def has_tracer(value: Any) -> bool:
    return next(_tracers(value), None) is not None


def finish(builder: TraceBuilder, result: Any) -> tuple[Program, Any]:
    """The Program of a traced function, and the structure of its result (see `trees.flatten`)."""
    from backsight.tracing.trees import flatten

    leaves, structure = flatten(result)
    outputs: list[Atom] = []
    for leaf in map(current, leaves):
        if isinstance(leaf, Tracer):
            outputs.append(leaf.atom if leaf.builder is builder else builder.borrow(leaf))
        elif isinstance(leaf, bool | int | float):
            outputs.append(Constant(plain_number(leaf)))
        elif hasattr(leaf, "tolist") and getattr(leaf, "shape", None) == ():
            outputs.append(Constant(leaf.tolist()))
        elif leaf is not None and hasattr(leaf, "shape"):
            outputs.append(builder.capture(leaf))
        else:
            raise TraceError(
                f"{builder.name} returns {type(leaf).__name__}, which is not a number or an array",
                remedy="return the cost",
            )
    return builder.finish(outputs), structure
