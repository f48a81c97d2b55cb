"""What to write instead of a name that cannot be recorded."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_NO_EIGENVALUES = (
    "eigenvalues are not recorded: trace, slogdet, cholesky and solve do without; for the largest repeat "
    "v = A @ v; v = v / np.linalg.norm(v)"
)
INSTEAD = {
    "detach": "bs.stop_gradient(x) holds a value fixed",
    "requires_grad": "argnums of bs.grad says what to differentiate by",
    "backward": "bs.grad(function)(*args) is the backward pass",
    "numpy": "a traced value behaves like an array already",
    "fft": "write it as a product with a matrix of sines and cosines",
    "nonzero": "which entries there are would depend on the data: choose with np.where(mask, x, 0.0)",
    "argwhere": "which entries there are would depend on the data: choose with np.where(mask, x, 0.0)",
    "flatnonzero": "which entries there are would depend on the data: choose with np.where(mask, x, 0.0)",
    "extract": "which entries there are would depend on the data: choose with np.where(mask, x, 0.0)",
    "compress": "which entries there are would depend on the data: choose with np.where(mask, x, 0.0)",
    "unique": "how many there are would depend on the data: use a mask and np.where",
    **dict.fromkeys(("eigh", "eigvalsh", "eig", "eigvals", "svd", "svdvals"), _NO_EIGENVALUES),
    "fill": "np.full_like(x, value) is a new array",
    "put": "build a new array: np.where(mask, new, old)",
    "copyto": "build a new array: np.where(mask, new, old)",
    "random": "draw the numbers elsewhere and pass them as an argument; Python's own random is here",
}


def instead(name: str, known: Iterable[str]) -> str:
    """A remedy for `np.name`, or a method of that name: the like that can be recorded."""
    last = name.rpartition(".")[2]
    if last in INSTEAD:
        return INSTEAD[last]
    near = get_close_matches(last, known, n=3, cutoff=0.72)
    if near:
        return f"there {'is' if len(near) == 1 else 'are'} {', '.join(f'np.{n}' for n in near)}"
    return "write it with operators and np.* functions; the reference lists those that can be recorded"
