"""What the service refuses in edits and pixel fixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from assetgen.catalog.tools import EDIT_MAX_SIDE, EDIT_MIN_SIDE, FIXER_MAX_PIXELS, FIXER_MIN_SIDE, TOOLS
from assetgen.catalog.types import Tool, ToolField
from assetgen.model.errors import PictureError
from assetgen.pixels.picture import Picture
from assetgen.simulator import images
from assetgen.simulator.errors import Flaw
from assetgen.simulator.fields import Field, Kind, type_flaws
from assetgen.simulator.strict import PALETTE_LIMIT

_KINDS: Mapping[str, Kind] = {
    "picture": "image",
    "palette": "image",
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}
_MISSING = {"outpainting": "missing_expansion", "seam_tiling": "missing_tile_direction"}
_OLD_EDIT: Mapping[str, Field] = {"prompt": Field("string"), "inputImageBase64": Field("image")}
_FIXES: Mapping[str, Mapping[str, Field]] = {
    "fix_standard": {"input_image": Field("image")},
    "fix_neural": {"input_image": Field("image"), "width": Field("integer", 1), "height": Field("integer", 1)},
}


class ToolAsk(Struct, frozen=True):
    """An edit or fix that passed: its fields by wire name, and its decoded pictures."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    @property
    def picture(self) -> Picture:
        return self.pictures["input_image"]


def tool_problems(tool: str, payload: Any) -> list[str]:
    """Everything that the service would refuse in the body of a `POST /edit/tools/{tool}` (also `/tasks`)."""
    return _problems(examine_tool(TOOLS[tool], payload))


def edit_problems(payload: Any) -> list[str]:
    """The same for v1's `POST /edit`."""
    return _problems(examine_edit(payload))


def fix_problems(kind: str, payload: Any) -> list[str]:
    """The same for `POST /pixel-fixer/…`; `kind` is `fix_standard` or `fix_neural`."""
    return _problems(examine_fix(kind, payload))


def _problems(result: ToolAsk | list[Flaw]) -> list[str]:
    return [] if isinstance(result, ToolAsk) else [str(flaw) for flaw in result]


def examine_edit(payload: Any) -> ToolAsk | list[Flaw]:
    """v1's edit as understood, or all that is wrong with it."""
    if flaws := schema_flaws(payload, _OLD_EDIT, tuple(_OLD_EDIT)):
        return flaws
    pictures, flaws = _pictures({"inputImageBase64": False}, payload)
    flaws += _side_flaws(pictures.get("inputImageBase64"), EDIT_MIN_SIDE, EDIT_MAX_SIDE)
    if flaws:
        return flaws
    return ToolAsk("image_edit", {"prompt": payload["prompt"]}, {"input_image": pictures["inputImageBase64"]})


def examine_tool(tool: Tool, payload: Any) -> ToolAsk | list[Flaw]:
    """An edit as understood, or all that is wrong with it: first its schema, then what it means."""
    known = {row.wire: row for row in tool.fields}
    fields = {name: Field(_KINDS[row.type], row.minimum, row.maximum) for name, row in known.items()}
    fields |= {"input_image": Field("image"), "custom_id": Field("string")}
    required = ("input_image", *(name for name, row in known.items() if row.required))
    if flaws := schema_flaws(payload, fields, required):
        return flaws
    given = {name: value for name, value in payload.items() if value is not None}
    opaque = {name: row.type == "palette" for name, row in known.items() if row.type in ("picture", "palette")}
    pictures, flaws = _pictures({"input_image": False, **opaque}, given)
    flaws = [*_meaning_flaws(tool, known, given), *flaws]
    if tool.max_input is not None:
        flaws += _side_flaws(pictures.get("input_image"), 1, tool.max_input)
    flaws += _mask_flaws(pictures)
    if flaws:
        return flaws
    return ToolAsk(tool.name, {name: value for name, value in given.items() if name not in pictures}, pictures)


