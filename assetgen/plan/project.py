"""A manifest, its lock and the disk together: every question that plan, build and check ask about an asset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from assetgen.model.lock import Block, Lock
from assetgen.model.manifest import Asset, FileRef, Manifest, Step
from assetgen.plan.evaluate import Choices, Evaluator
from assetgen.plan.keys import TOOL, Keys, asset_keys, atlas_key, index_key, key_of, palette_key, pinned_layout
from assetgen.plan.state import AssetState
from assetgen.plan.world import Realm, World

OutputState = Literal["same", "missing", "stale", "drifted"]
INDEX = "index:assets"


@dataclass(frozen=True, slots=True)
class OutputCheck:
    """One recorded output against the disk. stale: not what the lock says, but written by the tool (another branch)."""

    path: str
    state: OutputState


class Project:
    """Evaluates lazily and once; `refresh` an asset after its block changed."""

    def __init__(
        self,
        manifest: Manifest,
        lock: Lock,
        world: World,
        *,
        realm_of: Callable[[Asset], Realm],
        choices: Choices,
        needs: frozenset[str],
        palette_colors: Callable[[str], tuple[str, ...] | None],
        palette_digest: Callable[[Step], str | None],
    ) -> None:
        self.manifest = manifest
        self.lock = lock
        self.world = world
        self.choices = choices
        self.realm_of = realm_of
        self.needs = needs
        self.palette_colors = palette_colors
        self.evaluator = Evaluator(manifest, lock, world, realm_of, choices, palette_digest)
        self._keys: dict[str, Keys | None] = {}
        self._palette_keys: dict[str, str] = {}

    @property
    def blocks(self) -> dict[str, Block]:
        """The lock as it stands now, growing while a build goes on."""
        return self.evaluator.blocks

    def state(self, name: str) -> AssetState:
        return self.evaluator.state(name)

    def hold(self, names: Iterable[str]) -> None:
        """These keep their last accepted result: they are not selected, or they failed."""
        names = list(names)
        self.evaluator.hold(names)
        self.refresh(names)

    def refresh(self, names: Iterable[str]) -> None:
        """Forget what followed from these assets' blocks or files."""
        for name in names:
            self.evaluator.forget(name)
            self._keys.pop(name, None)
        self._palette_keys.clear()

    # -- assets ---------------------------------------------------------------

    def write_for(self, asset: Asset) -> frozenset[str]:
        """Which kinds of files the asset is written as (OUTPUTS, 'Which files')."""
        if not asset.export:
            return frozenset()
        if self.manifest.write is not None:
            return self.manifest.write
        return frozenset() if self.manifest.atlas_of(asset.name) else self.needs

    def keys(self, name: str) -> Keys | None:
        """Keys of the asset's derived stages; None while a picture that it is made of is not there."""
        if name not in self._keys:
            self._keys[name] = self._asset_keys(self.manifest.assets[name])
        return self._keys[name]

    def _asset_keys(self, asset: Asset) -> Keys | None:
        state = self.state(asset.name)
        if state.base is None and (asset.steps or asset.source == "file"):
            return None
        whole = asset.source in ("copy", "parts", "tiles")
        made_of = asset.dependencies if whole else asset.tileset_sources
        sources: dict[str, str] = {}
        for name in made_of:
            keys = self.keys(name)
            if keys is None:
                return None
            sources[name] = keys.record if asset.source == "parts" else keys.pictures
        palettes = {name: self.palette_key(name) for name in palettes_of(asset)}
        return asset_keys(
            asset,
            base=state.base,
            layout=pinned_layout(asset, state.block),
            sources=sources,
            palettes=palettes,
            stage=self._stage(asset, state),
            manifest=self.manifest,
            write=self.write_for(asset),
        )

    def _stage(self, asset: Asset, state: AssetState) -> str:
        """What a retouched picture still goes through. A finished sheet is cut as the picture beneath it is."""
        block = state.block
        adopted = block.adopted if block is not None and not self.evaluator.rerolling(asset.name) else None
        final = adopted is not None and adopted.stage == "final"
        if asset.override is None and not final:
            return "recipe"
        beneath: str | None = None
        if block is not None and block.steps:
            beneath = block.steps[-1].chosen(asset.variant).pixels
        elif isinstance(asset.start, FileRef) and not asset.steps:
            beneath = self.world.file_digest(asset.start.path)
        return f"{'override' if asset.override is not None else 'final'}:{beneath}"

    def pinned_layout(self, name: str) -> str | None:
        return pinned_layout(self.manifest.assets[name], self.state(name).block)

    def stale_reason(self, name: str) -> str | None:
        """Why the asset's pictures or files must be made again although its original stands, else None."""
        keys, block = self.keys(name), self.state(name).block
        if keys is None:
            return None
        if block is None or block.files is None:
            return "new"
        if block.files != keys.files:
            return self._recipe_reason(name, keys, block)
        return self.outputs_reason(block)

    def _recipe_reason(self, name: str, keys: Keys, block: Block) -> str:
        asset = self.manifest.assets[name]
        if block.tool is not None and block.tool != TOOL:
            return "tool changed"
        return (
            "file or recipe changed" if asset.source == "file" and block.frames != keys.pictures else "recipe changed"
        )

    def outputs_reason(self, block: Block) -> str | None:
        """`output missing`, `output out of date`, or None when all outputs are there (or were changed by hand)."""
        states = {check.state for check in self.check_outputs(block)}
        if "missing" in states:
            return "output missing"
        return "output out of date" if "stale" in states else None

    def check_outputs(self, block: Block) -> list[OutputCheck]:
        """Every recorded output of a block against the disk (IDENTITY 17)."""
        return [OutputCheck(path, self._output_state(path, digest)) for path, digest in block.outputs.items()]

    def _output_state(self, path: str, digest: str) -> OutputState:
        there = self.world.output_digest(path)
        if there is None:
            return "missing"
        if there == digest:
            return "same"
        return "stale" if self.world.was_written(path, there) else "drifted"

    # -- palettes, atlases, index ---------------------------------------------

    def palette_key(self, name: str) -> str:
        if name not in self._palette_keys:
            palette = self.manifest.palettes[name]
            sources = {ref.name: self.state(ref.name).base for ref in palette.sources}
            colors = None if palette.sources else self.palette_colors(name)
            self._palette_keys[name] = palette_key(palette, colors, sources)
        return self._palette_keys[name]

    def palette_files_key(self, name: str) -> str:
        """Key of a palette's files."""
        written = self.manifest.write is None or "palettes" in self.manifest.write
        return key_of([self.palette_key(name), self.manifest.output, written])

    def atlas_key(self, name: str) -> str:
        """Key of an atlas from its members' pictures as they stand (a member without any is left out)."""
        atlas = self.manifest.atlases[name]
        members = {m: keys.pictures for m in atlas.members if (keys := self.keys(m)) is not None}
        return atlas_key(atlas, members)

    def index_key(self) -> str:
        records = {name: keys.files for name in self.manifest.assets if (keys := self.keys(name)) is not None}
        palettes = {f"palette:{name}": self.palette_key(name) for name in self.manifest.palettes}
        atlases = {name: self.atlas_key(name) for name in self.manifest.atlases}
        return index_key(self.manifest, {**records, **palettes}, atlases)


def palettes_of(asset: Asset) -> list[str]:
    """Names of the palettes that the asset's recipe uses."""
    names = [asset.map_palette] if asset.map_palette else []
    for operation in asset.recipe:
        for params in (operation.params, operation.params.get("from"), operation.params.get("to")):
            name = params.get("name") if isinstance(params, Mapping) else None
            if isinstance(name, str):
                names.append(name)
    return list(dict.fromkeys(names))


def without_file(block: Block, path: str) -> Block:
    """The block without one recorded output."""
    return replace(block, outputs={p: d for p, d in block.outputs.items() if p != path})
