"""From a change that works to a sentence: what is wrong with the line, and what it should say."""

from __future__ import annotations

import ast

from backsight.checking.diagnosis import Repair, Search
from backsight.checking.recognise import Fault, by_name, compared
from backsight.checking.repairs import Splice, splices
from backsight.checking.truth import Quantity
from backsight.checking.watching import Place

_SENTENCES = {
    "sign": "the sign is wrong",
    "operator": "the operation is wrong",
    "order": "the operands are the wrong way round",
    "transpose": "a transpose is missing, or one too many",
    "extra": "something is here that does not belong",
    "function": "the function is wrong",
    "axis": "the sum goes over the wrong axis",
    "constant": "the number is wrong",
    "index": "the index is off",
    "loop": "the loop runs over the wrong range, or the wrong way round",
    "comparison": "the comparison is the wrong way round",
    "overwritten": "this overwrites what was there, where it should add to it",
    "accumulated": "this adds to what was there, where it should replace it",
    "missing factor": "a factor is missing",
    "missing term": "a term is missing: a value used more than once collects the gradient of every use",
    "sum": "a sum is missing over what was stretched going forward",
    "slope": "the slope is that of another activation",
    "factor": "a factor is missing, or one too many",
}
_CODES = {"missing factor": "factor", "missing term": "second use", "extra": "extra"}


def described(repair: Repair, search: Search) -> tuple[str, str, str, Quantity | None]:
    """Cause, sentence and remedy, and what the line should compute."""
    place = repair.place
    quantity = intended(place, search)
    root = root_of(place, search)
    fault: Fault | None = None
    if quantity is not None and search.truth is not None and root is not None and len(root.arrays) == 1:
        fault = compared(root.arrays[0], quantity, search.truth)
    line = rewritten(repair)
    remedy = f"write: {line}" if line else ""
    if fault is not None and (fault.cause in ("slope", "sum", "second use") or repair.written is None):
        return fault.cause, _capital(fault.says), remedy or fault.remedy, quantity
    if repair.cause == "name":
        was, now = ast.unparse(place.node), ast.unparse(repair.written) if repair.written else ""
        return "value", f"{was} is used where {now} belongs", remedy, quantity
    if repair.splice is not None:
        return _of_splice(repair.splice, place, fault, quantity)
    return _CODES.get(repair.cause, repair.cause), _capital(_SENTENCES[repair.cause]), remedy, quantity


def _of_splice(
    splice: Splice, place: Place, fault: Fault | None, quantity: Quantity | None
) -> tuple[str, str, str, Quantity | None]:
    what = splice.quantity.says
    spelled = ast.unparse(place.node)
    if fault is not None:
        return fault.cause, _capital(fault.says), fault.remedy, quantity
    if splice.quantity.kind == "slope":
        return "slope", f"{spelled} is not {what}", f"{spelled} should be {what}", quantity
    return "value", f"{spelled} does not give {what}", f"it should give {what}", quantity


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def rewritten(repair: Repair) -> str:
    """The line as it should read; "" where no rewriting is known."""
    place = repair.place
    if repair.written is None:
        return ""
    if isinstance(repair.written, ast.stmt):
        return _head(ast.unparse(repair.written))
    place.put(repair.written)
    try:
        return _head(ast.unparse(place.statement))
    finally:
        place.put(place.node)


def _head(text: str) -> str:
    return text.splitlines()[0]


def root_of(place: Place, search: Search) -> Place | None:
    """The whole value of the statement that a place is in."""
    if place.is_root:
        return place
    roots = [p for p in search.watch.places if p.statement is place.statement and p.is_root and p.first > 0]
    return roots[0] if len(roots) == 1 else None


def intended(place: Place, search: Search) -> Quantity | None:
    """The gradient that a line should compute: the one its name speaks of, or one that works there."""
    truth, root = search.truth, root_of(place, search)
    if truth is None or root is None:
        return None
    named = [q for q in by_name(root, truth) if q.kind == "adjoint"]
    if named:
        return named[0]
    for splice in splices(root, truth, ("adjoint",)):
        if search.spliced(splice):
            return splice.quantity
    return None
