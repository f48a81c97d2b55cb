"""Nested arguments (tuples, lists, dicts of arrays) as flat lists of leaves, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from backsight.errors import ShapeError


def flatten(tree: Any, first: int = 0) -> tuple[list[Any], Any]:
    """The leaves of a tree in order, and its structure: the same tree with leaf numbers from `first`."""
    leaves: list[Any] = []
    return leaves, _numbered(tree, leaves, first)


def _numbered(tree: Any, leaves: list[Any], first: int) -> Any:
    if isinstance(tree, dict):
        return {k: _numbered(v, leaves, first) for k, v in tree.items()}
    if isinstance(tree, tuple | list):
        return rebuilt(type(tree), [_numbered(v, leaves, first) for v in tree])
    leaves.append(tree)
    return first + len(leaves) - 1


def rebuilt(kind: type, parts: Iterable[Any]) -> Any:
    """A sequence of that kind; a named tuple takes its parts one by one."""
    return kind(*parts) if hasattr(kind, "_fields") else kind(parts)


def unflatten(structure: Any, leaves: Sequence[Any]) -> Any:
    """The tree of that structure with these leaves."""
    if isinstance(structure, dict):
        return {k: unflatten(v, leaves) for k, v in structure.items()}
    if isinstance(structure, tuple | list):
        return rebuilt(type(structure), [unflatten(v, leaves) for v in structure])
    return leaves[structure]


def leaves_like(structure: Any, tree: Any) -> list[Any]:
    """The leaves of a tree in the order of a structure.

    Raises:
        ShapeError: the tree is nested otherwise.
    """
    if isinstance(structure, dict):
        if not isinstance(tree, dict) or tree.keys() != structure.keys():
            raise ShapeError(f"expected a dict with the keys {', '.join(map(repr, structure))}")
        return [leaf for key, part in structure.items() for leaf in leaves_like(part, tree[key])]
    if isinstance(structure, tuple | list):
        if not isinstance(tree, tuple | list) or len(tree) != len(structure):
            raise ShapeError(f"expected a sequence of {len(structure)}")
        return [
            leaf for part, value in zip(structure, tree, strict=True) for leaf in leaves_like(part, value)
        ]
    return [tree]


def leaf_names(tree: Any, name: str) -> list[str]:
    """A name for every leaf: dictionary keys as they are, `name_0`, `name_1` in sequences."""
    if isinstance(tree, dict):
        return [n for k, v in tree.items() for n in leaf_names(v, _key_name(k, name))]
    if isinstance(tree, tuple | list):
        return [n for i, v in enumerate(tree) for n in leaf_names(v, f"{name}_{i}")]
    return [name]


def _key_name(key: Any, name: str) -> str:
    return str(key) if str(key).isidentifier() else re.sub(r"\W", "_", f"{name}_{key}")
