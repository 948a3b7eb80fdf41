"""What the service refuses, in one place: the app answers by it, and tests of clients ask it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from assetgen.catalog.live import NOT_ASKED, Live
from assetgen.catalog.types import Style
from assetgen.model.errors import PictureError
from assetgen.pixels.picture import Picture
from assetgen.simulator import images
from assetgen.simulator.config import Dialect, Generation
from assetgen.simulator.errors import Flaw
from assetgen.simulator.fields import FIELDS, type_flaws

PALETTE_LIMIT = 1_000_000
"""Bytes of a palette's base64: the service wants it below 1 MB."""

OLD_MODEL = "RD_FLUX"
_MODELS = frozenset({OLD_MODEL, "rd_fast", "rd_plus", "rd_pro", "rd_mini", "rd_animation", "rd_tile"})
_INTERNAL = re.compile(r"([a-z0-9_]+):rd_(flux|fast|plus|pro)")
_PLAUSIBLE = re.compile(r"[a-z0-9_]+__[A-Za-z0-9_]+")
_USER = re.compile(r"user__[A-Za-z0-9_-]+")
_NULLABLE = frozenset(name for name, field in FIELDS.items() if field.nullable)


class Ask(Struct, frozen=True):
    """A request that passed: its style, the size drawn (after silent clamps), and its decoded pictures."""

    payload: Mapping[str, Any]
    style: Style
    size: tuple[int, int]
    count: int
    input: Picture | None = None
    outside: Picture | None = None
    references: tuple[Picture, ...] = ()
    palette: Picture | None = None

    def flag(self, name: str) -> bool:
        return bool(self.payload.get(name))


class Rules(Struct, frozen=True):
    """How strict: dialect, generation, which sizes, which unknown fields pass, which user styles are gone."""

    dialect: Dialect
    generation: Generation = "dollars"
    sizes: Literal["known", "today"] = "known"
    extra_fields: Collection[str] = frozenset()
    deleted_styles: Collection[str] = frozenset()
    live: Live = NOT_ASKED
    any_style: bool = False


def strict_problems(payload: Any, dialect: Dialect, generation: Generation = "dollars") -> list[str]:
    """Everything that the service would refuse in the body of a `POST /inferences`; empty when it would take it."""
    result = examine(payload, Rules(dialect, generation))
    return [] if isinstance(result, Ask) else [str(flaw) for flaw in result]


def examine(payload: Any, rules: Rules) -> Ask | list[Flaw]:
    """The request as understood, or all that is wrong with it: first its schema, then what it means."""
    if not isinstance(payload, dict):
        return [Flaw(("body",), "Input should be a valid dictionary", type="dict_type")]
    flaws = _schema(payload, rules)
    if flaws:
        return flaws
    style = find_style(payload, rules)
    if isinstance(style, Flaw):
        return [style]
    given = {name: value for name, value in payload.items() if value is not None or name in _NULLABLE}
    pictures, flaws = _pictures(given)
    flaws += _limits(given, style, pictures, rules)
    if flaws:
        return flaws
    asked = (given["width"], given["height"])
    return Ask(
        payload=given,
        style=style,
        size=_drawn_size(style, asked, pictures.get("input_image")),
        count=given.get("num_images", 1),
        input=pictures.get("input_image"),
        outside=pictures.get("extra_input_image"),
        references=tuple(picture for name, picture in pictures.items() if name.startswith("reference_images.")),
        palette=pictures.get("input_palette"),
    )


def _schema(payload: dict[str, Any], rules: Rules) -> list[Flaw]:
    required = ["width", "height"]
    if rules.generation == "dollars":  # the old documents' examples leave these out
        required.append("num_images")
        if payload.get("model") != OLD_MODEL:
            required.append("prompt_style")
    flaws = [Flaw(("body", name), "Field required", type="missing") for name in required if payload.get(name) is None]
    for name, value in payload.items():
        if name not in FIELDS:
            if name not in rules.extra_fields:
                flaws.append(Flaw(("body", name), "Extra inputs are not permitted", type="extra_forbidden"))
        elif value is not None:
            flaws += type_flaws(name, value, FIELDS[name])
    return flaws


def find_style(payload: Mapping[str, Any], rules: Rules) -> Style | Flaw:
    """The style that a request names, today's or an old way, or what is wrong with the name."""
    model = payload.get("model")
    name = payload.get("prompt_style")
    if model is not None and model not in _MODELS and model.lower() not in _MODELS:
        return Flaw(("body", "model"), f"Unknown or retired model: {model}.", code="bad_request")
    old = model == OLD_MODEL
    if old and rules.dialect == "v2":
        return Flaw(("body", "model"), f"{OLD_MODEL} belongs to v1; name the style only.", code="bad_request")
    if name is None:
        name = "rd_fast__default"
    if internal := _INTERNAL.fullmatch(name):
        name = f"rd_{internal[2].replace('flux', 'fast')}__{internal[1]}"
    missing = Flaw(("body", "prompt_style"), f"Style not found: {name}.", code="style_not_found")
    if name in rules.deleted_styles or (name.startswith("user__") and not _USER.fullmatch(name)):
        return missing
    style = rules.live.find(name, old_model=old)
    if style is None:
        return _unheard_of(name) if rules.any_style and _PLAUSIBLE.fullmatch(name) else missing
    if rules.live.is_gone(style):
        return missing
    return replace(style, price="plus") if style.price == "unknown" else style


