"""Projects for the manifest's tests: a folder written from a dict of files."""

from __future__ import annotations

import struct
import textwrap
import zlib
from pathlib import Path

from assetgen import manifest as manifests
from assetgen.model.errors import ManifestError
from assetgen.model.manifest import Asset, Manifest
from assetgen.pixels import palettes

Files = dict[str, str | bytes]
"""Contents by path."""


def load(root: Path, file: str = "assets.yaml") -> Manifest:
    """`assetgen.manifest.load` as the program calls it."""
    return manifests.load(root, file, palettes.read)


TASTE = """\
version: 1
provider: placeholder
presets:
  item: {style: rd_fast__mc_item, size: 16, remove_bg: true, palette: dusk}
palettes:
  dusk: [1a1c2c, 5d275d, b13e53, ef7d57]
sprites:
  hero: {prompt: lantern-bearing knight, style: rd_pro__default, size: 64, seed: 7}
  hero_hat: {edit: hero, prompt: add a pointed hat}
  logo: {file: art/logo.png}
  "potion_{color}": {for_each: {color: [red, blue, green]}, preset: item, prompt: "{color} potion bottle"}
animations:
  hero_walk: {prompt: lantern-bearing knight, style: animation__walking_and_idle, input: hero}
tilesets:
  meadow: {prompt: grey stones, outside: lush grass, style: rd_tile__tileset_advanced, tile_size: 32}
atlases:
  characters: {include: [hero*], max_size: 2048, padding: 2, extrude: 1}
"""


def png(width: int = 16, height: int = 16) -> bytes:
    """A small real PNG: transparent pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"".join(b"\0" + b"\0" * (4 * width) for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def project(root: Path, manifest: str | bytes, **files: str | bytes) -> Path:
    """Writes `assets.yaml` and further files (`art__logo_png` would be awkward: pass a dict with ** and real paths)."""
    root.mkdir(parents=True, exist_ok=True)
    for path, content in {"assets.yaml": manifest, **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
    return root


def loaded(root: Path, manifest: str | bytes, **files: str | bytes) -> Manifest:
    """The manifest of a project with these files; a test fails with the problems when it is wrong."""
    return load(project(root, manifest, **files))


def problems(root: Path, manifest: str | bytes, **files: str | bytes) -> list[str]:
    """All problems of a wrong manifest as text; an empty list when it is right."""
    try:
        load(project(root, manifest, **files))
    except ManifestError as error:
        return [str(problem) for problem in error.problems]
    return []


def problem(root: Path, manifest: str | bytes, **files: str | bytes) -> str:
    """The only problem of a wrong manifest."""
    found = problems(root, manifest, **files)
    assert len(found) == 1, "\n".join(found) or "no problem found"
    return found[0]


FILES = {"a.png": png(64, 64), "sheet.png": png(192, 192), "art/m.png": png(64, 64)}


def one(root: Path, body: str, kind: str = "sprites", extra: str = "") -> Asset:
    """The one asset of a manifest: `a`, as its entry says."""
    manifest = loaded(root, f"version: 1\n{extra}{kind}:\n  a: {{{body}}}\n", **FILES)
    return manifest.assets["a"]
