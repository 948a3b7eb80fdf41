"""The pictures that a step takes, by digest: files, other assets' pictures, pieces of them; or what is in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from assetgen.model.errors import AssetError, PictureError
from assetgen.model.lock import Block
from assetgen.model.manifest import Asset, AssetRef, FileRef, Manifest, Ref
from assetgen.model.request import Json
from assetgen.plan.sources import is_composed
from assetgen.plan.state import AssetState, standing_result
from assetgen.plan.world import World


class Input(Struct, frozen=True):
    """A picture wanted as input: its digest, or what is in the way.

    `unpicked` names an asset of whose candidates nobody has chosen yet: `digest` is then the provisional first.
    """

    digest: str | None = None
    waits_for: str | None = None
    unpicked: str | None = None
    missing: str | None = None


class Resolved(Struct, frozen=True):
    """All pictures of one step by field, or the first thing in the way of one of them."""

    digests: Mapping[str, Json]
    obstacle: Input | None = None
    unpicked: str | None = None


class Inputs:
    """Looks up input pictures among evaluated assets. `states` are theirs, known before they are asked for.

    `must_pick`: whether an asset may not be bought over candidates that nobody has chosen from. `stand_in`: digest of
    a picture that a person put in place of an asset's own.
    """

    def __init__(
        self,
        manifest: Manifest,
        world: World,
        states: Mapping[str, AssetState],
        must_pick: Callable[[Asset], bool],
        stand_in: Callable[[Asset, Block | None], str | None],
    ) -> None:
        self._manifest = manifest
        self._world = world
        self._states = states
        self._must_pick = must_pick
        self._stand_in = stand_in

    def resolve(self, asset: Asset, index: int, previous: str | None) -> Resolved:
        """The input pictures of a step as pixel digests, or what is in the way of one."""
        step = asset.steps[index]
        wanted: dict[str, tuple[Ref, ...]] = dict(step.inputs)
        digests: dict[str, Json] = {}
        if step.chained and index > 0:
            digests["input"] = previous
        elif step.chained and asset.start is not None:
            wanted["input"] = (asset.start,)
        unpicked: str | None = None
        for name, refs in wanted.items():
            found = [self._input(ref) for ref in refs]
            obstacle = next((source for source in found if source.digest is None), None)
            if self._must_pick(asset):
                unpicked = unpicked or next((source.unpicked for source in found if source.unpicked), None)
            if obstacle is not None:
                return Resolved({}, Input(unpicked=unpicked) if unpicked else replace(obstacle, unpicked=None))
            digests[name] = [source.digest for source in found] if name == "references" else found[0].digest
        return Resolved(digests, None, unpicked)

    def _input(self, ref: Ref) -> Input:
        if isinstance(ref, FileRef):
            digest = self._world.picture_digest(ref.path)
            return Input(digest) if digest is not None else Input(missing=ref.path)
        target = self._manifest.assets[ref.name]
        state = self._states[ref.name]
        unpicked = ref.name if self._unpicked(target, state) else None
        if state.pending:
            return Input(waits_for=ref.name, unpicked=unpicked)
        if ref.stage == "final" or (is_composed(target) and state.base is None):
            final = self._world.final_digest(ref.name, ref.piece, ref.stage)
            return Input(final, waits_for=None if final else ref.name, unpicked=unpicked)
        if state.base is None:
            return Input(missing=ref.name)
        drawn = self._drawn(target, state)
        if drawn is not None and ref.piece is None:
            return Input(self._world.picture_digest(drawn), unpicked=unpicked)
        try:
            digest = state.base if ref.piece is None else self._piece(target, state, ref.piece)
        except (AssetError, PictureError):
            return Input(waits_for=ref.name, unpicked=unpicked)  # it fails itself, and says why
        return Input(digest, unpicked=unpicked)

    @staticmethod
    def _drawn(target: Asset, state: AssetState) -> str | None:
        """The path of the file that is the asset's base picture, if it is one of the project's."""
        if target.override is not None:
            return target.override.path
        adopted = state.adopted
        plain = isinstance(target.start, FileRef) and not target.steps and adopted is None
        return target.start.path if plain and isinstance(target.start, FileRef) else None

    def _piece(self, target: Asset, state: AssetState, piece: str) -> str:
        drawn = self._drawn(target, state)
        if drawn is not None:
            return self._world.file_piece_digest(target, drawn, piece)
        adopted = state.adopted
        if adopted is not None:
            if adopted.stage == "final":  # it lies in the layout of the finished sheet
                final = self._world.final_digest(target.name, piece, "final")
                if final is None:
                    raise AssetError(f"{target.name} has no frame or tile '{piece}'", asset=target.name)
                return final
            return self._world.piece_digest(target, adopted.original, piece)
        accepted = standing_result(state.block, state.steps, target)
        assert accepted is not None
        return self._world.piece_digest(target, accepted.chosen(target.variant), piece)

    def _unpicked(self, target: Asset, state: AssetState) -> bool:
        """Whether a person has yet to choose among the candidates of the asset's last step."""
        if not state.steps or target.variant is not None or self._stand_in(target, state.block) is not None:
            return False
        last = state.steps[-1]
        if last.pending or last.accepted is None:
            return last.step.candidates > 1
        return last.accepted.pick is None and len(last.accepted.candidates) > 1


def to_pick(name: str) -> str:
    """What a step waits for where nobody has chosen among an asset's candidates."""
    return f"pick a candidate of {name} first"


def why_waiting(source: Input, known: bool) -> str:
    """What a step waits for; `known`: it has a result, of other inputs."""
    if source.unpicked:
        return to_pick(source.unpicked)
    if source.missing:
        return f"waits for {source.missing}"
    return f"input {source.waits_for} changed" if known else f"waits for {source.waits_for}"


def input_assets(asset: Asset) -> list[str]:
    """Names of the assets whose pictures the asset's requests take."""
    refs: list[Ref | None] = [asset.start]
    refs += [ref for step in asset.steps for group in step.inputs.values() for ref in group]
    return list(dict.fromkeys(ref.name for ref in refs if isinstance(ref, AssetRef)))
