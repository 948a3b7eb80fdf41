"""Recipes: what happens to pictures after they arrive, free and repeatable, in one fixed order.

The params of each Operation, as plain JSON (what the manifest hands over; short forms already written out).
COLOR is `rrggbb` or `rrggbbaa`. COLORS is a list of COLOR, or null: then `name` is looked up in
`Context.palettes` when the recipe runs (palettes extracted from assets).

| name | params |
| --- | --- |
| grid | `{"scale": "auto" \\| int >= 1}` |
| background | `{"flood": int 0..255}` tolerance per channel |
| alpha | `{"threshold": int 1..255}` |
| specks | `{"size": int >= 1}` parts of up to that many pixels go |
| trim | `{}` |
| canvas | `{"size": [w, h] \\| null, "align": ALIGN, "margin": int >= 0}` |
| palette | `{"name": str \\| null, "colors": COLORS, "dither": DITHER, "strength": number 0..1}` |
| colors | `{"count": int 1..256, "dither": DITHER, "strength": number 0..1}` |
| outline | `{"side": "outside" \\| "inside", "color": COLOR, "corners": bool}` |
| shadow | `{"kind": "drop" \\| "ground", "color": COLOR, "opacity": int 1..255, "offset": [x, y]}` |
| mirror | `{"axis": "x" \\| "y"}` x swaps left and right |
| rotate | `{"degrees": 90 \\| 180 \\| 270}` clockwise |
| recolor | `{"from": {"name": str \\| null, "colors": COLORS}, "to": {"name": …, "colors": COLORS}}` equal lengths |

DITHER: `none`, `bayer2`, `bayer4`, `bayer8`. ALIGN: `center`, `top`, `bottom`, `left`, `right`, `top_left`,
`top_right`, `bottom_left`, `bottom_right`.
Every key may be left out where a default exists: align center, margin 0, dither none, strength 1, side outside,
color 000000, corners false, kind drop, opacity 96, offset [1, 1], size null, threshold 128, scale auto.
`scale: [1, 2]` is no Operation: it stands in `Asset.scales`, and the build enlarges finished pictures with
`operations.enlarge`.
"""

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

OPERATION_VERSIONS: dict[str, int] = dict.fromkeys(ORDER, 1) | {"enlarge": 1}
"""Part of the key of every finished picture: raise a number when that operation's pixels change (IDENTITY 15)."""
