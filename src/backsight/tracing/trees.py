"""Nested arguments (tuples, lists, dicts of arrays) as flat lists of leaves, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Rebuild = Callable[[list[Any]], Any]


def flatten(tree: Any) -> tuple[list[Any], Any]:
    """The leaves of a tree in order, and its structure: the same tree with leaf numbers."""
    leaves: list[Any] = []
    return leaves, _number(tree, leaves)


def _number(tree: Any, leaves: list[Any]) -> Any:
    if isinstance(tree, dict):
        return {k: _number(v, leaves) for k, v in tree.items()}
    if isinstance(tree, tuple | list):
        return (
            type(tree)(_number(v, leaves) for v in tree)
            if type(tree) in (tuple, list)
            else type(tree)(*(_number(v, leaves) for v in tree))
        )
    leaves.append(tree)
    return len(leaves) - 1


def unflatten(structure: Any, leaves: Sequence[Any]) -> Any:
    if isinstance(structure, dict):
        return {k: unflatten(v, leaves) for k, v in structure.items()}
    if isinstance(structure, tuple | list):
        parts = [unflatten(v, leaves) for v in structure]
        return type(structure)(parts) if type(structure) in (tuple, list) else type(structure)(*parts)
    return leaves[structure]


def leaf_names(tree: Any, name: str) -> list[str]:
    """A name for every leaf: dictionary keys as they are, `name_0`, `name_1` in sequences."""
    if isinstance(tree, dict):
        return [
            n for k, v in tree.items() for n in leaf_names(v, k if str(k).isidentifier() else f"{name}_{k}")
        ]
    if isinstance(tree, tuple | list):
        return [n for i, v in enumerate(tree) for n in leaf_names(v, f"{name}_{i}")]
    return [name]