def _unheard_of(name: str) -> Style:
    """A style that this version does not know, as the placeholder draws it."""
    return Style(name, "new", "picture", "", 1, 1024, references=9, price="plus", known=False)


def _pictures(payload: Mapping[str, Any]) -> tuple[dict[str, Picture], list[Flaw]]:
    """The decoded pictures by field (`reference_images.0` and so on), and those that are none."""
    wanted: list[tuple[str, str]] = [
        (name, payload[name]) for name in ("input_image", "extra_input_image", "input_palette") if name in payload
    ]
    wanted += [(f"reference_images.{i}", value) for i, value in enumerate(payload.get("reference_images") or ())]
    found: dict[str, Picture] = {}
    flaws: list[Flaw] = []
    for name, value in wanted:
        palette = name == "input_palette"
        if palette and len(value) >= PALETTE_LIMIT:
            message = f"input_palette: {len(value)} characters; must be below 1 MB."
            flaws.append(Flaw(("body", name), message, code="palette_too_large"))
            continue
        try:
            found[name] = images.received(value, name, rgb=name in ("input_image", "extra_input_image"), opaque=palette)
        except PictureError as error:
            message = str(error) if str(error).startswith(name) else f"{name} {error}"
            code = "invalid_palette" if palette else "invalid_image"
            flaws.append(Flaw(("body", *name.split(".")), message, code=code))
    return found, flaws


def _limits(given: Mapping[str, Any], style: Style, pictures: Mapping[str, Picture], rules: Rules) -> list[Flaw]:
    """What the style does not allow."""
    flaws: list[Flaw] = []
    count = given.get("num_images", 1)
    if count > style.max_images:
        one = "generates one image at a time" if style.max_images == 1 else f"takes at most {style.max_images} images"
        flaws.append(Flaw(("body", "num_images"), f"{style.name} {one}, not {count}.", code="bad_request"))
    if style.input == "required" and "input_image" not in given:
        flaws.append(Flaw(("body", "input_image"), f"{style.name} requires input_image.", code="missing_input"))
    if style.input == "none" and "input_image" in given:
        flaws.append(Flaw(("body", "input_image"), f"{style.name} takes no input_image.", code="bad_request"))
    references = len(given.get("reference_images") or ())
    if references > style.references:
        message = f"{style.name} takes {style.references or 'no'} reference images, not {references}."
        flaws.append(Flaw(("body", "reference_images"), message, code="bad_request"))
    offer = rules.live.offer(style.name)
    if offer is not None:
        size = None if style.ignores_size or style.input_sized else (given["width"], given["height"])
        has_input = "input_image" in given or style.input_sized
        if said := offer.refuses(size, images=count, has_input=has_input, references=references):
            flaws.append(Flaw(("body", "prompt_style"), f"{said}.", code="invalid_style_dimensions"))
    if not style.ignores_size:
        size = (given["width"], given["height"])
        if problem := size_problem(style, size, rules.sizes):
            flaws.append(Flaw(("body", "width"), problem, code="invalid_style_dimensions"))
    picture = pictures.get("input_image")
    if style.input_sized and picture is not None:
        height, width = picture.shape[:2]
        if problem := size_problem(style, (width, height), rules.sizes):
            flaws.append(Flaw(("body", "input_image"), f"input_image: {problem}", code="invalid_image_size"))
    return flaws


def size_problem(style: Style, size: tuple[int, int], sizes: Literal["known", "today"]) -> str | None:
    """Why a style does not take a width and height, or None."""
    low, high = style.min_size, style.max_size
    if sizes == "known":
        low = min(low, style.old_min if style.old_min is not None else low)
        high = max(high, style.old_max if style.old_max is not None else high)
    shown = f"{size[0]}x{size[1]}"
    if style.sides and any(side not in style.sides for side in size):
        return f"{style.name} supports only sides of {', '.join(map(str, style.sides))}, not {shown}."
    if any(not low <= side <= high for side in size):
        return f"{style.name} supports {low}x{low} to {high}x{high}, not {shown}."
    if style.square and size[0] != size[1]:
        return f"{style.name} supports square sizes only, not {shown}."
    if any(side % style.multiple for side in size):
        return f"{style.name} supports multiples of {style.multiple} only, not {shown}."
    return None


def _drawn_size(style: Style, asked: tuple[int, int], picture: Picture | None) -> tuple[int, int]:
    """The size of a picture or cell: some styles ignore what does not fit them, some take the input picture's."""
    if style.ignores_size and size_problem(style, asked, "known"):
        side = min(max(min(asked), style.min_size), style.max_size)
        return (side, side)
    if style.input_sized and picture is not None:
        return (picture.shape[1], picture.shape[0])
    return asked
