"""Retouched files in the place of bought pictures: `adopt` and its undoing (IDENTITY 13)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.choices import change, existing, one_asset, utc
from assetgen.build.files import animation_sheet, picture_files, tileset_sheet
from assetgen.build.lockkeeper import superseded
from assetgen.build.session import Session
from assetgen.build.work import finished_of, prepare
from assetgen.model.built import BuiltAnimation, BuiltAsset, BuiltSprite
from assetgen.model.errors import UsageError
from assetgen.model.lock import Adopted, Block
from assetgen.model.manifest import Asset
from assetgen.plan.state import AssetState

if TYPE_CHECKING:
    from assetgen.model.built import Picture

Stage = Literal["original", "final"]


class Adoption(Struct, frozen=True):
    """What `adopt` did: where the file lies now, as which stage, and of which outputs it was taken."""

    asset: str
    file: str
    stage: Stage
    outputs: tuple[str, ...] = ()


class _Retouched(Struct, frozen=True):
    """A picture to adopt. `outputs` maps the output files that it was taken from to their digests on disk."""

    data: bytes
    what: str
    outputs: Mapping[str, str]


def adopt(session: Session, name: str, file: Path | None, stage: Stage | None = None) -> Adoption:
    """Puts a retouched file in the place of the bought picture; without a file, the asset's outputs changed by hand.

    `stage` final (the default when the size fits the finished picture) skips the recipe; original goes through it.
    """
    from assetgen.pixels.picture import read_bytes

    asset = one_asset(session, name)
    if file is None:
        return _adopt(session, asset, _from_outputs(session, asset), stage or "final")
    return adopt_bytes(session, name, read_bytes(file, str(file)), str(file), stage)


def adopt_bytes(session: Session, name: str, data: bytes, what: str, stage: Stage | None = None) -> Adoption:
    """`adopt` for a file that is in memory; `what` names it in errors."""
    from assetgen.pixels.picture import decode

    asset = one_asset(session, name)
    picture = decode(data, what=what)
    size = (picture.shape[1], picture.shape[0])
    chosen = stage if stage is not None else _fitting_stage(session, asset, size)
    return _adopt(session, asset, _Retouched(data, what, {}), chosen)


def _adopt(session: Session, asset: Asset, retouched: _Retouched, stage: Stage) -> Adoption:
    from assetgen.pixels.picture import decode, pixel_digest, sniff

    if asset.override is not None:
        raise UsageError(
            f"{asset.name} has 'override: {asset.override.path}' in the manifest: change that file, or remove the line"
        )
    if asset.cut is not None and stage == "final":
        raise UsageError(f"{asset.name} is cut into pieces: adopt the whole sheet with --stage original")
    picture = decode(retouched.data, what=retouched.what)
    _check_size(session, asset, (picture.shape[1], picture.shape[0]), stage)
    done: list[Adoption] = []

    def edit(state: AssetState) -> Block | None:
        original = session.originals.adopt(
            asset.name,
            retouched.data,
            extension=sniff(retouched.data) or "png",
            pixels=pixel_digest(picture),
            size=(picture.shape[1], picture.shape[0]),
        )
        block = state.block or Block(asset.name, asset.kind)
        done.append(Adoption(asset.name, original.file, stage, tuple(retouched.outputs)))
        history = superseded(block) if block.adopted is not None else block.history
        # Outputs whose change was taken in are ours again. A change that was not stays drifted, and is kept.
        outputs = {**block.outputs, **retouched.outputs}
        recipe = session.project.recipe_key(asset.name) if stage == "final" else None
        adopted = Adopted(original, stage, utc(session.environment.now()), session.project.beneath(asset.name), recipe)
        return replace(block, adopted=adopted, outputs=outputs, history=history, reviewed={})

    change(session, [asset.name], edit)
    return done[0]


def drop_adopted(session: Session, name: str) -> str:
    """Goes back to the bought picture; the adopted file stays in `originals/`."""
    asset = one_asset(session, name)

    def edit(state: AssetState) -> Block | None:
        block = existing(state)
        if block.adopted is None:
            raise UsageError(f"{asset.name} has no adopted file")
        return replace(block, adopted=None, history=superseded(block), reviewed={})

    change(session, [asset.name], edit)
    return asset.name


# -- sizes --------------------------------------------------------------------


def _bought_size(session: Session, asset: Asset) -> tuple[int, int] | None:
    block = session.project.state(asset.name).block
    return block.steps[-1].chosen(asset.variant).size if block is not None and block.steps else None


def _fitting_stage(session: Session, asset: Asset, size: tuple[int, int]) -> Stage:
    """final when the file is as large as the finished picture (a sheet, for animations), else original."""
    finished = session.final_size(asset.name) if asset.cut is None else None
    if size == finished:
        return "final"
    bought = _bought_size(session, asset)
    if bought is not None and size != bought:
        raise UsageError(
            f"the file is {size[0]}×{size[1]}; {asset.name} is "
            f"{'×'.join(map(str, finished or (0, 0)))} finished and {bought[0]}×{bought[1]} as bought: say --stage"
        )
    return "original"


def _check_size(session: Session, asset: Asset, size: tuple[int, int], stage: Stage) -> None:
    """A finished sheet has to have the layout of the finished sheet; a single picture may be of any size."""
    if stage != "final" or asset.kind == "sprite":
        return
    finished = session.final_size(asset.name)
    if finished is not None and size != finished:
        raise UsageError(
            f"the file is {size[0]}×{size[1]}; the finished sheet of {asset.name} is {finished[0]}×{finished[1]}, "
            "one row a tag: keep its layout, or give --stage original for a sheet as the provider sends it"
        )


# -- outputs changed by hand --------------------------------------------------


def _from_outputs(session: Session, asset: Asset) -> _Retouched:
    """The asset's finished picture as its outputs on disk show it: a sheet, or frames and tiles put together."""
    block = session.project.state(asset.name).block
    drifted = {
        check.path: session.disk.output_digest(check.path) or ""
        for check in (session.project.check_outputs(block) if block is not None else [])
        if check.state == "drifted"
    }
    if not drifted:
        raise UsageError(f"{asset.name} has no output changed by hand: name the file to adopt")
    roles = _roles(session, asset)
    changed = {path: roles.get(path, "") for path in drifted}
    whole = [path for path, role in changed.items() if role in ("single", "sheet")]
    parts = {path: role for path, role in changed.items() if role.startswith(("frame:", "tile:"))}
    other = [path for path in changed if path not in whole and path not in parts]
    if other or (whole and parts) or len(whole) > 1:
        names = ", ".join(changed)
        raise UsageError(f"{asset.name} has several outputs changed by hand ({names}): name the file to adopt")
    if whole:
        return _Retouched((session.root / whole[0]).read_bytes(), whole[0], drifted)
    return _Retouched(_put_together(session, asset, parts), ", ".join(parts), drifted)


