"""The whole way from text to a checked Manifest."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from assetgen.catalog.live import FILE, Live, parse
from assetgen.manifest import checks, pending, project, sizes
from assetgen.manifest.assets import build
from assetgen.manifest.atlases import read_atlases
from assetgen.manifest.expand import Expanded, check_torn, expand
from assetgen.manifest.files import Files, ReadPalette
from assetgen.manifest.nodes import Problems
from assetgen.manifest.palettes import read_palettes
from assetgen.manifest.refs import World
from assetgen.manifest.sources import gather
from assetgen.manifest.steps import Book
from assetgen.manifest.top import read_top, top_of
from assetgen.model.errors import ManifestError
from assetgen.model.manifest import Asset, Manifest
from assetgen.model.position import Position
from assetgen.model.realm import RETRODIFFUSION

_MAX_LIVE = 8 << 20


def load(root: Path, file: str = "assets.yaml", read_palette: ReadPalette | None = None) -> Manifest:
    """Reads and checks `root/file` and all that it includes. Raises ManifestError with every problem, in file order."""
    root, file = top_of(root, file)
    return load_with(root, file, read_top(root, file), read_palette)[0]


def load_with(root: Path, file: str, data: bytes, read_palette: ReadPalette | None = None) -> tuple[Manifest, Files]:
    """As `load`, from the top manifest's bytes; also tells which files and globs were looked at."""
    problems = Problems()
    files = Files(root, read_palette)
    with _uncollected():
        manifest = _load(root, file, data, files, problems)
    if problems or manifest is None:
        raise ManifestError(problems.ordered())
    return manifest, files


@contextmanager
def _uncollected() -> Iterator[None]:
    """The tree of a large manifest holds no cycles: looking for some again and again would double the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _load(root: Path, file: str, data: bytes, files: Files, problems: Problems) -> Manifest | None:
    sources = gather(file, data, files, problems)
    if sources.top is None:
        return None
    if sources.torn:
        check_torn(sources, problems)
        return None
    top, values = sources.top, sources.values or {}
    engines = project.engines(values, top, files, problems)
    output = project.folder(values, "output", "generated", top, file, files, problems)
    originals = project.folder(values, "originals", "originals", top, file, files, problems)
    project.check_folders(output, originals, engines, top, files, problems)
    entries = expand(sources, files, problems)
    pending.refuse(top, entries, problems)
    world = _world(entries, output, files, problems)
    palettes = read_palettes(sources.palettes, sources.variables, world)
    world = replace(world, broken_palettes=frozenset({*sources.palettes} - {*palettes}))
    book = Book(world, palettes)
    directions: Mapping[str, str] = values.get("directions") or {}
    assets = _assets(entries, book, directions)
    atlases = read_atlases(sources.atlases, sources.variables, assets, world.entries, problems)
    checks.check(assets, world, palettes, directions)
    return Manifest(
        root=str(root),
        file=file,
        project=values.get("project"),
        provider=values.get("provider") or RETRODIFFUSION,
        output=output,
        originals=originals,
        engines=engines,
        write=None if values.get("write") is None else frozenset(values["write"]),
        outputs=values.get("outputs") or "committed",
        budget=project.budget(values.get("budget")),
        network=project.network(values.get("network")) if not problems else project.network(None),
        directions=dict(directions),
        assets=assets,
        palettes=palettes,
        atlases=atlases,
        files=(*sources.files, *(path for path in files.digests if path not in sources.files)),
        globs=tuple(sorted(files.globs.items())),
        warnings=tuple(dict.fromkeys(book.warnings)),
        unsendable=tuple(book.unsendable),
    )


def _world(entries: list[Expanded], output: str, files: Files, problems: Problems) -> World:
    by_name = {entry.name: entry for entry in entries}
    variants: dict[str, int] = {}
    for entry in entries:
        if entry.variant is not None:
            base = entry.name.rpartition("_")[0]
            variants[base] = max(variants.get(base, 0), entry.variant)
    return World(by_name, files, problems, output, variants, read_live(files, problems))


def read_live(files: Files, problems: Problems) -> Live:
    """What the service offers, where that was asked and kept; a damaged file is a problem."""
    if files.first_of([FILE]) is None:
        return Live()
    start = Position(FILE, 1, 1)
    data = files.read(FILE, start, "file", problems, limit=_MAX_LIVE)
    try:
        return parse(data) if data is not None else Live()
    except ValueError as error:
        tail = "'assetgen styles --refresh' writes it anew, or delete it: then the built-in catalog decides"
        problems.add(start, f"not what 'assetgen styles --refresh' writes: {error}", tail=tail)
        return Live()


def _assets(entries: list[Expanded], book: Book, directions: Mapping[str, str]) -> dict[str, Asset]:
    """All assets by name; parts of others are not exported unless they say so; sizes that follow are filled in."""
    assets: dict[str, Asset] = {}
    for entry in entries:
        asset = build(entry, book, directions)
        if asset is not None:
            assets[entry.name] = asset
    for asset in list(assets.values()):
        for part in asset.parts:
            member = assets.get(part.of.name)
            if member is not None and book.world.entries[member.name].values.get("export") is not True:
                assets[member.name] = replace(member, export=False)
    return sizes.settle(assets, book)
