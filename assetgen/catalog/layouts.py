"""The layout table: how each style's sheet is cut. Rows are append-only; a changed cut is a new row with `version=2`.

Directions are where the figure looks; *left* is the viewer's left. Cells count from 0 in reading order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from assetgen.catalog.types import Style
from assetgen.model.layout import Cell, Layout, Loop, TagRow

FRAME_COUNTS = (4, 6, 8, 10, 12, 16)
"""What `frames` may be for advanced animations."""

_ADVANCED_GRIDS = {4: (2, 2), 6: (3, 2), 8: (4, 2), 16: (4, 4)}  # 10 and 12: not known, taken from the picture

Corners = tuple[int, int, int, int]

# fmt: off
CORNERS: tuple[Corners, ...] = (
    (0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 1), (0, 0, 1, 0),
    (0, 0, 0, 0), (0, 1, 0, 1), (1, 1, 1, 1), (1, 0, 1, 0),
    (0, 0, 0, 0), (0, 1, 0, 0), (1, 1, 0, 0), (1, 0, 0, 0),
    (1, 1, 1, 1), (1, 1, 1, 0), (1, 1, 0, 1), (0, 1, 1, 0),
    (1, 1, 1, 1), (1, 0, 1, 1), (0, 1, 1, 1), (1, 0, 0, 1),
)
# fmt: on
"""Corner bits TL TR BL BR of the 4×5 tileset's twenty cells: 1 inside (`prompt`), 0 outside."""

ONCE = frozenset({"attack", "jump", "destroy", "crouch", "action"})
"""Actions that play once where nothing else is said."""


def default_loop(tag: str) -> Loop:
    """Whether a tag of this name plays once or repeats by default: `attack`, `attack_down` once, `walk` repeats."""
    return "once" if tag.split("_", 1)[0] in ONCE else "repeat"


def _row(name: str, cells: Iterable[int | Cell] | None) -> TagRow:
    if cells is None:
        return TagRow(name, None, default_loop(name))
    return TagRow(name, tuple(c if isinstance(c, Cell) else Cell(c) for c in cells), default_loop(name))


def _directed(columns: int, directions: str, actions: Mapping[str, Iterable[int]]) -> tuple[TagRow, ...]:
    """ACTION_DIRECTION for each action and each row; `actions` maps to columns in play order."""
    return tuple(
        _row(f"{action}_{direction}", [columns * row + column for column in played])
        for action, played in actions.items()
        for row, direction in enumerate(directions.split())
    )


def _small_sprites() -> tuple[TagRow, ...]:
    # There is no right row: it is the left one mirrored.
    sources = {"down": (0, False), "left": (1, False), "up": (2, False), "right": (1, True)}
    actions = {"walk": (0, 1), "arm": (2,), "arms": (3,), "crouch": (4,)}
    directed = [
        _row(f"{action}_{direction}", [Cell(5 * row + column, mirrored) for column in columns])
        for action, columns in actions.items()
        for direction, (row, mirrored) in sources.items()
    ]
    specials = ("glance_left", "glance_right", "look", "surprised", "lying")
    return (*directed, *(_row(name, [15 + column]) for column, name in enumerate(specials)))


_COMPASS = {"s": 1, "sw": 2, "w": 5, "nw": 8, "n": 7, "ne": 6, "e": 3, "se": 0}
_TURN = (0, 1, 2, 5, 8, 7, 6, 3)  # SE S SW W NW N NE E: the order in which the service's GIF turns


def _rotation(name: str, cell: tuple[int, int] | None) -> Layout:
    tags = (*(_row(f"face_{d}", [index]) for d, index in _COMPASS.items()), _row("turn", _TURN))
    return Layout(name, 3, 3, tags, cell, gif_order=_TURN, empty=frozenset({4}))


def _whole(name: str, tag: str, cell: int | None = None) -> Layout:
    """4×4 cells of one animation, row by row."""
    size = (cell, cell) if cell else None
    return Layout(name, 4, 4, (_row(tag, None),), size, gif_order=tuple(range(16)))


def _advanced(name: str, tag: str) -> Iterable[Layout]:
    for count in FRAME_COUNTS:
        columns, rows = _ADVANCED_GRIDS.get(count, (None, None))
        order = tuple(range(count))
        yield Layout(f"{name}_{count}", columns, rows, (_row(tag, order),), gif_order=order)
    # `frames` not sent: the service chooses, and the picture's size tells.
    yield Layout(name, None, None, (_row(tag, None),))


_WALKING_AND_IDLE = _directed(4, "down right up left", {"idle": (2, 0), "walk": (2, 1, 2, 3)})

ADVANCED_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "walking": "walk",
        "idle": "idle",
        "jump": "jump",
        "crouch": "crouch",
        "attack": "attack",
        "destroy": "destroy",
        "custom_action": "action",
        "subtle_motion": "motion",
    }
)
"""The default tag of each advanced animation."""

_ROWS = (
    Layout(
        "four_angle_walking",
        4,
        4,
        _directed(4, "up right down left", {"walk": range(4)}),
        (48, 48),
        gif_order=tuple(range(16)),
    ),
    # Their GIFs are expansions of 44 frames in an unknown order: refused, so no gif_order.
    Layout("walking_and_idle", 4, 4, _WALKING_AND_IDLE, (48, 48)),
    Layout("large_walking_idle", 4, 4, _WALKING_AND_IDLE, (64, 64)),
    Layout("small_sprites", 5, 4, _small_sprites(), (32, 32), gif_order=tuple(range(20))),
    Layout(
        "battle_sprites",
        14,
        4,
        _directed(
            14,
            "down right up left",
            {"idle": range(3), "walk": range(3, 9), "jump": (9, 10), "attack": (11, 12, 13)},
        ),
        (64, 64),
        gif_order=tuple(range(56)),
    ),
    _rotation("8_dir_rotation", (80, 80)),
    _rotation("rotate", None),
    _whole("vfx", "effect"),
    _whole("any_animation", "animation", 64),
    _whole("big_animation", "animation", 128),
    *(row for action, tag in ADVANCED_TAGS.items() for row in _advanced(f"advanced_{action}", tag)),
    Layout("tileset", 4, 5, tiles=True),
)

LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    # Later rows of one name are newer versions: the bare name means the newest, `name@1` stays what it was.
    {row.key: row for row in _ROWS} | {row.name: row for row in _ROWS}
)
"""Every row under `name@version`, and the newest of each under its bare name."""


def layout_for(style: Style, frames: int | None = None) -> Layout | None:
    """The layout of a style's sheet; None for single pictures. `frames` as asked for, None: the service's choice."""
    if style.layout is None:
        return None
    by_count = f"{style.layout}_{frames}" if style.durations and frames else style.layout
    return LAYOUTS.get(by_count) or LAYOUTS[style.layout]
