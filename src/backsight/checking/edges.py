"""A backward pass as it is being written: every line judged on its own, blanks and all.

Before a line runs, all that it reads is put right: each adjoint written above it is replaced by the true one.
So a mistake is charged to its own line alone, and what follows a blank can be right already.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from backsight.checking.backward import check, nudged, quietly
from backsight.checking.calling import Pair
from backsight.checking.matching import Match, match, true_gradient
from backsight.checking.numbers import like, numeric, same
from backsight.checking.pairing import pair_in
from backsight.checking.recognise import compared, means
from backsight.checking.truth import Truth, true_at
from backsight.checking.verdict import Verdict
from backsight.errors import BacksightError, CheckCallError
from backsight.ir.evaluate import Array
from backsight.ir.program import Origin

BLANK = "___"
"""What stands where a line is not yet written; `...` and nothing at all will do too."""
_OPEN = re.compile(r"^(\s+[A-Za-z_]\w*\s*=)\s*(#.*)?$", re.MULTILINE)
_EDGE, _TRUE = "__backsight_edge__", "__backsight_true__"
_MOST_SEARCHES = 3

Names = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of the way back.

    Attributes:
        name: what the adjoint is called (`dz2`); `of`: the forward value it belongs to.
        via: the forward value it comes back from; `forward_line`: where that is computed.
        state: "right", "wrong", "blank" (a blank stands there) or "missing" (no line gives it).
        line: where it is computed, from 1; 0 if nowhere. `accused`: the line to change, if it is wrong.
        cause, says, remedy: as in a `Verdict`, if it is wrong.
        given, true: its numbers.
    """

    name: str
    of: str
    via: str
    forward_line: int
    state: str
    line: int = 0
    accused: int = 0
    cause: str = ""
    says: str = ""
    remedy: str = ""
    given: Array | None = None
    true: Array | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """How far a backward pass is, edge by edge; once nothing is blank or wrong, the verdict."""

    edges: tuple[Edge, ...]
    verdict: Verdict | None

    @property
    def ok(self) -> bool:
        return self.verdict is not None and self.verdict.ok


def check_written(source: str, execute: Callable[[str], Names], file: str) -> Written:
    """Check as much of a backward pass as is written.

    Args:
        source: defines `forward`, `backward` and `example`, as for `check`.
        execute: runs a source under the name `file`, and gives its global names.

    Raises:
        CheckCallError: the forward pass cannot be traced, or a blank stands where no adjoint is assigned.
        BaseException: whatever the source raises outside the lines that give adjoints.
    """
    text = _OPEN.sub(rf"\1 {BLANK}  \2", source)
    names = execute(text)
    forward, backward, arguments = pair_in(names, file)
    pair = Pair(forward, backward, arguments)
    with quietly():
        truth = true_at(pair, {})
    if not isinstance(truth, Truth):
        raise CheckCallError(
            f"the forward pass cannot be followed: {truth.by_differences}",
            remedy="put the forward pass back as it was: only backward is to be written here",
        )
    page = _Page(text, file, truth)
    swaps = [{}, *(nudged(pair, page.parameters(pair), seed) for seed in (1, 2))]
    oracle = _Oracle(forward, backward)
    found = page.judged(pair, oracle, names, swaps)
    found = _explained(page, found, oracle, execute, arguments)
    if any(e.state in ("blank", "wrong") for e in found):
        return Written(tuple(found), None)
    return _whole(found, pair, truth)


def _whole(found: list[Edge], pair: Pair, truth: Truth) -> Written:
    """Nothing is blank or wrong line by line: does it give the right gradients?"""
    if any(e.state == "missing" for e in found):  # names of one's own, or steps taken at once, are as good
        with contextlib.suppress(Exception):
            if _agrees(pair, truth):
                return Written(tuple(found), check(pair.forward, pair.backward, *pair.bundle["args"]))
        return Written(tuple(found), None)
    return Written(tuple(found), check(pair.forward, pair.backward, *pair.bundle["args"]))


class _Oracle:
    """Knows the true adjoints at whatever the forward pass was last called with."""

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        self._forward, self._backward = forward, backward
        self._arguments: tuple[Any, ...] = ()
        self._known: dict[tuple[Any, ...], Truth] = {}

        @wraps(forward)
        def watched(*arguments: Any) -> Any:
            self._arguments = arguments
            return forward(*arguments)

        self.forward = watched

    def truth(self) -> Truth:
        arrays = [numeric(a) for a in self._arguments]
        key = tuple((a.shape, tuple(a.data)) if a is not None else None for a in arrays)
        if key not in self._known:
            found = true_at(Pair(self._forward, self._backward, self._arguments), {})
            assert isinstance(found, Truth)
            self._known[key] = found
        return self._known[key]

    def true(self, of: str) -> Any:
        """The true gradient by a forward value, in the kind of array that the person's code works with."""
        array = self.truth().adjoints[of]
        sample = next((a for a in self._arguments if hasattr(a, "dtype")), None)
        if sample is None:
            return array.data[0] if not array.shape else array
        return like(sample, array.shape, list(array.data))


