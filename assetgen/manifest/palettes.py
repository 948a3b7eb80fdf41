"""Palettes: colours from lists and files, or taken from assets later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from assetgen.manifest.expand import expand_plain
from assetgen.manifest.messages import any_of, did_you_mean, quoted
from assetgen.manifest.nodes import Entry, Located, Map
from assetgen.manifest.refs import World, asset_ref, file_ref
from assetgen.model.errors import AssetgenError
from assetgen.model.manifest import FileRef, Palette, SentPalette

MAX_BYTES = 8 << 20
DEFAULT_COUNT = 16
_FORMS = ("file", "from", "lospec")
_SAVED = ("hex", "gpl", "pal", "png", "txt", "json", "ase", "act", "aco", "aseprite")


def color(text: str) -> str:
    """A checked colour as `rrggbb`, or `rrggbbaa` where it is not opaque."""
    digits = text.removeprefix("#").lower()
    return digits[:6] if digits[6:] in ("", "ff") else digits


def read_palettes(entries: Mapping[str, Entry], variables: Mapping[str, str], world: World) -> dict[str, Palette]:
    """All palettes by name."""
    found: dict[str, Palette] = {}
    for entry, values, where in expand_plain("palette", entries, variables, world.problems):
        palette = _palette(entry, values, where, world)
        if palette is not None:
            found[entry.key] = palette
    return found


def _palette(entry: Entry, values: Any, where: str, world: World) -> Palette | None:
    name, position = entry.key, entry.position
    if isinstance(values, list):
        return Palette(name, position, tuple(color(text) for text in values if text is not None))
    assert isinstance(entry.value, Map)
    forms = [form for form in _FORMS if form in values]
    if forms == ["lospec", "file"] or forms == ["file", "lospec"]:
        forms = ["file"]  # the slug then only tells where the file came from
    if len(forms) != 1:
        head = f"{any_of(map(quoted, forms), 'and')} exclude each other" if forms else "no colours"
        world.problems.add(entry.value.position, head, where=where, tail="expected a list of colours, 'file' or 'from'")
        return None
    if "colors" in values and forms != ["from"]:
        at = entry.value.entries["colors"].value.position
        world.problems.add(at, "'colors' belongs to 'from'", where=where)
    if forms == ["from"]:
        refs = [asset_ref(ref, world, "palette source", where) for ref in values["from"]]
        sources = tuple(ref for ref in refs if ref is not None)
        return Palette(name, position, None, sources, values.get("colors") or DEFAULT_COUNT)
    file = _saved(values["lospec"], entry, where, world) if forms == ["lospec"] else None
    if forms == ["file"]:
        file = file_ref(values["file"], world, "palette", where, wild=False)
    return None if file is None else _from_file(name, entry, file, where, world)


def _from_file(name: str, entry: Entry, file: FileRef, where: str, world: World) -> Palette | None:
    data = world.files.read(file.path, file.position, "palette", world.problems, limit=MAX_BYTES, where=where)
    if data is None:
        return None
    if world.files.read_palette is None:
        world.problems.add(file.position, "palette files cannot be read here", where=where)
        return None
    try:
        colors = world.files.read_palette(data, file.path)
    except AssetgenError as error:
        world.problems.add(file.position, str(error), where=where)
        return None
    return Palette(name, entry.position, tuple(colors), file=file)


def _saved(slug: str, entry: Entry, where: str, world: World) -> FileRef | None:
    """The file of a Lospec palette that the user saved beside the manifest or in `palettes/`."""
    assert isinstance(entry.value, Map)
    position = entry.value.entries["lospec"].value.position
    folder = PurePosixPath(position.file).parent
    places = [place / f"{slug}.{ending}" for place in (folder, folder / "palettes") for ending in _SAVED]
    path = world.files.first_of(str(place) for place in places)
    if path is not None:
        located = Located.of(str(PurePosixPath(path).relative_to(folder)), position)
        return file_ref(located, world, "palette", where, wild=False)
    tail = f"nothing is fetched: save it from lospec.com as palettes/{slug}.hex, or name its 'file'"
    world.problems.add(position, f"no saved file of the Lospec palette {quoted(slug)}", where=where, tail=tail)
    return None


def wanted(value: Any, palettes: Mapping[str, Palette], world: World, where: str) -> tuple[str | None, str | None]:
    """`palette` of an entry as (mapped, sent) palette names; unknown ones are problems and None."""
    if value is None:
        return None, None
    if isinstance(value, Mapping):
        mapped = known(value.get("map"), palettes, world, where)
        return mapped, known(value.get("send"), palettes, world, where)
    name = known(value, palettes, world, where)
    return name, name


def known(name: Any, palettes: Mapping[str, Palette], world: World, where: str) -> str | None:
    """The name of a palette that exists; None (and a problem) otherwise."""
    if not isinstance(name, Located):
        return None
    if name in palettes:
        return str(name)
    if name not in world.broken_palettes:
        tail = did_you_mean(name, palettes, noun="palettes") or "define it under 'palettes'"
        world.problems.add(name.position, f"unknown palette {quoted(name)}", where=where, tail=tail)
    return None


def sent(name: str, palettes: Mapping[str, Palette]) -> SentPalette:
    """A palette as it is sent: opaque colours, or the name of one that is taken from assets."""
    colors = palettes[name].colors
    if colors is None:
        return SentPalette(name, None)
    return SentPalette(None, tuple(dict.fromkeys(text[:6] for text in colors)))
