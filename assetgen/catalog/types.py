"""The columns of the catalog's tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

Family = Literal["fast", "plus", "pro", "animation", "advanced", "tile", "user", "new"]
Makes = Literal["picture", "animation", "tileset", "tile"]
PriceRule = Literal["fast", "plus", "low_res", "flat", "unknown"]


class Style(Struct, frozen=True):
    """One style. `name` is canonical: what goes over the wire today.

    `makes`: a single picture, an animation sheet, a 4×5 tileset sheet, or one tile.
    Sizes are inclusive pixel bounds on both sides: today's, and the seeds' where wider (`old_min`, `old_max`:
    outside today's but inside these is a warning). `sides` lists the only sizes allowed; `multiple` is a
    step both sides must obey; `square` both equal. `ignores_size`: the service draws its own size whatever is asked.
    `default_size` is sent when the manifest gives none (None: required, or the input picture's size for `input_sized`).
    `input`: whether an input picture is forbidden, optional or required. `references`: how many are taken.
    `palette`: honours a sent palette. `durations`: allowed values of `frames`, empty when it takes none.
    `price`: rule, with `flat` the dollars an image. `layout`: row of LAYOUTS; for advanced styles one by frame count.
    `api_versions`: dialects that know it. `note` is one sentence for people, `how_today` how to write an old name now.
    """

    name: str
    family: Family
    makes: Makes
    description: str
    min_size: int
    max_size: int
    old_min: int | None = None
    old_max: int | None = None
    sides: tuple[int, ...] = ()
    multiple: int = 1
    square: bool = False
    ignores_size: bool = False
    default_size: int | None = None
    input_sized: bool = False
    max_images: int = 16
    input: Literal["none", "optional", "required"] = "optional"
    outside: bool = False
    references: int = 0
    palette: bool = True
    tiling: bool = True
    transparent: bool = True
    durations: tuple[int, ...] = ()
    price: PriceRule = "flat"
    flat: Decimal = Decimal(0)
    layout: str | None = None
    aliases: tuple[str, ...] = ()
    downloadable: bool = False
    known: bool = True
    note: str = ""


class ToolField(Struct, frozen=True):
    """One field of an edit tool: canonical `name`, `wire` spelling, JSON type, bounds or choices."""

    name: str
    wire: str
    type: Literal["string", "integer", "number", "boolean", "picture", "palette"]
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    description: str = ""


class Tool(Struct, frozen=True):
    """One edit tool. `name` is the service's id and our `op`. `price` dollars; 0 is free.

    `max_input` bounds both sides of the input picture. `one_of`: at least one of these fields must be given
    (true or above zero). `keeps_size` False: the result's size follows from the fields.
    """

    name: str
    price: Decimal
    description: str
    fields: tuple[ToolField, ...] = ()
    max_input: int | None = None
    one_of: tuple[str, ...] = ()
    seeded: bool = False
    keeps_size: bool = True
    url_only: bool = False
    aliases: tuple[str, ...] = field(default=())
