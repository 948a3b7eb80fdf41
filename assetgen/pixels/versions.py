"""The order of a recipe's operations and their versions: plain data, so that planning needs no pixels."""

from __future__ import annotations

ORDER = (
    "grid",
    "background",
    "alpha",
    "specks",
    "trim",
    "canvas",
    "palette",
    "colors",
    "outline",
    "shadow",
    "mirror",
    "rotate",
    "recolor",
)
"""The order in which operations run, however the manifest lists them."""

OPERATION_VERSIONS: dict[str, int] = dict.fromkeys(ORDER, 1) | {"enlarge": 1, "slice": 1, "geometry": 1, "autotile": 1}
"""Part of the key of every finished picture: raise a number when that operation's pixels change (IDENTITY 15)."""