class _Page:
    """The source's `backward`: which of its lines gives which adjoint."""

    def __init__(self, text: str, file: str, truth: Truth) -> None:
        self.text, self.file, self.truth = text, file, truth
        tree = ast.parse(text, file)
        tops = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "backward"]
        if not tops:
            raise CheckCallError(
                "there is no def backward at the top of this", remedy="write def backward(…):"
            )
        self.top = tops[-1]
        self.lines: dict[str, ast.stmt] = {}
        for statement in self.top.body:
            for name in _assigned_within(statement):
                of = next((m for m in means(name, truth) if m in truth.adjoints), None)
                if of is not None:
                    self.lines[of] = statement
        self.called = {
            of: next(n for n in _assigned_within(s) if of in means(n, truth)) for of, s in self.lines.items()
        }
        self._refuse_blanks_elsewhere()
        self.wanted = self._wanted()

    def _refuse_blanks_elsewhere(self) -> None:
        mine = {id(s) for s in self.lines.values()}
        for statement in self.top.body:
            if (id(statement) not in mine or not _assigned(statement)) and _is_blank(statement):
                origin = Origin(self.file, statement.lineno, ast.unparse(statement))
                raise CheckCallError(
                    "the blank in this line is no adjoint, so nothing can stand in for it",
                    origin=origin,
                    remedy="write this line; a blank may stand after a name like dz2 =",
                )

    def _wanted(self) -> list[str]:
        """The forward values whose adjoints belong to this pass, from the cost backwards."""
        returned = {
            n.id
            for r in ast.walk(self.top)
            if isinstance(r, ast.Return)
            for n in ast.walk(r)
            if isinstance(n, ast.Name)
        }
        parameters = [v for v in self.truth.inputs if f"d{v}" in returned or v in self.lines]
        made = self.truth.program.variables()
        cost = {getattr(o, "name", "") for o in self.truth.program.outputs}
        between = [n for n, v in made.items() if v.named and n in self.truth.made and n not in cost]
        order = self.truth.order
        users = {n: order.get(self.truth.edge(n)[0], len(order)) for n in (*parameters, *between)}
        return sorted(users, key=lambda n: (-users[n], -order[n] if n in self.truth.made else order[n] - 1e6))

    def parameters(self, pair: Pair) -> list[Match]:
        """Those to nudge: the parameters whose gradients are wanted."""
        return [
            Match(name, path, ())
            for path, name in self.truth.names.items()
            if name in self.wanted and path in {p.path for p in pair.parts()}
        ]

    def judged(self, pair: Pair, oracle: _Oracle, names: Names, swaps: Sequence[Any]) -> list[Edge]:
        """Every edge's state: right if it is so at every point."""
        states: dict[str, Edge] = {}
        watched = self._instrumented(names)

        def edge(of: str, compute: Callable[[], Any] | None) -> Any:
            states[of] = _worse(states.get(of), self._edge(of, compute, oracle))
            return oracle.true(of)

        watched.__globals__.update({_EDGE: edge, _TRUE: oracle.true})
        bound = Pair(oracle.forward, watched, pair.bundle["args"])
        for swap in swaps:
            with quietly():
                bound.run(swap)
        return [states.get(of) or self._plain(of, "missing") for of in self.wanted]

    def _instrumented(self, names: Names) -> Callable[..., Any]:
        """`backward` with every adjoint judged and then replaced by the true one."""
        top = copy.deepcopy(self.top)
        mine = {id(a): b for a, b in zip(self.top.body, top.body, strict=True)}
        for of, statement in self.lines.items():
            here = top.body.index(mine[id(statement)])
            if _assigned(statement):
                top.body[here] = _judging(of, statement)
            else:  # a loop, say: what it leaves
                top.body.insert(here + 1, _judging_after(of, self.called[of], statement))
        missing = [_telling(f"d{of}", of) for of in self.wanted if of not in self.lines]
        top.body[:0] = [ast.copy_location(s, top.body[0]) for s in missing]
        module = ast.fix_missing_locations(ast.Module([top], type_ignores=[]))
        scope = dict(names)
        exec(compile(module, self.file, "exec", dont_inherit=True), scope)
        found: Callable[..., Any] = scope["backward"]
        return found

    def _plain(self, of: str, state: str) -> Edge:
        via, _, origin = self.truth.edge(of)
        statement = self.lines.get(of)
        name = self.called.get(of, f"d{of}")
        line = statement.lineno if statement is not None else 0
        return Edge(name, of, via, origin.line if origin else 0, state, line, true=self.truth.adjoints[of])

    def _edge(self, of: str, compute: Callable[[], Any] | None, oracle: _Oracle) -> Edge:
        if compute is None:
            return self._plain(of, "blank")
        true = oracle.truth().adjoints[of]
        wrong = self._plain(of, "wrong")
        try:
            value = compute()
        except NameError as error:
            return replace(wrong, accused=wrong.line, cause="name", says=f"Not known here: {error}.")
        except Exception as error:
            return replace(
                wrong, accused=wrong.line, cause="raised", says=f"This line raises {_worded(error)}."
            )
        given = numeric(value)
        if given is not None and same(given, true):
            return replace(self._plain(of, "right"), given=given)
        if given is None:
            says = f"This gives {_kind(value)}, not numbers."
            return replace(wrong, accused=wrong.line, cause="nothing", says=says)
        says = f"Its numbers are not the gradient by {of}."
        if given.shape != true.shape:
            says = f"Its shape is {given.shape}; {of} has the shape {true.shape}, and so has its gradient."
        return replace(wrong, accused=wrong.line, cause="unknown", says=says, given=given)

    def with_only(self, of: str, right: Sequence[str]) -> str:
        """The source with one adjoint as it is, and those that are not right put right, line for line."""
        lines = self.text.split("\n")
        for statement in {id(s): s for s in self.lines.values()}.values():
            given = [o for o, s in self.lines.items() if s is statement]
            if of not in given and not set(given) <= set(right):
                _put(lines, statement, "; ".join(f"{self.called[o]} = {_TRUE}({o!r})" for o in given))
        missing = [f"d{o} = {_TRUE}({o!r}); " for o in self.wanted if o not in self.lines]
        described = ast.get_docstring(self.top) is not None and len(self.top.body) > 1
        first = self.top.body[1 if described else 0]
        line = lines[first.lineno - 1]
        spaces = len(line) - len(line.lstrip())
        lines[first.lineno - 1] = line[:spaces] + "".join(missing) + line[spaces:]
        return "\n".join(lines)

    def with_off(self, of: str, right: Sequence[str]) -> str:
        """The same, with that adjoint off by a half."""
        lines = self.with_only(of, right).split("\n")
        given = [o for o, s in self.lines.items() if s is self.lines[of]]
        values = [f"{'1.5 * ' if o == of else ''}{_TRUE}({o!r})" for o in given]
        _put(
            lines,
            self.lines[of],
            "; ".join(f"{self.called[o]} = {v}" for o, v in zip(given, values, strict=True)),
        )
        return "\n".join(lines)