def examine_fix(kind: str, payload: Any) -> ToolAsk | list[Flaw]:
    """A fix as understood, or all that is wrong with it."""
    if flaws := schema_flaws(payload, _FIXES[kind], ("input_image",)):
        return flaws
    try:
        picture = images.received(payload["input_image"], "input_image")
    except PictureError as error:
        return [Flaw(("body", "input_image"), _named("input_image", error), code="invalid_pixel_fixer_image")]
    height, width = picture.shape[:2]
    if min(width, height) < FIXER_MIN_SIDE or width * height > FIXER_MAX_PIXELS:
        message = f"input_image is {width}x{height}; expected at least 16x16 and at most 16 megapixels."
        return [Flaw(("body", "input_image"), message, code="invalid_pixel_fixer_image")]
    return ToolAsk(kind, {name: payload.get(name) for name in ("width", "height")}, {"input_image": picture})


def schema_flaws(payload: Any, fields: Mapping[str, Field], required: tuple[str, ...]) -> list[Flaw]:
    """What is missing, unknown, or of the wrong type or range."""
    if not isinstance(payload, dict):
        return [Flaw(("body",), "Input should be a valid dictionary", type="dict_type")]
    flaws = [Flaw(("body", name), "Field required", type="missing") for name in required if payload.get(name) is None]
    for name, value in payload.items():
        if name not in fields:
            flaws.append(Flaw(("body", name), "Extra inputs are not permitted", type="extra_forbidden"))
        elif value is not None:
            flaws += type_flaws(name, value, fields[name])
    return flaws


def _meaning_flaws(tool: Tool, known: Mapping[str, ToolField], given: Mapping[str, Any]) -> list[Flaw]:
    flaws = []
    for name, row in known.items():
        value = given.get(name)
        if row.choices and value is not None and value not in row.choices:
            message = f"{name} must be one of {', '.join(row.choices)}."
            flaws.append(Flaw(("body", name), message, code="invalid_dither_mode"))
        if row.required and row.type == "string" and isinstance(value, str) and not value.strip():
            flaws.append(Flaw(("body", name), f"{name} must not be empty.", code=f"missing_{name}"))
    wires = {row.name: wire for wire, row in known.items()}
    if tool.one_of and not any(given.get(wires[name]) for name in tool.one_of):
        message = f"{tool.name} needs at least one of {', '.join(tool.one_of)}."
        flaws.append(Flaw(("body",), message, code=_MISSING.get(tool.name, "bad_request")))
    return flaws


def _pictures(wanted: Mapping[str, bool], given: Mapping[str, Any]) -> tuple[dict[str, Picture], list[Flaw]]:
    """The decoded pictures of fields (True: a palette, small and opaque), and those that are none."""
    found: dict[str, Picture] = {}
    flaws: list[Flaw] = []
    for name, palette in wanted.items():
        if name not in given:
            continue
        if palette and len(given[name]) >= PALETTE_LIMIT:
            flaws.append(Flaw(("body", name), f"{name} must be below 1 MB.", code="palette_too_large"))
            continue
        try:
            found[name] = images.received(given[name], name, opaque=palette)
        except PictureError as error:
            code = "invalid_palette" if palette else "invalid_image"
            flaws.append(Flaw(("body", name), _named(name, error), code=code))
    return found, flaws


def _named(name: str, error: PictureError) -> str:
    return str(error) if str(error).startswith(name) else f"{name} {error}"


def _mask_flaws(pictures: Mapping[str, Picture]) -> list[Flaw]:
    mask, picture = pictures.get("mask_image"), pictures.get("input_image")
    if mask is None or picture is None or mask.shape[:2] == picture.shape[:2]:
        return []
    sizes = f"{mask.shape[1]}x{mask.shape[0]}, the input {picture.shape[1]}x{picture.shape[0]}"
    return [Flaw(("body", "mask_image"), f"mask_image is {sizes}; they must be equal.", code="invalid_dimensions")]


def _side_flaws(picture: Picture | None, low: int, high: int) -> list[Flaw]:
    if picture is None:
        return []
    height, width = picture.shape[:2]
    if low <= width <= high and low <= height <= high:
        return []
    message = f"The input image is {width}x{height}; expected {low}x{low} to {high}x{high}."
    return [Flaw(("body", "input_image"), message, code="invalid_image_size")]
