"""A manifest, its lock and the disk together: every question that plan, build and check ask about an asset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from assetgen.model.lock import Adopted, Block, Lock
from assetgen.model.manifest import Asset, FileRef, Manifest, Step
from assetgen.plan.evaluate import Choices, Evaluator
from assetgen.plan.keys import (
    SKIPPED,
    TOOL,
    Given,
    Keys,
    KnownKeys,
    asset_keys,
    atlas_key,
    index_key,
    key_of,
    member_key,
    palette_key,
    pinned_layout,
    recipe_key,
)
from assetgen.plan.results import Results
from assetgen.plan.sources import is_composed, refs_of, sources_of
from assetgen.plan.state import AssetState
from assetgen.plan.world import KEYS, UNJUDGED, Realm, World

OutputState = Literal["same", "missing", "stale", "drifted"]
INDEX = "index:assets"

Needs = Callable[[str, bool], frozenset[str]]
"""Which kinds of files an asset of a kind is written as where the manifest does not say; packed in an atlas, or not."""


WRITTEN_CHANGED = "what is written changed"
"""The pictures stay: other files are asked for, or other times, names and data in them."""


def unmade(block: Block | None) -> str:
    """Why there is to be made what the lock has no key of: a merge of two locks drops the keys and keeps the results,
    and a build that was killed has them, and no files yet."""
    if block is None or not (block.outputs or block.steps):
        return "new"
    return "merged" if block.outputs else "not finished yet"


class OutputCheck(Struct, frozen=True):
    """One recorded output against the disk. stale: not what the lock says, but nobody's work either: the tool wrote it
    (on another branch), or git left it in conflict."""

    path: str
    state: OutputState


class Shown(Struct, frozen=True):
    """Keys of the pictures and of the files of an asset that atlases and index show, and the name that it has there."""

    name: str
    pictures: str
    files: str


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
        needs: Needs,
        palette_colors: Callable[[str], tuple[str, ...] | None],
        palette_digest: Callable[[Step], str | None],
        known: KnownKeys | None = None,
    ) -> None:
        self.manifest = manifest
        self.lock = lock
        self.world = world
        self.choices = choices
        self.realm_of = realm_of
        self.needs = needs
        self.palette_colors = palette_colors
        self.evaluator = Evaluator(manifest, lock, world, realm_of, choices, palette_digest, self._drawn_keys)
        self._unselected: frozenset[str] = frozenset()
        self._keys: dict[str, Keys | None] = {}
        self._known = KnownKeys() if known is None else known
        self._learnt: dict[str, tuple[str | None, Keys]] = {}
        self._palette_keys: dict[str, str] = {}
        self._checks: dict[str, tuple[Block, list[OutputCheck]]] = {}

    @property
    def blocks(self) -> dict[str, Block]:
        """The lock as it stands now, growing while a build goes on."""
        return self.evaluator.blocks

    @property
    def results(self) -> Results:
        """All results of the lock, superseded and retired ones, too."""
        return self.evaluator.results

    def state(self, name: str) -> AssetState:
        return self.evaluator.state(name)

    def hold(self, names: Iterable[str]) -> None:
        """These keep their last accepted result: they are not selected, or they failed."""
        names = list(names)
        self.evaluator.hold(names)
        self.refresh(names)

    def leave(self, names: Iterable[str]) -> None:
        """These are not selected: they keep their last accepted result, and the pictures that they had."""
        self._unselected = frozenset(names)
        self.hold(self._unselected)

    def refresh(self, names: Iterable[str]) -> None:
        """Forget what followed from these assets' blocks or files."""
        stack = list(names)
        for name in stack:
            self.evaluator.forget(name)
        seen: set[str] = set()
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                self._keys.pop(name, None)
                stack += self._made_from.get(name, ())
        self._palette_keys.clear()

    @cached_property
    def _made_from(self) -> dict[str, list[str]]:
        """The assets that are put together from each, or use a palette that is taken from it."""
        found: dict[str, list[str]] = {}
        for asset in self.manifest.assets.values():
            names = [ref.name for ref in sources_of(asset).values()]
            names += [ref.name for palette in palettes_of(asset) for ref in self.manifest.palettes[palette].sources]
            for name in dict.fromkeys(names):
                found.setdefault(name, []).append(asset.name)
        return found

    def finished(self, name: str, block: Block, keys: Keys) -> None:
        """An asset was finished: its block as it is now, and the keys under which that was done."""
        self.blocks[name] = block
        self.refresh([name])
        self._keys[name] = keys

    # -- assets ---------------------------------------------------------------

    def write_for(self, asset: Asset) -> frozenset[str]:
        """Which kinds of files the asset is written as (OUTPUTS, 'Which files')."""
        if not asset.export:
            return frozenset()
        if self.manifest.write is not None:
            return self.manifest.write
        return self.needs(asset.kind, self.manifest.atlas_of(asset.name) is not None)

    def keys(self, name: str) -> Keys | None:
        """Keys of the asset's derived stages; None while a picture that it is made of is not there."""
        if name not in self._keys:
            self._keys[name] = self._asset_keys(self.manifest.assets[name])
        return self._keys[name]

    def shown(self, name: str) -> Shown | None:
        """What atlases and index show of an asset: one that is not selected, what it had when it was last built, under
        the name of then (rule 18). None while it has no picture."""
        if name in self._unselected:
            block = self.state(name).block
            if block is None or block.name not in self.blocks:
                return None
            if block.frames is not None and block.files is not None:
                return Shown(block.name, block.frames, block.files)
            if not (block.steps or block.outputs):
                return None
        keys = self.keys(name)
        return Shown(name, keys.pictures, keys.files) if keys is not None else None

    def learn(self, name: str, base: str | None, keys: Keys) -> None:
        """Take over the keys that another process found for an asset that stands alone; they count for this picture."""
        self._learnt[name] = base, keys

    def _asset_keys(self, asset: Asset) -> Keys | None:
        state = self.state(asset.name)
        base, learnt = self._learnt.pop(asset.name, (None, None))
        if learnt is not None and base == state.base:
            return learnt
        if state.base is None and (asset.steps or asset.source == "file"):
            return None
        sources = self._source_keys(asset)
        if sources is None:
            return None
        given = self._given(asset, state.base, state.block, sources, self._stage(asset))
        found = self._known.of(asset, given)
        return found.with_tiles(state.block.tiles) if state.block is not None else found

    def _drawn_keys(self, asset: Asset) -> Keys | None:
        """Keys of a drawn asset that has no block yet."""
        sources = self._source_keys(asset)
        if sources is None or not isinstance(asset.start, FileRef):
            return None
        return asset_keys(asset, self._given(asset, self.world.file_digest(asset.start.path), None, sources, "recipe"))

    def _given(
        self, asset: Asset, base: str | None, block: Block | None, sources: Mapping[str, Keys | str], stage: str
    ) -> Given:
        palettes = {name: self.palette_key(name) for name in palettes_of(asset)}
        write, manifest = self.write_for(asset), self.manifest
        layout = pinned_layout(asset, block)
        return Given(base, layout, sources, palettes, stage, write, manifest.output, manifest.directions)

    def _source_keys(self, asset: Asset) -> dict[str, Keys | str] | None:
        """What the asset is put together from, by reference; None while a picture of it is not there."""
        found: dict[str, Keys | str] = {}
        for ref in refs_of(asset):
            if isinstance(ref, FileRef):
                digest = self.world.file_digest(ref.path)
                if digest is None:
                    return None
                found[ref.path] = digest
                continue
            keys = self.keys(ref.name)
            if keys is None:
                return None
            found[f"{ref} {ref.stage}"] = keys.bare() if ref.stage == "base" else keys
        return found

    def base_of(self, name: str) -> str | None:
        """What changes whenever the asset's base picture does; None while it is not there."""
        if not is_composed(self.manifest.assets[name]):
            return self.state(name).base
        keys = self.keys(name)
        return keys.bare().pictures if keys is not None else None

    def adopted(self, name: str) -> Adopted | None:
        """What a person put in the place of the picture that stands, unless another take comes instead of it."""
        state = self.state(name)
        own = state.block is not None and state.block.adopted is not None
        return None if own and self.evaluator.rerolling(name) else state.adopted

    def _stage(self, asset: Asset) -> str:
        """What a retouched picture still goes through. A finished sheet is cut as the picture beneath it is."""
        adopted = self.adopted(asset.name)
        final = adopted is not None and adopted.stage == "final"
        if asset.override is None and not final:
            return "recipe"
        if asset.override is not None:
            return f"override:{self.beneath(asset.name)}"
        return f"{SKIPPED}{adopted.over if adopted is not None and adopted.over else self.beneath(asset.name)}"

    def beneath(self, name: str) -> str | None:
        """The digest of the picture that a retouched one stands in for: the chosen original, or the drawn file."""
        stands = self.state(name).stands
        if stands:
            return stands[-1].chosen(self.manifest.assets[name].variant).pixels
        return self.drawn(name)

    def recipe_key(self, name: str) -> str:
        """Key of the recipe that an adopted picture of stage `final` skips."""
        asset = self.manifest.assets[name]
        return recipe_key(asset, {palette: self.palette_key(palette) for palette in palettes_of(asset)})

    def adopted_over(self, name: str) -> str | None:
        """What changed beneath an adopted picture without a request: its pick, its file or its recipe (rule 13)."""
        state = self.state(name)
        adopted = state.block.adopted if state.block is not None else None
        if adopted is None or state.asset.override is not None or self.evaluator.rerolling(name):
            return None
        if adopted.over is not None and adopted.over != self.beneath(name):
            return "file changed" if self.drawn(name) is not None else "pick changed"
        return "recipe changed" if adopted.recipe is not None and adopted.recipe != self.recipe_key(name) else None

    def pinned_layout(self, name: str) -> str | None:
        return pinned_layout(self.manifest.assets[name], self.state(name).block)

    def stale_reason(self, name: str) -> str | None:
        """Why the asset's pictures or files must be made again although its original stands, else None."""
        keys, block = self.keys(name), self.state(name).block
        if keys is None:
            return None
        if block is None or block.files is None:
            return unmade(block)
        if block.files != keys.files:
            return self._recipe_reason(name, block, same_pictures=block.frames == keys.pictures)
        return self.outputs_reason(block)

    def _recipe_reason(self, name: str, block: Block, *, same_pictures: bool) -> str:
        if block.tool is not None and block.tool != TOOL:
            return "tool changed"
        if same_pictures:
            return WRITTEN_CHANGED
        if self.manifest.assets[name].override is not None:
            return "override or recipe changed"
        drawn = self.drawn(name)
        return "file changed" if drawn is not None and drawn != block.drawn else "recipe changed"

    def drawn(self, name: str) -> str | None:
        """The digest of the drawn file that an asset begins with; None where it begins with a request."""
        asset = self.manifest.assets[name]
        if not isinstance(asset.start, FileRef) or asset.steps:
            return None
        state = self.state(name)
        if asset.override is None and (state.block is None or state.block.adopted is None):
            return state.base  # that very file, as it was when the asset was looked at
        return self.world.file_digest(asset.start.path)

    def outputs_reason(self, block: Block) -> str | None:
        """`output missing`, `output out of date`, or None when all outputs are there (or were changed by hand)."""
        states = {check.state for check in self.check_outputs(block)}
        if "missing" in states:
            return "output missing"
        return "output out of date" if "stale" in states else None

    def check_outputs(self, block: Block) -> list[OutputCheck]:
        """Every recorded output of a block against the disk (IDENTITY 17); looked at once, until `look_again`."""
        known = self._checks.get(block.name)
        if known is None or known[0] is not block:
            checks = [OutputCheck(path, self._output_state(path, digest)) for path, digest in block.outputs.items()]
            known = self._checks[block.name] = (block, checks)
        return known[1]

    def look_again(self) -> None:
        """The disk is not what it was: outputs were written."""
        self._checks.clear()

    def _output_state(self, path: str, digest: str) -> OutputState:
        if digest.startswith(KEYS):
            return self._owned_state(path, digest)
        there = self.world.output_digest(path)
        if there is None:
            return "missing"
        if there == digest:
            return "same"
        return "stale" if self.world.was_written(path, there) or self.world.unmerged(path) else "drifted"

    def _owned_state(self, path: str, digest: str) -> OutputState:
        """Files that editors also edit are judged by the keys that are ours (OUTPUTS, 'Engine files')."""
        found = self.world.owned_digests(path)
        if found is None:
            return "missing"
        if digest in found or found == UNJUDGED:
            return "same"  # where it cannot be judged yet, the build does so before it writes
        return "stale" if any(self.world.was_written(path, each) for each in found) else "drifted"

    # -- palettes, atlases, index ---------------------------------------------

    def palette_key(self, name: str) -> str:
        if name not in self._palette_keys:
            palette = self.manifest.palettes[name]
            sources = {ref.name: self.base_of(ref.name) for ref in palette.sources}
            colors = None if palette.sources else self.palette_colors(name)
            self._palette_keys[name] = palette_key(palette, colors, sources)
        return self._palette_keys[name]

    def palette_files_key(self, name: str) -> str:
        """Key of a palette's files."""
        return key_of([self.palette_key(name), self.manifest.output, self.writes_palettes])

    @property
    def writes_palettes(self) -> bool:
        """Whether palette files are written."""
        write = self.manifest.write
        return "palettes" in (write if write is not None else self.needs("palette", False))

    def atlas_key(self, name: str) -> str:
        """Key of an atlas from its members' pictures as they stand (a member without any is left out)."""
        atlas = self.manifest.atlases[name]
        members = {
            shown.name: member_key(self.manifest.assets[m], shown.pictures)
            for m in atlas.members
            if (shown := self.shown(m)) is not None
        }
        return atlas_key(atlas, members)

    def index_key(self) -> str:
        found = map(self.shown, self.manifest.assets)
        records = {shown.name: shown.files for shown in found if shown is not None}
        palettes = {f"palette:{name}": self.palette_key(name) for name in self.manifest.palettes}
        atlases = {name: self.atlas_key(name) for name in self.manifest.atlases}
        return index_key(self.manifest, {**records, **palettes}, atlases, self.templates())

    def templates(self) -> Mapping[str, str]:
        """Digests of the user's own templates, and of those that they name, by path."""
        engines = [engine for engine in self.manifest.engines if engine.name == "template"]
        paths = [entry["template"] for engine in engines for entry in engine.options["templates"]]
        return self.world.template_digests(paths) if paths else {}


def palettes_of(asset: Asset) -> list[str]:
    """Names of the palettes that the asset's recipe uses."""
    names = [asset.map_palette] if asset.map_palette else []
    for operation in asset.recipe:
        for params in (operation.params, operation.params.get("from"), operation.params.get("to")):
            name = params.get("name") if isinstance(params, Mapping) else None
            if isinstance(name, str):
                names.append(name)
    return list(dict.fromkeys(names))
