"""Finishing one asset as a piece of work: prepared by the scheduler, done on a thread, its result taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.build.files import picture_files
from assetgen.build.finish import Finished, Sources, finish
from assetgen.build.outputs import Judged, Target, Writer
from assetgen.build.shelf import Shelf
from assetgen.catalog.layouts import LAYOUTS
from assetgen.model.built import BuiltAsset, BuiltSprite
from assetgen.model.errors import AssetError, PictureError
from assetgen.model.lock import Block, Original
from assetgen.model.manifest import Asset, FileRef, Ref, Stage
from assetgen.plan.disk import Disk
from assetgen.plan.keys import Keys
from assetgen.plan.project import Project, palettes_of
from assetgen.plan.sources import refs_of, sources_of
from assetgen.plan.state import standing_result

if TYPE_CHECKING:
    from assetgen.model.built import Picture


class Work(Struct, frozen=True):
    """All that finishing one asset needs, with nothing left to look up but files.

    `base` gives the bytes of its base picture; `made_of` the work of the assets that it is put together from;
    `data` those of the service's own description of the sheet, where it sent one. `final`: an adopted picture of that
    stage; `override`: a file that the manifest names; `beneath` gives what either stands in for. `as_drawn`: the
    finished picture is the drawn one, so that it need not be kept: decoding it takes no longer than fetching it.
    """

    asset: Asset
    keys: Keys
    layout: str | None
    final: bool
    base: Callable[[], tuple[bytes, ...]]
    palettes: Mapping[str, Sequence[str]]
    directions: Mapping[str, str]
    made_of: Mapping[str, Work] = field(default_factory=dict)
    files: Mapping[str, Callable[[], tuple[bytes, ...]]] = field(default_factory=dict)
    tiles: Mapping[str, int] = field(default_factory=dict)
    data: Callable[[], bytes | None] = lambda: None
    override: bool = False
    bare: bool = False
    beneath: Callable[[], tuple[bytes, ...]] | None = None
    as_drawn: bool = False


class Done(Struct, frozen=True):
    """A finished asset: its record, and what has to be written."""

    finished: Finished
    judged: Judged


def prepare(project: Project, disk: Disk, name: str, palettes: Callable[[str], Sequence[str]]) -> Work | None:
    """The work for one asset as it stands; None while a picture that it is made of is not there.

    Call it from the thread that owns the project.
    """
    keys = project.keys(name)
    if keys is None:
        return None
    state = project.state(name)
    asset = state.asset
    block = state.block
    made_of: dict[str, Work] = {}
    for key, ref in sources_of(asset).items():
        work = prepare(project, disk, ref.name, palettes)
        if work is None:
            return None
        made_of[key] = work if ref.stage == "final" else bare(work)
    adopted = project.adopted(name)
    return Work(
        asset,
        keys,
        project.pinned_layout(name),
        final=adopted is not None and adopted.stage == "final" and asset.override is None,
        base=base_reader(project, disk, name),
        palettes={palette: tuple(palettes(palette)) for palette in palettes_of(asset)},
        directions=project.manifest.directions,
        made_of=made_of,
        files={ref.path: partial(disk.read_files, ref.path) for ref in refs_of(asset) if isinstance(ref, FileRef)},
        tiles=block.tiles if block is not None else {},
        data=_data_reader(project, disk, name),
        override=asset.override is not None,
        beneath=_beneath_reader(project, disk, name),
        as_drawn=_is_as_drawn(project, asset, block),
    )


def _is_as_drawn(project: Project, asset: Asset, block: Block | None) -> bool:
    """Whether a sprite is its file, with nothing done to it. (Pages show last good pictures: those are kept.)"""
    if asset.kind != "sprite" or asset.recipe or asset.steps or asset.cut is not None or asset.override is not None:
        return False
    adopted = block is not None and block.adopted is not None
    return isinstance(asset.start, FileRef) and not adopted and project.manifest.atlas_of(asset.name) is None


def base_reader(project: Project, disk: Disk, name: str) -> Callable[[], tuple[bytes, ...]]:
    """Reads an asset's base picture: override, adopted, the chosen original of the last step, or a drawn file."""
    state = project.state(name)
    asset = state.asset

    if asset.override is not None:
        path = asset.override.path
        return lambda: disk.read_files(path)
    adopted = project.adopted(name)
    if adopted is not None:
        return lambda: (disk.read_original(adopted.original, asset),)
    if state.steps:
        original = standing_original(project, name)
        if original is None:
            raise AssetError(f"{name} has no picture yet", asset=name, position=asset.position)
        return lambda: (disk.read_original(original, asset),)
    if isinstance(asset.start, FileRef):
        drawn = asset.start.path
        return lambda: disk.read_files(drawn)
    return lambda: ()


def _beneath_reader(project: Project, disk: Disk, name: str) -> Callable[[], tuple[bytes, ...]] | None:
    """Reads what an adopted or overriding file stands in for: the bought picture, or the drawn one."""
    state = project.state(name)
    asset = state.asset
    if state.stands:
        original = state.stands[-1].chosen(asset.variant)
        return lambda: (disk.read_original(original, asset),)
    if isinstance(asset.start, FileRef) and not asset.steps:
        path = asset.start.path
        return lambda: disk.read_files(path)
    return None


def standing_original(project: Project, name: str) -> Original | None:
    """The chosen original of the last step: of this request, or the last accepted one while the asset is held."""
    state = project.state(name)
    accepted = standing_result(state.block, state.steps, state.asset)
    return accepted.chosen(state.asset.variant) if accepted is not None else None


