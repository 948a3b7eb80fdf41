"""The checked and expanded manifest: what should exist, with nothing left to look up but pixels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct, field

from assetgen.model.cost import Cost
from assetgen.model.layout import Loop
from assetgen.model.position import Position
from assetgen.model.realm import RETRODIFFUSION
from assetgen.model.request import Json

AssetKind = Literal["sprite", "animation", "tileset"]
Kind = Literal["sprite", "animation", "tileset", "palette", "atlas", "index"]
Stage = Literal["base", "final"]
Number = int | float
"""As the manifest says it: what is kept as JSON comes back as it was, 8 as 8 and 8.0 as 8.0."""


class AssetRef(Struct, frozen=True, tag=True, tag_field="!"):
    """Another asset's picture. `piece` names one frame, tile or cut piece (`walk_down_00`, `03`); None is the whole.

    `stage` base: the chosen original of the last remote step, no local recipe. final: after the recipe.
    """

    name: str
    piece: str | None
    stage: Stage
    position: Position

    def __str__(self) -> str:
        return f"{self.name}/{self.piece}" if self.piece else self.name


class FileRef(Struct, frozen=True, tag=True, tag_field="!"):
    """A file of the project. `path` is relative to the project's folder, with `/`; globs allowed where `glob`."""

    path: str
    position: Position
    glob: bool = False

    def __str__(self) -> str:
        return self.path


Ref = AssetRef | FileRef


class SentPalette(Struct, frozen=True):
    """A palette sent as a wish: opaque colours `rrggbb`, in order, or the name of a palette extracted from assets."""

    name: str | None
    colors: tuple[str, ...] | None


class Step(Struct, frozen=True):
    """One remote call of an asset, with its input pictures still to be resolved.

    `fields` are canonical (see model.request), without pictures. `inputs` maps a canonical picture field
    (`input`, `outside_input`, `mask`, `extra_input`, `references`) to its refs; `chained` says that the field
    `input` is the result of the step before (or of the asset's `start` picture for the first).
    `size` is the width and height sent, None for edits.
    """

    op: str
    fields: Mapping[str, Json]
    position: Position
    inputs: Mapping[str, tuple[Ref, ...]] = field(default_factory=dict)
    chained: bool = False
    palette: SentPalette | None = None
    candidates: int = 1
    seeded: bool = True
    style: str | None = None
    size: tuple[int, int] | None = None


class Operation(Struct, frozen=True):
    """One step of a recipe, parameters as plain JSON (palettes as their colours)."""

    name: str
    params: Mapping[str, Json]


class TagRule(Struct, frozen=True):
    """One entry of an animation's `tags`: `pattern` is a tag name or glob; None leaves a property as it was."""

    pattern: str
    position: Position
    name: str | None = None
    cells: tuple[int, ...] | None = None
    fps: Number | None = None
    durations: tuple[int, ...] | None = None
    loop: Loop | None = None


class Timing(Struct, frozen=True):
    """How an animation's cells become tags. `mirror` maps a missing direction to the one it is mirrored from."""

    fps: Number | None = None
    durations: tuple[int, ...] | None = None
    loop: Loop | None = None
    rules: tuple[TagRule, ...] = ()
    mirror: Mapping[str, str] = field(default_factory=dict)
    grounded: tuple[str, ...] = ()


class Grid(Struct, frozen=True):
    """A plain grid for a file: `columns` × `rows` cells, or cells of `tile_size` with margin and spacing."""

    columns: int | None = None
    rows: int | None = None
    tile_size: tuple[int, int] | None = None
    margin: int = 0
    spacing: int = 0


class Part(Struct, frozen=True):
    """One member of `parts`: an animation and, per tag glob, the changes made to it."""

    of: AssetRef
    rules: tuple[TagRule, ...] = ()


class TileEntry(Struct, frozen=True):
    """One entry of a tileset's `tiles`: a picture, an animation (`tag` names one of its tags), or properties for the
    tile `id`."""

    position: Position
    of: Ref | None = None
    animated: bool = False
    tag: str | None = None
    id: int | None = None
    properties: Mapping[str, Json] = field(default_factory=dict)
    collision: Json = None
    probability: Number | None = None


class TilesetSpec(Struct, frozen=True):
    """What a tileset has beyond its source. `terrains` maps a member sheet to its (inside, outside) names."""

    tile_size: tuple[int, int] | None = None
    terrains: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    tiles: tuple[TileEntry, ...] = ()
    objects: tuple[Ref, ...] = ()
    autotile: tuple[str, ...] = ()
    columns: int | None = None
    margin: int = 0
    spacing: int = 0
    extrude: int = 0


class Cut(Struct, frozen=True):
    """`cut` of a sheet into named sprites: by grid, by connected parts (`auto`), or by the service's atlas (`data`)."""

    mode: Literal["grid", "auto", "data"]
    grid: tuple[int, int] | None = None
    names: tuple[str | None, ...] = ()


