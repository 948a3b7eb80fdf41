"""The fields of `POST /inferences`: types and ranges, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from assetgen.simulator.errors import Flaw

Kind = Literal["string", "integer", "number", "boolean", "image", "images"]


class Field(Struct, frozen=True):
    """One field: its JSON type and inclusive bounds (of numbers, or of a list's length)."""

    kind: Kind
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[int, ...] = ()
    nullable: bool = False


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "prompt": Field("string"),
        "prompt_style": Field("string"),
        "model": Field("string"),
        "width": Field("integer", 12, 512),
        "height": Field("integer", 12, 512),
        "num_images": Field("integer", 1, 16),
        "seed": Field("integer", 0, 2**32 - 1),
        "input_image": Field("image"),
        "strength": Field("number", 0, 1),
        "extra_prompt": Field("string"),
        "extra_input_image": Field("image"),
        "extra_strength": Field("number", 0, 1),
        "reference_images": Field("images", 0, 9),
        "input_palette": Field("image"),
        "return_pre_palette": Field("boolean"),
        "remove_bg": Field("boolean"),
        "return_non_bg_removed": Field("boolean"),
        "output_bg_color": Field("string"),
        "tile_x": Field("boolean"),
        "tile_y": Field("boolean"),
        "frames_duration": Field("integer", choices=(4, 6, 8, 10, 12, 16)),
        "return_spritesheet": Field("boolean"),
        "upscale_output_factor": Field("integer", 1, 16, nullable=True),
        "bypass_prompt_expansion": Field("boolean"),
        "include_downloadable_data": Field("boolean"),
        "include_extra_data": Field("boolean"),
        "upload_outputs": Field("boolean"),
        "check_cost": Field("boolean"),
        "async": Field("boolean"),
        "async_process": Field("boolean"),
        "negative": Field("string"),
    }
)
"""Every known field. null stands for "not given", but for `upscale_output_factor`, where it means enlarged."""

_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "image": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "images": (list,),
}
_WORDS = {
    "string": "valid string",
    "image": "valid string",
    "integer": "valid integer",
    "number": "valid number",
    "boolean": "valid boolean",
    "images": "valid list",
}


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _PYTHON[kind])


def type_flaws(name: str, value: Any, field: Field) -> list[Flaw]:
    """What is wrong with a value's type and range."""
    loc = ("body", name)
    is_bool = isinstance(value, bool)
    if (is_bool and field.kind != "boolean") or not _is(value, field.kind):
        return [Flaw(loc, f"Input should be a {_WORDS[field.kind]}", type=f"{field.kind}_type")]
    if field.kind == "images":
        flaws = [
            Flaw((*loc, index), "Input should be a valid string", type="string_type")
            for index, item in enumerate(value)
            if not isinstance(item, str)
        ]
        if field.maximum is not None and len(value) > field.maximum:
            flaws.append(Flaw(loc, f"List should have at most {field.maximum:g} items", type="too_long"))
        return flaws
    if field.choices and value not in field.choices:
        choices = ", ".join(str(choice) for choice in field.choices)
        return [Flaw(loc, f"Input should be one of {choices}", type="enum")]
    if field.kind in ("integer", "number"):
        # Written so that NaN, which Python's JSON reader lets through, is out of every range.
        if field.minimum is not None and not value >= field.minimum:
            return [Flaw(loc, f"Input should be greater than or equal to {field.minimum:g}", type="greater_than_equal")]
        if field.maximum is not None and not value <= field.maximum:
            return [Flaw(loc, f"Input should be less than or equal to {field.maximum:g}", type="less_than_equal")]
    return []
