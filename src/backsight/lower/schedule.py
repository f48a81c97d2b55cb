"""When each element is computed, and in whose company: passes over the rows, and groups that share loops.

A pass walks the rows once. What folds all rows is known after its pass; a row value that needs it belongs to
the next pass. Inside a pass (and between passes, where nothing has rows) elements are grouped by the loops
around them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from backsight.lower.elements import Element, Elements, Item, Key, Opaque
from backsight.lower.index import Index
from backsight.lower.nodes import Axis, Read, reads


@dataclass
class Group:
    """Items computed one after the other inside the same loops. An opaque variable is a group of its own."""

    sizes: tuple[Index, ...]
    items: list[Item]

    @property
    def elements(self) -> list[Element]:
        return [i for i in self.items if isinstance(i, Element)]


@dataclass
class Stage:
    """What is computed without walking rows, then one pass over them."""

    before: list[Group] = field(default_factory=list)
    rows: list[Group] = field(default_factory=list)


class Schedule:
    """Stages in order, and where each element's value is kept.

    Attributes:
        stages: what is computed when.
        group_of: the group in which an element or an opaque variable is computed.
        uses: who reads an element.
        stored: variables whose elements are all written to a full array.
    """

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.level: dict[Key | str, int] = {}
        self.stored = set(elements.stored)
        self.stages: list[Stage] = []
        self.group_of: dict[Key | str, Group] = {}
        self.uses: dict[Key, list[tuple[Element, Read]]] = defaultdict(list)
        self._find_uses()
        self._levels()
        self._group()
        for stage in self.stages:
            for groups in (stage.before, stage.rows):
                self._sink(groups)
                # All that a group computed may have sunk into others.
                groups[:] = [group for group in groups if group.items]

    def _find_uses(self) -> None:
        for item in self.elements.items:
            if isinstance(item, Element):
                for read in reads(item.term):
                    if self.elements.is_element(read.variable):
                        self.uses[self.elements.key(read)].append((item, read))

    # --- stages -------------------------------------------------------------------------------------------

    def _levels(self) -> None:
        for item in self.elements.items:
            if isinstance(item, Opaque):
                names = {r.variable for node in item.nodes for r in reads(node.term)}
                self.level[item.variable] = max((self._complete(n) for n in names), default=0)
            else:
                self.level[item.key] = max((self._ready(item, r) for r in reads(item.term)), default=0)

    def _ready(self, reader: Element, read: Read) -> int:
        """The first stage in which the reader can have this value."""
        if not self.elements.is_element(read.variable):
            return self.level.get(read.variable, 0)
        source = self.elements.table[self.elements.key(read)]
        return self.level[source.key] + source.accumulates

    def _complete(self, variable: str) -> int:
        """The first stage at whose beginning all of a variable is known."""
        if not self.elements.is_element(variable):
            return self.level.get(variable, 0)
        parts = [e for e in self.elements.items if isinstance(e, Element) and e.variable == variable]
        return max((self.level[e.key] + e.row for e in parts), default=0)

    # --- groups -------------------------------------------------------------------------------------------

    def _group(self) -> None:
        stages: dict[int, list[Item]] = defaultdict(list)
        for item in self.elements.items:
            stages[self.level[_name(item)]].append(item)
        for number in range(max(stages, default=-1) + 1):
            walked = [i for i in stages[number] if isinstance(i, Element) and i.row]
            rest = [i for i in stages[number] if not (isinstance(i, Element) and i.row)]
            stage = Stage()
            self._form(stage.before, rest)
            # Accumulators last, so that they find the loops of what they fold.
            self._form(
                stage.rows, [*(e for e in walked if not e.accumulates), *(e for e in walked if e.accumulates)]
            )
            self.stages.append(stage)
        self._cross_passes()

    def _form(self, groups: list[Group], items: Iterable[Item]) -> None:
        """Put each item into the earliest group that has its loops and comes late enough."""
        number: dict[Key | str, int] = {}
        for item in items:
            at = self._earliest(item, number)
            if isinstance(item, Opaque):
                group = Group((), [item])
                groups.append(group)
                number[item.variable] = len(groups) - 1
                self.group_of[item.variable] = group
                continue
            sizes = tuple(a.stop - a.start for a in item.nest)
            fitting = (i for i in range(at, len(groups)) if groups[i].sizes == sizes and groups[i].elements)
            found = next(fitting, len(groups))
            if found == len(groups):
                groups.append(Group(sizes, []))
            groups[found].items.append(item)
            number[item.key] = found
            self.group_of[item.key] = groups[found]

    def _earliest(self, item: Item, number: dict[Key | str, int]) -> int:
        if isinstance(item, Opaque):
            return 0
        first = 0
        for read in reads(item.term):
            name = self._name(read)
            if name in number:
                first = max(first, number[name] + (not self.aligned(item, read)))
        return first

    def _name(self, read: Read) -> Key | str:
        return self.elements.key(read) if self.elements.is_element(read.variable) else read.variable

    def aligned(self, reader: Element, read: Read) -> bool:
        """Whether the value that is read is the one made in the same turn of the reader's loops."""
        if not self.elements.is_element(read.variable):
            return False
        source = self.elements.table[self.elements.key(read)]
        if source.accumulates or _sizes(source.axes) != _sizes(reader.nest):
            return False
        return [p.symbol for p in self.elements.long_positions(read)] == [a.symbol for a in reader.nest]

    def _cross_passes(self) -> None:
        """A row value of one pass that another reads has to be there for every row."""
        for key, uses in self.uses.items():
            source = self.elements.table[key]
            if (
                source.row
                and not source.accumulates
                and any(self.level[u.key] > self.level[key] for u, _ in uses)
            ):
                self.stored.add(source.variable)

    # --- sinking ------------------------------------------------------------------------------------------

    def is_kept(self, key: Key) -> bool:
        """Whether an element is needed outside the turn of the loops that computes it."""
        group = self.group_of[key]
        return any(self.group_of[u.key] is not group or not self.aligned(u, r) for u, r in self.uses[key])

    def _sink(self, groups: list[Group]) -> None:
        """Move what only one later group uses into that group, unless more would have to be kept for it."""
        for group in reversed(groups):
            for element in reversed(group.elements):
                home = self._later_home(element, group)
                if home is None or self.group_of[element.key] is not group:
                    continue
                moved = self._with_exclusive_operands(element, group)
                if moved:
                    first = min(home.items.index(u) for u, _ in self.uses[element.key])
                    home.items[first:first] = moved
                    for each in moved:
                        group.items.remove(each)
                        self.group_of[each.key] = home
        groups[:] = [group for group in groups if group.items]

    def _later_home(self, element: Element, group: Group) -> Group | None:
        """The one group, other than its own and with the same loops, that uses an element turn by turn."""
        uses = self.uses[element.key]
        homes = {id(self.group_of[u.key]): self.group_of[u.key] for u, _ in uses}
        if not self._movable(element) or len(homes) != 1 or id(group) in homes:
            return None
        (home,) = homes.values()
        same_stage = self.level[element.key] == self.level[uses[0][0].key] and uses[0][0].row == element.row
        fits = same_stage and home.sizes == group.sizes and group.sizes
        return home if fits and all(self.aligned(u, r) for u, r in uses) else None

    def _movable(self, element: Element) -> bool:
        return not element.fold and not element.accumulates and element.variable not in self.stored

    def _with_exclusive_operands(self, element: Element, group: Group) -> list[Element]:
        """The element and the operands nothing else uses, in order; empty if more would have to be kept."""
        moved = {element.key}
        pending = [element]
        while pending:
            for key in self.sources(pending.pop()) - moved:
                source = self.elements.table[key]
                if not source.axes or source.variable in self.stored or self.is_kept(key):
                    continue
                if not self._movable(source) or any(u.key not in moved for u, _ in self.uses[key]):
                    return []
                moved.add(key)
                pending.append(source)
        return [e for e in group.elements if e.key in moved]

    def sources(self, element: Element) -> set[Key]:
        """The elements that an element is computed from."""
        return {self.elements.key(r) for r in reads(element.term) if self.elements.is_element(r.variable)}


def _name(item: Item) -> Key | str:
    return item.variable if isinstance(item, Opaque) else item.key


def _sizes(axes: Iterable[Axis]) -> list[Index]:
    return [a.stop - a.start for a in axes]
