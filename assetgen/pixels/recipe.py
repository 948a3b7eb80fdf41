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

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.model.errors import AssetError
from assetgen.model.manifest import Operation
from assetgen.model.request import Json
from assetgen.pixels.versions import ORDER

if TYPE_CHECKING:
    from assetgen.model.built import Picture
    from assetgen.pixels.operations.framing import Move


class Context(Struct, frozen=True):
    """What a recipe needs beyond its params: the colours of palettes that were extracted, by name.

    `one_of_many`: the picture is one of a set, in which a recolour need not find its colours in each.
    """

    palettes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    one_of_many: bool = False


class Applied(Struct, frozen=True):
    """Finished frames, all of one size, and how a point of the frames before lies in them.

    `notes` are for people: what an operation left undone, and why.
    """

    frames: list[Picture]
    move: Move
    """`move.point(x, y)` carries pivots along; `move.dx`, `move.dy` are the old origin's place."""
    notes: tuple[str, ...] = ()
    fixed_size: bool = False


def apply(frames: Sequence[Picture], operations: Sequence[Operation], context: Context | None = None) -> Applied:
    """Run a recipe on all frames of one asset (one frame for a sprite), in `ORDER`, each operation once.

    Frames must be of one size; those of an animation are cropped by one common box and never recentred. The frames
    given are not changed. AssetError names the operation that cannot be done (canvas too small, no room for an outline,
    colours of a recolour not there).
    """
    from assetgen.pixels.operations.framing import STILL

    state = Applied(list(frames), STILL)
    for operation in sorted(operations, key=lambda item: ORDER.index(item.name)):
        state = _STEPS[operation.name](state, operation.params, context or Context())
    return state


