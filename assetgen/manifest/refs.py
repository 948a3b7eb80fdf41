"""References: what a text means where a picture is wanted, and the pictures' sizes as far as they are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from assetgen.catalog.live import Live
from assetgen.manifest.expand import Expanded
from assetgen.manifest.files import Files, is_glob
from assetgen.manifest.messages import did_you_mean, quoted
from assetgen.manifest.nodes import Located, Problems
from assetgen.model.manifest import AssetRef, FileRef, Ref, Stage

PICTURES = frozenset(["png", "gif", "webp", "jpg", "jpeg", "bmp", "tga", "tif", "tiff", "aseprite", "ase"])
_PIECE = re.compile(r"[A-Za-z0-9_-]+")


class World(Struct, frozen=True):
    """What every reference is resolved against. `output` is the folder that no input may come from."""

    entries: Mapping[str, Expanded]
    files: Files
    problems: Problems
    output: str
    variants: Mapping[str, int]
    """Names that stand for NAME_1 …, with their count."""
    live: Live = field(default_factory=Live)
    """What the service offers, where `assetgen styles --refresh` asked it."""
    broken_palettes: frozenset[str] = frozenset()
    """Palettes that are there but wrong, of which one problem is enough."""


def is_path(text: str) -> bool:
    """Whether a reference is a path: it begins with ./ or ../, or ends like a picture."""
    return text.startswith(("./", "../")) or text.rpartition(".")[2].lower() in PICTURES


def resolve(value: Any, world: World, what: str, where: str, stage: Stage = "base") -> Ref | None:
    """A checked reference (text or `{of, stage}`) as a Ref; None and a problem when it names nothing."""
    if isinstance(value, Mapping):
        stage = value.get("stage") or stage
        value = value.get("of")
        if isinstance(value, Located) and is_path(value):
            tail = "a file has no stage; write the path alone"
            world.problems.add(value.position, f"{quoted(value)} is a path", where=where, tail=tail)
            return None
    if not isinstance(value, Located):
        return None
    if is_path(value):
        return file_ref(value, world, what, where, wild=False)
    return _asset(value, world, what, where, stage)


def _asset(text: Located, world: World, what: str, where: str, stage: Stage) -> AssetRef | None:
    position = text.position
    if text in world.entries:
        return AssetRef(str(text), None, stage, position)
    name, _, piece = text.rpartition("/")
    if name in world.entries and _PIECE.fullmatch(piece):
        return AssetRef(name, piece, stage, position)
    if text in world.variants or name in world.variants:
        base = str(text) if text in world.variants else name
        tail = f"it has variants: write {base}_1 to {base}_{world.variants[base]}"
    else:
        others = [name for name in world.entries if quoted(name) not in where]
        tail = did_you_mean(text, others) or "a file's path begins with ./"
    world.problems.add(position, f"{what} {quoted(text)} is no asset", where=where, tail=tail)
    return None


def file_ref(text: Located, world: World, what: str, where: str, *, wild: bool = True) -> FileRef | None:
    """A path of the project that exists (or a glob that matches), never one of the tool's own outputs."""
    problems, position = world.problems, text.position
    path = world.files.relative(text, position, what, problems, where=where)
    if path is None:
        return None
    if path == world.output or path.startswith(world.output + "/"):
        tail = "name the asset instead: outputs are made from it"
        problems.add(position, f"{what} {quoted(path)} is an output", where=where, tail=tail)
        return None
    if wild and is_glob(path) and not world.files.is_plain(path):  # a file's own name may hold brackets
        matched = world.files.matches(path)
        if not matched:
            problems.add(position, f"{what} {quoted(text)} matches no file", where=where)
            return None
        good = all(world.files.require(p, position, what, problems, where=where) for p in matched)
        return FileRef(path, position, glob=True) if good else None
    if not world.files.require(path, position, what, problems, where=where):
        return None
    return FileRef(path, position)


def asset_ref(value: Any, world: World, what: str, where: str, stage: Stage = "base") -> AssetRef | None:
    """A reference that must be an asset."""
    text = value.get("of") if isinstance(value, Mapping) else value
    if isinstance(text, Located) and is_path(text) and text not in world.entries:
        world.problems.add(text.position, f"{what} {quoted(text)} is a file", where=where, tail="expected an asset")
        return None
    found = resolve(value, world, what, where, stage)
    return found if isinstance(found, AssetRef) else None


def is_animation(ref: AssetRef, world: World, where: str) -> bool:
    """Whether a part is a whole animation; a problem if not."""
    found = world.entries[ref.name].kind
    if found == "animation" and ref.piece is None:
        return True
    said = f"one piece of {quoted(ref.name)}" if ref.piece else f"a {found}"
    world.problems.add(ref.position, f"part {quoted(str(ref))} is {said}", where=where, tail="expected an animation")
    return False
