"""Comparisons, logic and the elementwise choice.

Answers of true or false do not move, so no slope passes through them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from backsight.ir.op import ADD, ATOM, COMPARE, Family, Form, Notation, Op, call, register, repeated
from backsight.ir.program import ArrayType
from backsight.ops.arithmetic import plus
from backsight.ops.maps import flat
from backsight.ops.shapes import broadcast_shapes, map_type
from backsight.ops.value import Value, apply

_PAIR = ([0.5, -2.0, 3.0, 1.0], [1.5, 0.7, -0.3, 1.0])


def _compare(name: str, sign: str, js: str, tex: str, sheet: str, scalar: Callable[[Any, Any], bool]) -> Op:
    binding = (COMPARE + 1, COMPARE + 1)
    return register(
        Op(
            name,
            Family.MAP,
            says=f"asks whether the first is {sign} the second",
            result=map_type("bool"),
            scalar=scalar,
            vjp=lambda g, y, a, b: (None, None),
            jvp=lambda da, db, y, a, b: None,
            why="an answer of true or false does not move with a small nudge",
            write=Notation(
                Form(f"{{0}} {sign} {{1}}", COMPARE, binding),
                Form(f"{{0}} {js} {{1}}", COMPARE, binding),
                Form(f"{{0}} {tex} {{1}}", COMPARE, binding),
                sheet=Form(f"{{0}}{sheet}{{1}}", COMPARE, binding),
            ),
            try_at=_PAIR,
        )
    )


lt = _compare("lt", "<", "<", "<", "<", lambda a, b: a < b)
le = _compare("le", "<=", "<=", r"\le", "<=", lambda a, b: a <= b)
gt = _compare("gt", ">", ">", ">", ">", lambda a, b: a > b)
ge = _compare("ge", ">=", ">=", r"\ge", ">=", lambda a, b: a >= b)
eq = _compare("eq", "==", "===", "=", "=", lambda a, b: a == b)
ne = _compare("ne", "!=", "!==", r"\ne", "<>", lambda a, b: a != b)


def _logic(
    name: str, says: str, js: str, tex: str, sheet: Form, scalar: Callable[..., bool], operands: int
) -> Op:
    numpy = f"np.{name}({', '.join(f'{{{i}}}' for i in range(operands))})"
    return register(
        Op(
            name,
            Family.MAP,
            says=says,
            result=map_type("bool"),
            scalar=scalar,
            vjp=lambda g, y, *xs: (None,) * len(xs),
            jvp=lambda *rest: None,
            why="true and false do not move with a small nudge",
            write=Notation(
                call(numpy),
                Form(js, COMPARE, (ATOM,) * operands),
                Form(tex, COMPARE, (ATOM,) * operands),
                sheet=sheet,
            ),
            try_at=([True, False, True], [True, True, False])[:operands],
        )
    )


logical_and = _logic(
    "logical_and",
    "asks for both",
    "{0} && {1}",
    r"{0} \wedge {1}",
    call("AND({0},{1})"),
    lambda a, b: bool(a and b),
    2,
)
logical_or = _logic(
    "logical_or",
    "asks for either",
    "{0} || {1}",
    r"{0} \vee {1}",
    call("OR({0},{1})"),
    lambda a, b: bool(a or b),
    2,
)
logical_not = _logic(
    "logical_not",
    "turns true and false round",
    "!{0}",
    r"\neg {0}",
    call("NOT({0})"),
    lambda a: not a,
    1,
)
logical_xor = _logic(
    "logical_xor",
    "asks for exactly one of two",
    "{0} !== {1}",
    r"{0} \oplus {1}",
    Form("({0}<>0)<>({1}<>0)", COMPARE, (ADD, ADD)),
    lambda a, b: bool(a) != bool(b),
    2,
)


def _kind(name: str, says: str, js: str, tex: str, sheet: Form, scalar: Callable[[float], bool]) -> Op:
    return flat(
        name,
        says,
        scalar,
        "true and false do not move with a small nudge",
        Notation(
            call(f"np.{name}({{0}})"),
            Form(js, COMPARE, (COMPARE + 1,)),
            Form(tex, COMPARE, (ATOM,)),
            sheet=sheet,
        ),
        ([0.5, -2.0, 3.0],),
        "bool",
    )


isnan = _kind(
    "isnan",
    "asks whether it is no number",
    "Number.isNaN({0})",
    r"{0} = \text{{NaN}}",
    call("ISERROR({0})"),
    math.isnan,
)
isinf = _kind(
    "isinf",
    "asks whether it is infinite",
    "Math.abs({0}) === Infinity",
    r"|{0}| = \infty",
    Form("ABS({0})>=1E+307", COMPARE),
    math.isinf,
)
isfinite = _kind(
    "isfinite",
    "asks whether it is finite",
    "Number.isFinite({0})",
    r"|{0}| < \infty",
    repeated("IF(ISERROR({0}),FALSE,ABS({0})<1E+307)", ATOM),
    math.isfinite,
)


def _where_type(types: Sequence[ArrayType]) -> ArrayType:
    whole = all(t.dtype == "int64" for t in types[1:])
    logic = all(t.dtype == "bool" for t in types[1:])
    return ArrayType(
        broadcast_shapes([t.shape for t in types]), "int64" if whole else "bool" if logic else "float64"
    )


def _where_vjp(g: Value, y: Value, c: Value, a: Value, b: Value) -> tuple[Any, Any, Any]:
    return (None, apply("where", c, g, 0.0), apply("where", c, 0.0, g))


def _where_jvp(dc: Any, da: Any, db: Any, y: Value, c: Value, a: Value, b: Value) -> Any:
    left = None if da is None else apply("where", c, da, 0.0)
    return plus(left, None if db is None else apply("where", c, 0.0, db))


where = register(
    Op(
        "where",
        Family.MAP,
        says="chooses between two numbers",
        result=_where_type,
        scalar=lambda c, a, b: a if c else b,
        vjp=_where_vjp,
        jvp=_where_jvp,
        why="only the number that was chosen matters",
        write=Notation(
            call("np.where({0}, {1}, {2})"),
            Form("({0} ? {1} : {2})", ATOM, (COMPARE, COMPARE, COMPARE)),
            call(r"\begin{{cases}} {1} & {0} \\ {2} \end{{cases}}"),
            sheet=call("IF({0},{1},{2})"),
        ),
        try_at=([True, False, True], [0.5, -2.0, 3.0], [1.5, 0.7, -0.3]),
    )
)