class Asset(Struct, frozen=True, omit_defaults=True):
    """One entry after presets and `for_each`.

    `source` says where the base picture comes from: `prompt` and `edit` through `steps`; `file` and `copy` from
    `start` (an edit's `start` is the picture that it edits; a file may have `fix` steps); `parts` and `tiles`
    from other assets. `variant` is the candidate that a `variants` entry stands for.
    `layout` is a catalog layout's name, `grid` a plain one; both None for a single picture.
    """

    name: str
    kind: AssetKind
    position: Position
    source: Literal["prompt", "edit", "file", "copy", "parts", "tiles"]
    start: Ref | None = None
    steps: tuple[Step, ...] = ()
    provider: str | None = None
    variant: int | None = None
    layout: str | None = None
    grid: Grid | None = None
    timing: Timing = Timing()
    parts: tuple[Part, ...] = ()
    tileset: TilesetSpec = TilesetSpec()
    cut: Cut | None = None
    recipe: tuple[Operation, ...] = ()
    map_palette: str | None = None
    scales: tuple[int, ...] = (1,)
    crop_box: bool = False
    pivot: Literal["bottom", "center"] | tuple[int, int] | None = None
    nine_slice: tuple[int, int, int, int] | None = None
    hitbox: Literal["auto"] | tuple[int, int, int, int] | None = None
    quality: Mapping[str, Json] = field(default_factory=dict)
    optimize: bool = False
    meta: Mapping[str, Json] = field(default_factory=dict)
    was: str | None = None
    pin: bool = False
    override: FileRef | None = None
    export: bool = True
    preset: tuple[str, ...] = ()

    @property
    def dependencies(self) -> tuple[str, ...]:
        """Names of the assets whose pictures this one takes, each once, in order of appearance."""
        refs: list[Ref | None] = [self.start]
        refs += [ref for step in self.steps for group in step.inputs.values() for ref in group]
        refs += [part.of for part in self.parts]
        refs += [entry.of for entry in self.tileset.tiles]
        refs += self.tileset.objects
        names = [ref.name for ref in refs if isinstance(ref, AssetRef)]
        names += self.tileset.terrains
        return tuple(dict.fromkeys(names))


class Palette(Struct, frozen=True):
    """A palette: `colors` as `rrggbb` or `rrggbbaa` in order, or extracted from base pictures (`sources`, `count`)."""

    name: str
    position: Position
    colors: tuple[str, ...] | None
    sources: tuple[AssetRef, ...] = ()
    count: int | None = None
    file: FileRef | None = None


class Atlas(Struct, frozen=True):
    """An atlas and its members, globs already resolved, in manifest order. `optimize`: all members ask for it."""

    name: str
    position: Position
    members: tuple[str, ...]
    max_size: int = 2048
    padding: int = 2
    extrude: int = 0
    trim: bool = True
    pot: bool = False
    square: bool = False
    indexed: bool = False
    layout: Literal["pack", "grid"] = "pack"
    scales: tuple[int, ...] = (1,)
    optimize: bool = False


class Network(Struct, frozen=True):
    """Transport settings. `timeout` in seconds; over all machines of the account `account_rate` in requests a minute,
    `account_budget` for each UTC day."""

    concurrency: int = 8
    timeout: float = 300.0
    retries: int = 5
    account_rate: Number | None = None
    account_budget: Cost | None = None


class Engine(Struct, frozen=True):
    """One engine in use and its options as written (`{pixels_per_unit: 32, output: Assets/Art}`)."""

    name: str
    options: Mapping[str, Json]
    position: Position
    places: Mapping[str, Position] = field(default_factory=dict)
    """Where each option stands."""

    def at(self, key: str) -> Position:
        """Where an option stands, else the engine."""
        return self.places.get(key, self.position)

    @property
    def output(self) -> str | None:
        """The engine's own output folder, relative to the project, or None for the common one."""
        output: str | None = self.options.get("output")
        return output


class Unsendable(Struct, frozen=True):
    """Why the service would refuse an asset's request, if it had to be sent: results that are here already stand."""

    asset: str
    position: Position
    message: str


class Manifest(Struct, frozen=True, dict=True):
    """A whole project. Paths are relative to `root`, the folder of the top manifest, as absolute text.

    `assets` keeps the order of the file. `files` are the manifest files read (relative paths), first the top one,
    and every other file that the model was expanded from (CSV tables, palette files).
    `write` None: not said, so what the engines in use need.
    `globs` are patterns whose matches shaped the model, each with its matches.
    """

    root: str
    file: str
    project: str | None = None
    provider: str = RETRODIFFUSION
    output: str = "generated"
    originals: str = "originals"
    engines: tuple[Engine, ...] = ()
    write: frozenset[str] | None = None
    outputs: Literal["committed", "ignored"] = "committed"
    budget: Cost | None = None
    network: Network = Network()
    directions: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, Asset] = field(default_factory=dict)
    palettes: Mapping[str, Palette] = field(default_factory=dict)
    atlases: Mapping[str, Atlas] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    globs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    warnings: tuple[str, ...] = ()
    unsendable: tuple[Unsendable, ...] = ()

    def provider_of(self, asset: Asset) -> str:
        return asset.provider or self.provider

    def atlas_of(self, name: str) -> Atlas | None:
        """The atlas that holds asset `name`, if any."""
        return self._membership.get(name)

    @cached_property
    def _membership(self) -> dict[str, Atlas]:
        return {member: atlas for atlas in self.atlases.values() for member in atlas.members}
