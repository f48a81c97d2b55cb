"""Algebra that people would do: a result never changes beyond rounding, the Program gets shorter or plainer.

One forward pass rewrites each equation by the rules for its op, shares equal subexpressions, and drops what
nothing needs. Rules only look at operands that are already in their final form.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from backsight.ir.checker import check
from backsight.ir.memory import without_collection
from backsight.ir.op import REGISTRY, Family
from backsight.ir.program import Atom, Constant, Guard, Program, Var
from backsight.ops.linalg import read_spec
from backsight.ops.shapes import broadcast_shapes
from backsight.ops.shaping import WHOLE
from backsight.transforms.joins import join_parts
from backsight.transforms.products import collect, common_divisor
from backsight.transforms.rewrite import prune, substitute
from backsight.transforms.rewriting import Inputs, Params, Rewriting, is_number

Rule = Callable[[Rewriting, Inputs, Params], Atom | None]


@without_collection()
def simplify(program: Program) -> Program:
    """An equal Program in plainer algebra; names that people gave survive where their values do."""
    return _once(join_parts(_once(program)))


def _once(program: Program) -> Program:
    program = prune(program)
    state = Rewriting(program, _rewrite)
    wanted: dict[str, Var] = {}
    for e in program.equations:
        atom = state.carry_over(e)
        if e.output.named and isinstance(atom, Var) and not atom.named and atom.name not in wanted:
            wanted[atom.name] = Var(e.output.name, atom.type, named=True)
    outputs = tuple(map(state.atom, program.outputs))
    found = ((state.atom(g.variable), g) for g in program.guards)
    guards = tuple(Guard(v, g.expected, g.origin) for v, g in found if isinstance(v, Var))
    result = Program(program.name, program.inputs, tuple(state.builder.equations), outputs, guards)
    result = prune(substitute(result, wanted))
    check(result)
    return result


def _rewrite(state: Rewriting, op: str, inputs: Inputs, params: Params) -> Atom | None:
    if REGISTRY[op].family is Family.MAP:
        better = _fold_constants(op, inputs, params) or _drop_broadcast(state, op, inputs, params)
        if better is not None:
            return better
    for rule in _RULES.get(op, ()):
        better = rule(state, inputs, params)
        if better is not None:
            return better
    return None


# Any elementwise op -----------------------------------------------------------------------------------------


def _fold_constants(op: str, inputs: Inputs, params: Params) -> Atom | None:
    scalar = REGISTRY[op].scalar
    if scalar is None or not all(isinstance(a, Constant) for a in inputs):
        return None
    value = scalar(*(a.value for a in inputs if isinstance(a, Constant)), **params)
    kind = REGISTRY[op].result([a.type for a in inputs], **params).dtype
    return Constant(float(value) if kind == "float64" else value)


def _drop_broadcast(state: Rewriting, op: str, inputs: Inputs, params: Params) -> Atom | None:
    """A map stretches its operands by itself: `broadcast` is dropped, or done after if the shape needs it."""
    bare = tuple(_unstretched(state, a) for a in inputs)
    if bare == inputs:
        return None
    whole = broadcast_shapes([a.type.shape for a in inputs])
    result = state.emit(op, bare, params)
    return result if result.type.shape == whole else state.emit("broadcast", (result,), {"shape": whole})


def _unstretched(state: Rewriting, a: Atom) -> Atom:
    source = state.source(a)
    while source is not None and source.op == "broadcast":
        a = source.inputs[0]
        source = state.source(a)
    return a


# Arithmetic -------------------------------------------------------------------------------------------------


def _same(result: Atom, *inputs: Atom) -> Atom | None:
    """`result` may stand for the whole operation if it has the operation's type."""
    whole = broadcast_shapes([a.type.shape for a in inputs])
    return result if result.type.shape == whole and result.type.dtype == "float64" else None


