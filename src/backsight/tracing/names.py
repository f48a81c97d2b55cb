"""What a traced value can be asked for by NumPy's names, sorted by what happens to the array."""

from __future__ import annotations

import re

METHODS = frozenset(
    [
        *("sum", "mean", "max", "min", "prod", "var", "std", "ptp", "all", "any", "argmax", "argmin"),
        *("clip", "round"),
        *("swapaxes", "squeeze", "repeat", "take", "diagonal", "trace"),
        *("cumsum", "cumprod", "argsort", "choose", "nonzero"),
    ]
)
"""What arrays can do that the functions of the same names do."""
PERCENT = re.compile(r"""["'] %""")
"""A number set into a text by the operator %, which asks for a float."""
WRITERS = frozenset(["copyto", "put", "place", "putmask", "put_along_axis", "fill_diagonal"])
VIEWS = frozenset(
    [
        *("reshape", "ravel", "transpose", "permute_dims", "swapaxes", "moveaxis", "rollaxis", "squeeze"),
        *("expand_dims", "diagonal", "diag", "broadcast_to", "split", "array_split", "vsplit", "hsplit"),
        *(
            "dsplit",
            "atleast_1d",
            "atleast_2d",
            "atleast_3d",
            "flip",
            "flipud",
            "fliplr",
            "rot90",
            "matrix_transpose",
        ),
    ]
)
"""Functions whose answer shares its numbers with their array."""
IN_PLACE = frozenset(["fill", "sort", "partition", "put", "resize"])
