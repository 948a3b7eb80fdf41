"""The whole project as it stands, put together from its finished assets: what atlas, index and engines are made of."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from msgspec.json import decode, encode

from assetgen.build.files import roles as picture_roles
from assetgen.build.report import BuildReport
from assetgen.build.session import Session
from assetgen.build.standing import Cast, Standing, frames_of
from assetgen.model.built import Built, BuiltAsset, BuiltAtlas, BuiltPage, BuiltPalette, Frame
from assetgen.model.errors import AssetgenError
from assetgen.model.lock import Block
from assetgen.model.manifest import Atlas
from assetgen.plan.keys import key_of
from assetgen.plan.project import INDEX

if TYPE_CHECKING:
    from assetgen.atlas.build import AtlasPlan

PALETTE_FORMATS: tuple[Literal["gpl", "hex", "pal", "png", "json"], ...] = ("gpl", "hex", "pal", "png", "json")


class Assembly:
    """Looks everything up through a cast; writes nothing but the cache. Warnings go into `report`."""

    def __init__(self, session: Session, cast: Cast, report: BuildReport) -> None:
        self.session = session
        self.manifest = session.manifest
        self.cast = cast
        self.report = report
        self._kept: dict[str, BuiltAtlas] = {}

    def members(self, atlas: Atlas) -> tuple[list[Standing], list[str]]:
        found = {name: self.cast.of(name) for name in atlas.members}
        standing = [item for item in found.values() if item is not None]
        return standing, [name for name, item in found.items() if item is None]

    def packed(
        self, atlas: Atlas, standing: list[Standing], block: Block, missing: list[str]
    ) -> tuple[BuiltAtlas, AtlasPlan]:
        from assetgen.atlas.build import plan_atlas

        frames: list[Frame] = []
        groups: dict[str, str] = {}
        for item in standing:
            for built in item.built:
                own = frames_of(built)
                self.cast.own(item, own)
                frames += own
                groups.update({frame.name: built.name for frame in own})
        repack = self.session.options.repack
        plan = plan_atlas(atlas, frames, block.pages, repack=repack, groups=groups)
        if plan.worth_repacking and plan.fresh is not None:
            shares = f"occupancy is {plan.occupancy:.0%}, a fresh packing reaches {plan.fresh:.0%}"
            self.report.warn(f"atlas:{atlas.name}", "occupancy", f"{shares}: see 'assetgen build --repack'")
        pages = tuple(
            BuiltPage(f"atlases/{atlas.name}-{i}.png", f"atlases/{atlas.name}-{i}.json", size)
            for i, size in enumerate(plan.sizes)
        )
        built_atlas = BuiltAtlas(
            atlas.name,
            pages,
            plan.placements,
            tuple(built.name for item in standing for built in item.built),
            plan.occupancy,
            tuple(missing),
            scales=atlas.scales,
            padding=atlas.padding,
            extrude=atlas.extrude,
        )
        return built_atlas, plan

    def keep(self, atlas: BuiltAtlas, key: str) -> None:
        place = "atlas:" + key_of([atlas.name, key])
        self._kept[place] = atlas
        self.session.cache.put(place, encode(atlas))

    def _atlas_record(self, atlas: Atlas) -> BuiltAtlas | None:
        """The atlas as it was last packed: from the shelf, or packed again in memory (the same, by the lock)."""
        block = self.session.project.blocks.get(f"atlas:{atlas.name}")
        if block is None or block.frames is None:
            return None
        key = "atlas:" + key_of([atlas.name, block.frames])
        if key in self._kept:
            return self._kept[key]
        with suppress(ValueError):  # damaged: it is packed again
            return decode(self.session.cache.get(key) or b"", type=BuiltAtlas)
        standing, missing = self.members(atlas)
        built, _ = self.packed(atlas, standing, block, missing)
        self.keep(built, block.frames)
        return built

    def built(self) -> Built:
        assets: dict[str, BuiltAsset] = {}
        files: dict[str, dict[str, str]] = {}
        for name, asset in self.manifest.assets.items():
            standing = self.cast.of(name)
            if standing is None or not asset.export:
                continue
            write = self.session.project.write_for(asset)
            for built in standing.built:
                self.cast.own(standing, frames_of(built))
                assets[built.name] = built
                files[built.name] = picture_roles(built, write)
        palettes = {}
        for name, palette in self.manifest.palettes.items():
            if all(self.session.project.base_of(ref.name) is not None for ref in palette.sources):
                try:
                    colors = tuple(f"#{color}" for color in self.session.palette(name))
                except AssetgenError:
                    continue  # what it is taken from cannot be read: the palette itself says so
                formats = PALETTE_FORMATS if self.session.project.writes_palettes else ()
                palettes[name] = BuiltPalette(name, colors, {f: f"palettes/{name}.{f}" for f in formats})
        records = {name: self._atlas_record(atlas) for name, atlas in self.manifest.atlases.items()}
        atlases = {name: record for name, record in records.items() if record is not None}
        block = self.session.project.blocks.get(INDEX)
        ids = _ids(block)
        return Built(self.manifest.project, assets, palettes, atlases, files, ids)


def _ids(block: Block | None) -> dict[str, dict[str, str]]:
    """Ids fixed in the lock, as `OWNER PURPOSE` to value."""
    result: dict[str, dict[str, str]] = {}
    for key, value in (block.ids if block is not None else {}).items():
        owner, _, purpose = key.partition(" ")
        result.setdefault(owner, {})[purpose] = value
    return result