def _built(session: Session, asset: Asset) -> tuple[BuiltAsset, Mapping[str, Picture]]:
    work = prepare(session.project, session.disk, asset.name, session.palette)
    if work is None:
        raise UsageError(f"{asset.name} has no picture yet")
    finished = finished_of(work, session.shelf)
    return finished.built[0], finished.pictures


def _roles(session: Session, asset: Asset) -> dict[str, str]:
    """What each of the asset's output files shows, by path."""
    built, pictures = _built(session, asset)
    output = session.manifest.output
    write = session.project.write_for(asset)
    return {f"{output}/{file.path}": file.role for file in picture_files(built, write, pictures.__getitem__)}


def _put_together(session: Session, asset: Asset, parts: Mapping[str, str]) -> bytes:
    """The finished sheet with the frames or tiles of these files in their places, as PNG."""
    from assetgen.pixels.picture import pixel_digest, read
    from assetgen.pixels.png import encode_truecolor

    built, pictures = _built(session, asset)
    assert not isinstance(built, BuiltSprite)
    drawn = dict(pictures)
    swapped: dict[str, str] = {}
    for path, role in parts.items():
        picture = read(session.root / path, path)
        digest = pixel_digest(picture)
        drawn[digest] = picture
        swapped[role.partition(":")[2]] = digest
    if isinstance(built, BuiltAnimation):
        frames = {
            name: replace(frame, pixels=swapped.get(name.removeprefix(f"{built.name}/"), frame.pixels))
            for name, frame in built.frames.items()
        }
        cell = built.cell
        sheet = replace(built, frames=frames)
        wrong = [d for d in swapped.values() if drawn[d].shape[:2] != (cell[1], cell[0])]
        if wrong:
            raise UsageError(f"the frames of {asset.name} are {cell[0]}×{cell[1]} pixels: keep that size")
        return encode_truecolor(animation_sheet(sheet, drawn.__getitem__))
    tiles = tuple(
        replace(tile, frame=replace(tile.frame, pixels=swapped.get(f"{tile.id:02d}", tile.frame.pixels)))
        for tile in built.tiles
    )
    return encode_truecolor(tileset_sheet(replace(built, tiles=tiles), drawn.__getitem__))
