"""Runs the exporters of the engines in use and turns their files into targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assetgen.build.files import picture_files
from assetgen.build.outputs import Target, owned_target, text_target
from assetgen.build.renames import former_path
from assetgen.build.report import BuildReport
from assetgen.build.session import Session
from assetgen.build.work import optimized
from assetgen.export.base import Context, Output, OwnedKeys, exporter
from assetgen.export.index import core_outputs
from assetgen.model.built import Built, BuiltAsset, BuiltSprite, Load

if TYPE_CHECKING:
    from assetgen.model.built import Picture


def engine_targets(
    session: Session, built: Built, load: Load, report: BuildReport
) -> tuple[list[Target], dict[str, str]]:
    """The index, each atlas page's data and every engine's files; and the ids to fix in the lock."""
    output = session.manifest.output
    renamed = session.renamed
    targets = {f"{output}/{item.path}": _target(output, item, renamed) for item in core_outputs(built)}
    ids: dict[str, dict[str, str]] = {owner: dict(known) for owner, known in built.ids.items()}
    for engine in session.manifest.engines:
        folder = engine.output or output
        context = Context(load, session.read_text, folder)
        outputs = list(exporter(engine.name).export(replace(built, ids=ids), engine, context))
        targets.update({f"{folder}/{item.path}": _target(folder, item, renamed) for item in outputs})
        if folder != output:
            wanted = {path for item in outputs for path in item.pictures}
            targets.update(_copies(session, built, folder, wanted - {item.path for item in outputs}, load))
        for owner, known in context.ids.items():
            ids.setdefault(owner, {}).update(known)
        for owner, message in context.warnings:
            report.warn(owner, engine.name, message)
    flat = {f"{owner} {purpose}": value for owner, known in ids.items() for purpose, value in known.items()}
    return list(targets.values()), flat


def owned_targets(session: Session) -> dict[str, OwnedKeys]:
    """Files that editors also edit, by path, as this build would write them from what stands now."""
    from assetgen.build.assembly import Assembly
    from assetgen.build.standing import Cast

    report = BuildReport()
    cast = Cast(session, {})
    built = Assembly(session, cast, report).built()
    targets, _ = engine_targets(session, built, cast.load, report)
    return {target.path: target.owned for target in targets if target.owned is not None}


def _target(folder: str, item: Output, renamed: Mapping[str, str]) -> Target:
    path = f"{folder}/{item.path}"
    if item.owned is not None:
        was = former_path(item.path, item.owner, renamed)
        return owned_target(path, item.owned, f"{folder}/{was}" if was is not None else None)
    if isinstance(item.content, str):
        return text_target(path, item.content)
    data = item.content
    assert item.pixels is not None
    return Target(path, item.pixels, lambda: data)


def _copies(session: Session, built: Built, folder: str, wanted: set[str], load: Load) -> dict[str, Target]:
    """An engine with its own output folder gets its own copies of the pictures that it refers to."""
    from assetgen.pixels.picture import pixel_digest
    from assetgen.pixels.png import encode

    targets: dict[str, Target] = {}
    for path, draw, shrink in _drawers(session, built, load):
        if path in wanted:
            picture = draw()
            target = Target(f"{folder}/{path}", pixel_digest(picture), partial(encode, picture))
            targets[target.path] = optimized(target) if shrink else target
    return targets


def _entry_of(built: BuiltAsset) -> str:
    """The manifest entry that a record comes from: pieces of a cut sheet have names of their own."""
    return (built.asset if isinstance(built, BuiltSprite) else "") or built.name


def _drawers(session: Session, built: Built, load: Load) -> Iterator[tuple[str, Callable[[], Picture], bool]]:
    """Every picture that can be written: its path below an output folder, and whether `optimize` is asked for."""
    from assetgen.atlas.compose import compose_page

    everything = frozenset({"single", "sheet", "frames"})
    for asset in built.assets.values():
        shrink = session.manifest.assets[_entry_of(asset)].optimize
        for file in picture_files(asset, everything, load):
            yield file.path, file.draw, shrink
    for atlas in built.atlases.values():
        for index, page in enumerate(atlas.pages):
            placed = atlas.placements.values()
            draw = partial(compose_page, placed, index, page.size, load, atlas.extrude)
            yield page.file, draw, session.manifest.atlases[atlas.name].optimize