def _add(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    a, b = inputs
    if is_number(b, 0):
        return _same(a, a, b)
    if is_number(a, 0):
        return _same(b, a, b)
    if (negated := state.operand_of("neg", b)) is not None:
        return state.emit("sub", (a, negated), {})
    if (negated := state.operand_of("neg", a)) is not None:
        return state.emit("sub", (b, negated), {})
    return None


def _sub(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    a, b = inputs
    if is_number(b, 0):
        return _same(a, a, b)
    if is_number(a, 0):
        return state.emit("neg", (b,), {})
    if (negated := state.operand_of("neg", b)) is not None:
        return state.emit("add", (a, negated), {})
    return None


def _pow(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    return _same(inputs[0], *inputs) if is_number(inputs[1], 1) else None


def _copy(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    return inputs[0]


# Functions people write out ---------------------------------------------------------------------------------


def _sigmoid(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    """1 / (1 + exp(-z)), so that its slope is y (1 - y) rather than a detour through exp."""
    one, denominator = inputs
    total = state.source(denominator)
    if not is_number(one, 1) or total is None or total.op != "add":
        return None
    rest = [a for a in total.inputs if not is_number(a, 1)]
    if len(rest) != 1:
        return None
    exponent = state.operand_of("exp", rest[0])
    z = state.operand_of("neg", exponent) if exponent is not None else None
    return state.emit("sigmoid", (z,), {}) if z is not None else None


def _relu(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    a, b = inputs
    if is_number(b, 0):
        return state.emit("relu", (a,), {})
    return state.emit("relu", (b,), {}) if is_number(a, 0) else None


def _leaky_relu(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    """where(z > 0, z, leak * z)."""
    condition, kept, leaked = inputs
    test, product = state.source(condition), state.source(leaked)
    if test is None or product is None or test.op != "gt" or product.op != "mul":
        return None
    if test.inputs[0] != kept or not is_number(test.inputs[1], 0) or kept not in product.inputs:
        return None
    leak = next((a.value for a in product.inputs if isinstance(a, Constant)), None)
    return state.emit("leaky_relu", (kept,), {"slope": float(leak)}) if leak is not None else None


# Moves ------------------------------------------------------------------------------------------------------


def _broadcast(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    (a,), shape = inputs, params["shape"]
    if a.type.shape == shape and isinstance(a, Var):
        return a
    if a.type.shape == shape == ():
        return a
    source = state.source(a)
    if source is not None and source.op == "broadcast":
        return state.emit("broadcast", source.inputs, params)
    # A scalar needs no axes inserted before it is stretched.
    if source is not None and source.op in ("expand_dims", "reshape") and source.inputs[0].type.shape == ():
        return state.emit("broadcast", source.inputs, params)
    return None


def _moved_scalar(op: str) -> Rule:
    """A stretched scalar looks the same from every side."""

    def rule(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
        source = state.source(inputs[0])
        if source is None or source.op != "broadcast" or source.inputs[0].type.shape != ():
            return None
        shape = REGISTRY[op].result([inputs[0].type], **params).shape
        return state.emit("broadcast", source.inputs, {"shape": shape})

    return rule


def _transpose(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    (a,), axes = inputs, tuple(params["axes"])
    if axes == tuple(range(len(axes))):
        return a
    source = state.source(a)
    if source is not None and source.op == "transpose":
        before = source.options["axes"]
        return state.emit("transpose", source.inputs, {"axes": tuple(before[i] for i in axes)})
    return None


def _reshape(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    (a,) = inputs
    if a.type.shape == params["shape"]:
        return a
    source = state.source(a)
    if source is not None and source.op == "reshape":
        return state.emit("reshape", source.inputs, params)
    return None


def _whole(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    """A part that is everything, picked out or put back."""
    (a,) = inputs
    key, whole = params["key"], params.get("shape", a.type.shape)
    if a.type.shape != whole or len(key) > len(whole):
        return None
    everything = all(item in (WHOLE, ("slice", 0, d, 1)) for item, d in zip(key, whole, strict=False))
    return a if everything else None


def _fold_transposes(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    """`A.T @ B` is a contraction with other letters."""
    operands, right = read_spec(params["spec"])
    changed = False
    folded: list[Atom] = []
    letters: list[str] = []
    for a, names in zip(inputs, operands, strict=True):
        source = state.source(a)
        if source is not None and source.op == "transpose":
            axes = source.options["axes"]
            names = "".join(c for _, c in sorted(zip(axes, names, strict=True)))
            a, changed = source.inputs[0], True
        folded.append(a)
        letters.append(names)
    return (
        state.emit("contract", tuple(folded), {"spec": f"{','.join(letters)}->{right}"}) if changed else None
    )


def _softmax(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    """exp(x - total), where a person gave the logarithm of the sum of exponentials of x a name."""
    (x,), axis = inputs, params["axis"]
    for keepdims in (False, True):
        total = state.found("logsumexp", inputs, {"axes": (axis,), "keepdims": keepdims})
        if total is not None and state.is_named(total) and state.found("softmax", inputs, params) is None:
            wide = total if keepdims else state.emit("expand_dims", (total,), {"axes": (axis,)})
            return state.emit("exp", (state.emit("sub", (x, wide), {}),), {})
    return None


def _drop_identity(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    """A product with the identity is the other factor, under the letter of the axis that stays."""
    operands, right = read_spec(params["spec"])
    for position, (a, names) in enumerate(zip(inputs, operands, strict=True)):
        source = state.source(a)
        if source is None or source.op != "eye" or names[0] == names[1]:
            continue
        others = [o for i, o in enumerate(operands) if i != position]
        rest = tuple(x for i, x in enumerate(inputs) if i != position)
        for gone, stays in ((names[0], names[1]), (names[1], names[0])):
            if (
                gone in right
                or not any(gone in o for o in others)
                or any({gone, stays} <= set(o) for o in others)
            ):
                continue
            letters = [o.replace(gone, stays) for o in others]
            if len(letters) > 1:
                return state.emit("contract", rest, {"spec": f"{','.join(letters)}->{right}"})
            if sorted(letters[0]) == sorted(right):
                return state.emit("transpose", rest, {"axes": tuple(letters[0].index(c) for c in right)})
    return None


def _scalar_factor(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    """A single number among the two factors of a contraction multiplies the other."""
    operands, right = read_spec(params["spec"])
    if len(inputs) != 2 or "" not in operands or all(a.type.dtype != "float64" for a in inputs):
        return None
    place = operands.index("")
    scalar, other, letters = inputs[place], inputs[1 - place], operands[1 - place]
    if len(set(letters)) < len(letters) or set(letters) != set(right):
        return None
    if letters != right:
        axes = tuple(letters.index(c) for c in right)
        other = state.emit("transpose", (other,), {"axes": axes})
    return state.emit("mul", (scalar, other), {})


def _sum(state: Rewriting, inputs: Inputs, params: Params) -> Atom | None:
    (a,) = inputs
    if a.type.dtype != "float64":
        return None
    return a if not params["axes"] else _sum_of_equals(state, a, params)


def _sum_of_equals(state: Rewriting, a: Atom, params: Params) -> Atom | None:
    """The sum of a stretched number is the number times how often it stands there."""
    source = state.source(a)
    if source is None or source.op != "broadcast" or source.inputs[0].type.shape != ():
        return None
    sizes = [a.type.shape[axis] for axis in params["axes"]]
    if not all(isinstance(size, int) for size in sizes):
        return None
    total = state.emit("mul", (source.inputs[0], Constant(float(prod(map(int, sizes))))), {})
    whole = REGISTRY["sum"].result([a.type], **params).shape
    return state.emit("broadcast", (total,), {"shape": whole}) if whole else total


_RULES: dict[str, tuple[Rule, ...]] = {
    "add": (_add, common_divisor("add")),
    "sub": (_sub, common_divisor("sub")),
    "mul": (collect("mul"),),
    "div": (_sigmoid, collect("div")),
    "neg": (collect("neg"),),
    "pow": (_pow,),
    "copy": (_copy,),
    "maximum": (_relu,),
    "where": (_leaky_relu,),
    "broadcast": (_broadcast,),
    "transpose": (_moved_scalar("transpose"), _transpose),
    "reshape": (_moved_scalar("reshape"), _reshape),
    "expand_dims": (_moved_scalar("expand_dims"),),
    "squeeze": (_moved_scalar("squeeze"),),
    "index": (_whole,),
    "unindex": (_whole,),
    "contract": (
        _scalar_factor,
        _drop_identity,
        _fold_transposes,
    ),
    "softmax": (_softmax,),
    "sum": (_sum,),
}