def _explained(
    page: _Page, found: list[Edge], oracle: _Oracle, execute: Callable[[str], Names], arguments: Sequence[Any]
) -> list[Edge]:
    """The likely cause of every wrong edge: by a search for a change that mends it, else by its numbers."""
    searched = 0
    result = []
    right = [e.of for e in found if e.state == "right"]
    for e in found:
        if e.state == "wrong":
            e = _by_value(e, page.truth)
            if e.cause in ("raised", "unknown") and searched < _MOST_SEARCHES:
                searched += 1
                e = _by_search(e, right, page, oracle, execute, arguments)
        result.append(e)
    if searched:
        execute(page.text)  # the lines of the source itself are shown again
    return result


def _by_value(edge: Edge, truth: Truth) -> Edge:
    quantity = next((q for q in truth.quantities if q.kind == "adjoint" and q.of == edge.of), None)
    if edge.given is None or quantity is None:
        return edge
    fault = compared(edge.given, quantity, truth)
    # Any number is a multiple of any other: of a single one, that says nothing.
    if fault is None or (fault.cause == "factor" and len(edge.given.data) == 1):
        return edge
    return replace(
        edge, cause=fault.cause, says=f"{fault.says[:1].upper()}{fault.says[1:]}.", remedy=fault.remedy
    )