def _data_reader(project: Project, disk: Disk, name: str) -> Callable[[], bytes | None]:
    state = project.state(name)
    accepted = state.steps[-1].accepted if state.steps else None
    data = next((o for o in accepted.originals if o.extra == "data"), None) if accepted is not None else None
    return (lambda: disk.read_original(data, state.asset)) if data is not None else (lambda: None)


def read_ref(project: Project, disk: Disk, ref: Ref, finals: Callable[[str, str | None, Stage], Picture]) -> Picture:
    """The picture that a reference means, as an input: base picture, one frame or tile of it, a file, or `final`."""
    from assetgen.pixels.documents import still

    if isinstance(ref, FileRef):
        return still(disk.read_files(ref.path), ref.path)
    if ref.stage == "final":
        return finals(ref.name, ref.piece, "final")
    files = base_reader(project, disk, ref.name)()
    if not files:  # it is made of other assets
        return finals(ref.name, ref.piece, "base")
    if ref.piece is not None and _is_finished(project, ref.name):
        return finals(ref.name, ref.piece, "final")
    if ref.piece is None:
        return still(files, ref.name)
    return disk.base_piece(project.manifest.assets[ref.name], files, ref.piece)


def bare(work: Work) -> Work:
    """The same asset as its base picture: without its recipe."""
    return replace(work, bare=True, keys=work.keys.bare())


def _is_finished(project: Project, name: str) -> bool:
    """Whether the base picture is an adopted sheet in the layout of the finished one."""
    adopted = project.state(name).adopted
    return adopted is not None and adopted.stage == "final"


def finished_of(work: Work, shelf: Shelf, *, pictures: bool = True) -> Finished:
    """The finished asset: from the shelf when it was finished before, else finished now and shelved."""
    known = shelf.find_record(work.keys.files)
    if known is not None:
        if not pictures:
            return known
        held = _drawn(work, known) if work.as_drawn else shelf.find_pictures(work.keys.pictures)
        if held is not None:
            return replace(known, pictures=held)
    finished = _finish(work, shelf)
    # New tiles have got their ids now: from here on the asset goes by the keys that hold them.
    numbered = not work.bare and work.keys.with_tiles(finished.tiles)
    for keys in {work.keys, numbered or work.keys}:
        if not work.as_drawn:
            shelf.keep_pictures(keys.pictures, finished.pictures)
        shelf.keep_record(keys.files, finished)
    return finished


def _drawn(work: Work, known: Finished) -> Mapping[str, Picture] | None:
    """The picture of a sprite that is its file; None where the record speaks of another."""
    from assetgen.pixels.documents import still
    from assetgen.pixels.picture import pixel_digest

    try:
        picture = still(work.base(), str(work.asset.start))
    except PictureError:
        return None  # told when it is finished
    found = {pixel_digest(picture): picture}
    wanted = {built.frame.pixels for built in known.built if isinstance(built, BuiltSprite)}
    return found if wanted == found.keys() else None


def _finish(work: Work, shelf: Shelf) -> Finished:
    from assetgen.pixels.documents import still

    sources = Sources(
        work.base(),
        str(work.asset.start) if isinstance(work.asset.start, FileRef) else work.asset.name,
        layout=LAYOUTS[work.layout] if work.layout is not None else None,
        final=work.final,
        bare=work.bare,
        palettes=work.palettes,
        directions=work.directions,
        made_of={name: finished_of(inner, shelf) for name, inner in work.made_of.items()},
        entries={name: inner.asset for name, inner in work.made_of.items()},
        pictures={path: still(read(), path) for path, read in work.files.items()},
        tiles=work.tiles,
        data=work.data(),
    )
    try:
        if work.final or work.override:
            from assetgen.build.retouched import finish_retouched

            return finish_retouched(work.asset, sources, work.beneath, by_size=work.override)
        return finish(work.asset, sources)
    except AssetError as error:
        error.asset = error.asset or work.asset.name
        error.position = error.position or work.asset.position
        raise
    except PictureError as error:
        raise AssetError(str(error), asset=work.asset.name, position=work.asset.position) from error


def do(work: Work, shelf: Shelf, writer: Writer, output: str, write: frozenset[str], block: Block | None) -> Done:
    """Finishes an asset and judges its files (on any thread). Raises AssetError."""
    finished = finished_of(work, shelf)
    targets = [
        target for built in finished.built for target in _picture_targets(built, write, output, finished.pictures)
    ]
    if work.asset.optimize:
        targets = [optimized(target) for target in targets]
    recorded = block.outputs if block is not None else {}
    try:
        return Done(finished, writer.judge(recorded, targets))
    except PictureError as error:
        raise AssetError(str(error), asset=work.asset.name, position=work.asset.position) from error


def _picture_targets(
    built: BuiltAsset, write: frozenset[str], output: str, pictures: Mapping[str, Picture]
) -> list[Target]:
    """The picture files of one record as targets."""
    from assetgen.pixels.picture import pixel_digest
    from assetgen.pixels.png import encode

    targets = []
    for file in picture_files(built, write, pictures.__getitem__):
        if file.pixels is not None:
            targets.append(Target(f"{output}/{file.path}", file.pixels, _encoder(file.draw)))
        else:
            picture = file.draw()
            targets.append(Target(f"{output}/{file.path}", pixel_digest(picture), partial(encode, picture)))
    return targets


def optimized(target: Target) -> Target:
    """The picture's target with its last few percent of bytes squeezed out, also where the pixels stand already."""
    from assetgen.pixels.shrink import shrunk

    return replace(target, content=lambda: shrunk(target.content()), shrink=True, late=0)


def _encoder(draw: Callable[[], Picture]) -> Callable[[], bytes]:
    from assetgen.pixels.png import encode

    return lambda: encode(draw())