def cleaning(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations before `trim`: quality checks look at frames in this state, while their borders still tell
    whether a figure is cut off, bleeds, or has kept its background."""
    return tuple(operation for operation in operations if ORDER.index(operation.name) < ORDER.index("trim"))


def added_colors(operations: Sequence[Operation]) -> list[str]:
    """Colours that a recipe draws with after mapping (outline, shadow): no fault when a palette lacks them."""
    return [
        operation.params.get("color", "000000") for operation in operations if operation.name in ("outline", "shadow")
    ]


def swapped_colors(colors: Sequence[str], operations: Sequence[Operation], context: Context | None = None) -> list[str]:
    """What a palette becomes under the recipe's recolour: the colours that finished frames may show."""
    result = list(colors)
    for operation in operations:
        if operation.name == "recolor":
            source, target = (_colors(operation.params[side], context or Context()) for side in ("from", "to"))
            pairs = dict(zip(source, target, strict=False))
            result = [pairs.get(color, color) for color in result]
    return result


Params = Mapping[str, Json]


def _colors(params: Params, context: Context) -> list[str]:
    colors = params.get("colors")
    if colors is None:
        colors = context.palettes[params["name"]]
    return list(colors)


def _each(state: Applied, change: Callable[[Picture], Picture]) -> Applied:
    return replace(state, frames=[change(frame) for frame in state.frames])


def _moved(state: Applied, frames: list[Picture], move: Move) -> Applied:
    return replace(state, frames=frames, move=state.move.then(move))


def _size(state: Applied) -> tuple[int, int]:
    height, width = state.frames[0].shape[:2]
    return width, height


def _grid(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import grid
    from assetgen.pixels.operations.framing import Move

    wanted = params.get("scale", "auto")
    found = grid.detect(state.frames, None if wanted == "auto" else int(wanted))
    if wanted == "auto" and found.confidence < grid.CONFIDENT:
        note = f"grid: no pixel grid found (confidence {found.confidence:.2f}): the picture is taken as it is"
        return replace(state, notes=(*state.notes, note))
    origin = (grid.lines(100 * found.scale, found.scale, start)[0] for start in (found.left, found.top))
    left, top = (int(value) for value in origin)
    move = Move(1 / found.scale, 0, 0, 1 / found.scale, -left / found.scale, -top / found.scale)
    return _moved(state, [grid.reduce(frame, found) for frame in state.frames], move)


def _background(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import cleanup

    return replace(state, frames=cleanup.remove_background(state.frames, params["flood"]))


def _alpha(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import cleanup

    return _each(state, lambda frame: cleanup.threshold_alpha(frame, params.get("threshold", 128)))


def _specks(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import cleanup

    return _each(state, lambda frame: cleanup.remove_specks(frame, params["size"]))


def _trim(state: Applied, _params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import framing

    return _moved(state, *framing.trim(state.frames))


def _canvas(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import framing

    size = params.get("size")
    frames, move = framing.canvas(
        state.frames, (size[0], size[1]) if size else None, params.get("align", "center"), params.get("margin", 0)
    )
    return replace(_moved(state, frames, move), fixed_size=bool(size))


def _palette(state: Applied, params: Params, context: Context) -> Applied:
    from assetgen.pixels import colors

    palette, dither, strength = _colors(params, context), params.get("dither", "none"), params.get("strength", 1)
    return _each(state, lambda frame: colors.map_to(frame, palette, dither, strength))


def _count(state: Applied, params: Params, context: Context) -> Applied:
    from assetgen.pixels import quantize

    palette = quantize.extract(state.frames, params["count"])
    return _palette(state, {**params, "colors": palette}, context)


def _with_room(state: Applied, room: int, name: str) -> Applied:
    """The frames with a margin of `room` pixels; an error when `canvas` fixed their size."""
    from assetgen.pixels.operations import framing

    if not room:
        return state
    if state.fixed_size:
        width, height = _size(state)
        raise AssetError(
            f"{name}: {room} more clear pixels are needed around the figure, but canvas fixes the size at "
            f"{width}×{height}: give the canvas a margin of {room}, or no size"
        )
    return _moved(state, *framing.canvas(state.frames, None, margin=room))


def _outline(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import drawing

    side, color = params.get("side", "outside"), params.get("color", "000000")
    state = _with_room(state, drawing.outline_room(state.frames, side), "outline")
    return _each(state, lambda frame: drawing.outline(frame, side, color, params.get("corners", False)))


def _shadow(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.geometry import common_box
    from assetgen.pixels.operations import drawing

    kind, (dx, dy) = params.get("kind", "drop"), params.get("offset", [1, 1])
    color, opacity = params.get("color", "000000"), params.get("opacity", 96)
    state = _with_room(state, drawing.shadow_room(state.frames, kind, (dx, dy)), "shadow")
    if not any(frame[..., 3].any() for frame in state.frames):
        return state
    box = common_box(state.frames)
    return _each(state, lambda frame: drawing.shadow(frame, kind, color, opacity, (dx, dy), box))


def _mirror(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import framing

    axis = params["axis"]
    frames = [framing.mirror(frame, axis) for frame in state.frames]
    return _moved(state, frames, framing.mirror_move(_size(state), axis))


def _rotate(state: Applied, params: Params, _context: Context) -> Applied:
    from assetgen.pixels.operations import framing

    degrees = params["degrees"]
    frames = [framing.rotate(frame, degrees) for frame in state.frames]
    return _moved(state, frames, framing.rotate_move(_size(state), degrees))


def _recolor(state: Applied, params: Params, context: Context) -> Applied:
    from assetgen.pixels import colors

    source, target = _colors(params["from"], context), _colors(params["to"], context)
    found = set(colors.unique_colors(state.frames)[0].tolist())
    if found and not context.one_of_many and not any(int(color[:6], 16) in found for color in source):
        raise AssetError(
            "recolor: none of the colours to replace occurs in the picture. "
            "Map it to that palette first (`palette:` in the same recipe, or in the one that it is copied from)"
        )
    try:
        return _each(state, lambda frame: colors.swap(frame, source, target))
    except ValueError as error:
        raise AssetError(f"recolor: {error}") from None


_STEPS: dict[str, Callable[[Applied, Params, Context], Applied]] = {
    "grid": _grid,
    "background": _background,
    "alpha": _alpha,
    "specks": _specks,
    "trim": _trim,
    "canvas": _canvas,
    "palette": _palette,
    "colors": _count,
    "outline": _outline,
    "shadow": _shadow,
    "mirror": _mirror,
    "rotate": _rotate,
    "recolor": _recolor,
}