def _by_search(
    edge: Edge,
    right: Sequence[str],
    page: _Page,
    oracle: _Oracle,
    execute: Callable[[str], Names],
    arguments: Sequence[Any],
) -> Edge:
    def backward(source: str) -> Callable[..., Any]:
        names = execute(source)
        names[_TRUE] = oracle.true
        found: Callable[..., Any] = names["backward"]
        return found

    try:
        # Where all that reads it is still blank, no gradient tells whether a change of this line is good.
        if _agrees(Pair(oracle.forward, backward(page.with_off(edge.of, right)), arguments), page.truth):
            return edge
        verdict = check(oracle.forward, backward(page.with_only(edge.of, right)), *arguments)
    except BacksightError:
        return edge
    if verdict.ok or verdict.cause in ("unknown", "raised", "not finite") or not verdict.line:
        return edge
    if verdict.cause == "factor" and edge.given is not None and len(edge.given.data) == 1:
        return edge
    stale = _overwritten(verdict, page)
    if stale:
        says = f"{stale} is overwritten here, but {edge.name} needs the {stale} that the forward pass used."
        return replace(
            edge,
            accused=verdict.line,
            cause="stale",
            says=says,
            remedy="move this line below all that reads it",
        )
    return replace(edge, accused=verdict.line, cause=verdict.cause, says=verdict.says, remedy=verdict.remedy)


def _agrees(pair: Pair, truth: Truth) -> bool:
    with quietly():
        outcome = pair.run({})
        for m in match(pair, pair.backward, outcome):
            given = m.read(outcome)
            if given is None or not same(given, true_gradient(m, pair, truth.gradients)):
                return False
    return True


def _overwritten(verdict: Verdict, page: _Page) -> str:
    """The forward value or parameter that the accused line gives another value, if it does."""
    for statement in page.top.body:
        if statement.lineno == verdict.line:
            name = _assigned(statement)
            return name if name in page.truth.program.variables() else ""
    return ""


# Source text and syntax trees -------------------------------------------------------------------------------


def _assigned(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
    return ""


def _assigned_within(statement: ast.stmt) -> list[str]:
    """The names that a statement, or one inside it, assigns."""
    found = []
    for part in ast.walk(statement):
        match part:
            case ast.Assign(targets=[ast.Tuple(elts=elements)]):
                found += [e.id for e in elements if isinstance(e, ast.Name)]
            case (
                ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))])
                | ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name)))
            ):
                found.append(name)  # dz[z <= 0] = 0: what it leaves is the adjoint
            case ast.stmt():
                found.append(_assigned(part))
    return [name for name in dict.fromkeys(found) if name]


def _is_blank(node: ast.AST) -> bool:
    return any(
        (isinstance(n, ast.Name) and n.id == BLANK) or (isinstance(n, ast.Constant) and n.value is ...)
        for n in ast.walk(node)
    )


def _judging(of: str, statement: ast.stmt) -> ast.stmt:
    """`dz2 = edge("z2", lambda: …)`."""
    assert isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign) and statement.value
    name, value = _assigned(statement), statement.value
    if isinstance(statement, ast.AugAssign):
        value = ast.BinOp(ast.Name(name, ast.Load()), statement.op, value)
    return _edge_call(of, name, None if _is_blank(statement.value) else value, statement)


def _judging_after(of: str, name: str, statement: ast.stmt) -> ast.stmt:
    return _edge_call(of, name, ast.Name(name, ast.Load()), statement)


def _edge_call(of: str, name: str, value: ast.expr | None, at: ast.stmt) -> ast.stmt:
    no_arguments = ast.arguments([], [], None, [], [], None, [])
    compute = ast.Lambda(no_arguments, value) if value is not None else ast.Constant(None)
    call = ast.Call(ast.Name(_EDGE, ast.Load()), [ast.Constant(of), compute], [])
    made = ast.Assign([ast.Name(name, ast.Store())], call)
    return ast.fix_missing_locations(ast.copy_location(made, at))


def _telling(name: str, of: str) -> ast.stmt:
    call = ast.Call(ast.Name(_TRUE, ast.Load()), [ast.Constant(of)], [])
    return ast.Assign([ast.Name(name, ast.Store())], call)


def _put(lines: list[str], statement: ast.stmt, text: str) -> None:
    """Another statement in the place of one, and as many lines long."""
    first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
    lines[first] = " " * statement.col_offset + text
    lines[first + 1 : last + 1] = [""] * (last - first)


def _worse(before: Edge | None, now: Edge) -> Edge:
    return before if before is not None and before.state != "right" else now


def _worded(error: Exception) -> str:
    if isinstance(error, BacksightError):
        return f"an error: {error.message}"
    return f"{type(error).__name__}: {error}"


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
