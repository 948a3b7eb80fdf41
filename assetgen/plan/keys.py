"""Keys of the derived stages: a stage is redone when its key changed, and only then.

pictures: everything that the pixels and names of an asset's frames follow from.
record: that, and all else that is told about them (durations, pivots, nine-slices, meta).
files: that, and where and as what it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from assetgen.catalog.layouts import LAYOUTS
from assetgen.model.codec import to_json
from assetgen.model.jsontext import writer
from assetgen.model.lock import Block
from assetgen.model.manifest import Asset, Atlas, Manifest, Palette
from assetgen.pixels.versions import OPERATION_VERSIONS

_IDENTITY = frozenset({"name", "position", "start", "steps", "provider", "preset", "was", "pin", "override", "meta"})
_TIMING = frozenset({"quality", "optimize", "export", "nine_slice", "hitbox"})

SKIPPED = "final:"
"""Begins the stage of an adopted picture that skips the recipe: no recipe is in its keys."""


def key_of(document: Any) -> str:
    """A digest of plain JSON data."""
    return hashlib.sha256(_encode(document).encode()).hexdigest()


_encode = writer(sort_keys=True, separators=(",", ":"))


TOOL = key_of(OPERATION_VERSIONS)[:16]
"""What the lock remembers of the pixel operations' versions: a difference is the reason `tool changed`."""


class Keys(Struct, frozen=True):
    """The three keys of one asset. `plain` are those before tile ids (which name frames) or a stage came in."""

    pictures: str
    record: str
    files: str
    plain: Keys | None = None

    def with_tiles(self, tiles: Mapping[str, int]) -> Keys:
        """The keys of the same asset whose tiles have these ids."""
        plain = self.plain or self
        return plain._marked(dict(tiles)) if tiles else plain

    def bare(self) -> Keys:
        """The keys of the asset's base picture: without its recipe."""
        return self._marked("base")

    def _marked(self, mark: Any) -> Keys:
        return Keys(key_of([self.pictures, mark]), key_of([self.record, mark]), key_of([self.files, mark]), self)


def settings(asset: Asset) -> dict[str, Any]:
    """Everything local that an asset's entry says, without names and places."""
    data: dict[str, Any] = to_json(asset, _IDENTITY)
    _drop_positions(data)
    return data


def _drop_positions(data: Any) -> None:
    if isinstance(data, dict):
        data.pop("position", None)
        for value in data.values():
            _drop_positions(value)
    elif isinstance(data, list):
        for value in data:
            _drop_positions(value)


def pinned_layout(asset: Asset, block: Block | None) -> str | None:
    """The key of the layout row that cuts the asset: the one in the lock, while it is of the same layout."""
    if asset.layout is None:
        return None
    if block is not None and block.layout is not None and block.layout.split("@")[0] == asset.layout:
        return block.layout
    layout = LAYOUTS.get(asset.layout)
    return layout.key if layout is not None else asset.layout


class Given(NamedTuple):
    """What the keys of an asset follow from, beside itself: its base picture's digest, its layout; what it is put
    together from, by reference: keys of assets (`parts`, `tiles`, `copy`) and digests of files; the keys of palettes
    extracted from assets; what of the recipe an adopted picture still goes through; the kinds of files that are
    written; and two settings of the manifest."""

    base: str | None
    layout: str | None
    sources: Mapping[str, Keys | str]
    palettes: Mapping[str, str]
    stage: str
    write: frozenset[str]
    output: str
    directions: Mapping[str, str]


def asset_keys(asset: Asset, given: Given) -> Keys:
    """Keys of one asset."""
    local, palettes, sources, stage = settings(asset), given.palettes, given.sources, given.stage
    if stage.startswith(SKIPPED):
        local, palettes = {k: v for k, v in local.items() if k not in ("recipe", "map_palette")}, {}
    told = {name: local.pop(name) for name in _TIMING if name in local}
    timing = local.get("timing")
    if isinstance(timing, dict):
        told["timing"] = timing
        local["timing"] = _cells_only(timing)
    pictures = key_of(
        {
            "base": given.base,
            "layout": given.layout,
            "sources": {name: keys if isinstance(keys, str) else keys.pictures for name, keys in sources.items()},
            "palettes": palettes,
            "stage": stage,
            "settings": local,
            "directions": given.directions,
            "tool": TOOL,
        }
    )
    records = {name: keys.record for name, keys in sources.items() if not isinstance(keys, str)}
    record = key_of([pictures, told, to_json(asset.meta), *([records] if records else [])])
    files = key_of([record, asset.name, given.output, sorted(given.write)])
    return Keys(pictures, record, files)


class KnownKeys:
    """Keys of assets, made again only where the asset or something else that they follow from is another."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Asset, Given, Keys]] = {}

    def of(self, asset: Asset, given: Given) -> Keys:
        """As `asset_keys`."""
        known = self._known.get(asset.name)
        if known is None or known[0] is not asset or known[1] != given:
            known = self._known[asset.name] = (asset, given, asset_keys(asset, given))
        return known[2]


def _cells_only(timing: dict[str, Any]) -> dict[str, Any]:
    """The part of `timing` that decides which cells are drawn where: names and cells, ping-pong written out."""
    rules = [
        {k: rule[k] for k in ("pattern", "name", "cells", "loop") if k in rule} for rule in timing.get("rules", ())
    ]
    return {k: v for k, v in {**timing, "rules": rules}.items() if k not in ("fps", "durations")}


def recipe_key(asset: Asset, palettes: Mapping[str, str]) -> str:
    """Key of the recipe alone, with the keys of its palettes: what an adopted picture of stage `final` skips."""
    operations = to_json(asset.recipe)
    _drop_positions(operations)
    return key_of([operations, asset.map_palette, palettes])


def palette_key(palette: Palette, colors: tuple[str, ...] | None, sources: Mapping[str, str | None]) -> str:
    """Key of a palette: its colours, or the base pictures that they are extracted from."""
    return key_of([colors, palette.count if palette.sources else None, sources])


def member_key(asset: Asset, pictures: str) -> str:
    """Key of an atlas's member: its pictures', and whether they are packed whole (a nine-slice is never trimmed)."""
    return pictures if asset.nine_slice is None else f"{pictures} whole"


def atlas_key(atlas: Atlas, members: Mapping[str, str]) -> str:
    """Key of an atlas's pages: its options and its members' picture keys."""
    options = {k: v for k, v in to_json(atlas).items() if k not in ("position", "members")}
    return key_of([options, members, TOOL])


def index_key(
    manifest: Manifest, records: Mapping[str, str], atlases: Mapping[str, str], templates: Mapping[str, str]
) -> str:
    """Key of the index and of all engine files."""
    engines = [[engine.name, to_json(engine.options)] for engine in manifest.engines]
    told = [templates] if templates else []
    return key_of([manifest.project, manifest.output, engines, records, atlases, *told])
