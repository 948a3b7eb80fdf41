"""The checked manifest kept under what it was made from: a warm load parses no YAML and checks nothing twice.

A memo holds the Manifest as JSON and the evidence for it: digests of all files that were read, the matches of all
globs, the files that had to exist, the sizes of pictures that mattered. It counts only while all of that still
holds; otherwise the manifest is read again.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec.json
from msgspec import Raw, Struct, field
from msgspec.structs import replace

import assetgen
from assetgen.manifest.files import Files, ReadPalette, folders_of
from assetgen.model.manifest import Asset, Manifest

FORMAT = 2
"""Raised when the shape of a memo changes within one version of the tool."""

Get = Callable[[str], bytes | None]
Put = Callable[[str, bytes], None]


class Evidence(Struct, frozen=True):
    """What a manifest rests on: digests of the files that were read (the top one among them), globs, files that had to
    be there, and other paths that were looked at. Relative to `root`."""

    root: Path
    digests: Mapping[str, str]
    globs: Iterable[str]
    present: Iterable[str]
    others: Iterable[str]

    def paths(self) -> dict[str, str | None]:
        """Every path whose state decides, with the SHA-256 of its bytes where they were read. Folders of globs too;
        `present` ones not."""
        found: dict[str, str | None] = dict.fromkeys(self.others)
        for pattern in self.globs:
            found.update(dict.fromkeys(folder or "." for folder in folders_of(self.root, pattern)))
        return {**found, **self.digests}


class Recent(Struct):
    """The last manifest, for a process that loads it again and again: given as it is while all that it rests on holds.

    `key` is its memo's, `rests` what a memo says of that (`digests`, `globs`, `present`, `absent`, `sizes`). Making
    the memo of a new one takes as long as reading a tenth of it: that is put off until `keep`.
    """

    key: str = ""
    rests: Mapping[str, Any] = field(default_factory=dict)
    manifest: Manifest | None = None
    files: Files | None = None

    def keep(self, put: Put) -> None:
        """Keeps the memo of a manifest that has none yet."""
        if self.manifest is not None and self.files is not None:
            put(self.key, dump(self.manifest, self.files))
        self.files = None


def load_cached(
    root: Path,
    file: str,
    get: Get,
    read_palette: ReadPalette | None = None,
    looked: Callable[[Evidence], None] | None = None,
    recent: Recent | None = None,
) -> Manifest:
    """As `manifest.load`, with a store of bytes for the memo. Raises ManifestError with every problem.

    `get` gives the bytes kept under a key or None; a damaged memo counts as none. `looked` is told what the manifest
    rests on. `recent` is looked at first, and holds the manifest then; its `keep` writes the memo of a new one.
    """
    from assetgen.manifest.top import read_top, top_of

    root, file = top_of(root, file)
    data = read_top(root, file)
    key = memo_key(file, data)
    recent = Recent() if recent is None else recent
    top = {file: hashlib.sha256(data).hexdigest()}

    def note(rests: Mapping[str, Any]) -> None:
        recent.key, recent.rests = key, rests
        if looked is not None:
            others = tuple(itertools.chain(rests["absent"], rests["sizes"]))
            looked(Evidence(root, {**rests["digests"], **top}, rests["globs"], rests["present"], others))

    if recent.manifest is not None and recent.key == key and _holds(recent.rests, Files(root)):
        note(recent.rests)
        return recent.manifest
    before, recent.manifest, recent.files = recent.manifest, None, None
    kept = get(key) if before is None or recent.key != key else None
    recent.manifest = None if kept is None else restore(kept, root, file, note)
    if recent.manifest is not None:
        return recent.manifest
    from assetgen.manifest.loading import load_with

    manifest, files = load_with(root, file, data, read_palette)
    note(_rests(manifest, files))
    recent.manifest = manifest = manifest if before is None else _with_known(manifest, before.assets)
    recent.files = files
    return manifest


def _with_known(manifest: Manifest, before: Mapping[str, Asset]) -> Manifest:
    """The manifest with those very assets that are as they were: what is remembered of them stands."""
    assets = manifest.assets.items()
    return replace(manifest, assets={name: old if (old := before.get(name)) == new else new for name, new in assets})


def memo_key(file: str, data: bytes) -> str:
    """The key of a top manifest's memo: tool version, the file's name and its bytes."""
    head = f"manifest {FORMAT} {assetgen.__version__} {_catalog_version()} {file}\0".encode()
    return hashlib.sha256(head + data).hexdigest()


def _catalog_version() -> str:
    """Size and time of the code that decides: a checkout under development does not see its own old answers."""
    folder = Path(__file__).parent
    places = [folder, folder.parent / "catalog", folder.parent / "model", folder.parents[1] / "schemas"]
    found = [entry for place in places if place.is_dir() for entry in os.scandir(place)]
    stats = [entry.stat() for entry in found if entry.name.endswith((".py", ".json"))]
    return hashlib.sha256(repr(sorted((s.st_size, s.st_mtime_ns) for s in stats)).encode()).hexdigest()[:16]


class _Memo(Struct, frozen=True):
    """What is kept: the manifest without its assets, each of these as a JSON text, and what everything rests on."""

    manifest: Manifest
    assets: dict[str, Raw]
    rests: dict[str, Any]


def dump(manifest: Manifest, files: Files) -> bytes:
    """A memo's bytes. Absolute paths are no part of it: it holds in every clone."""
    encode = msgspec.json.Encoder(enc_hook=_text).encode
    assets = {name: Raw(encode(asset)) for name, asset in manifest.assets.items()}
    return sealed(encode(_Memo(replace(manifest, root="", assets={}), assets, _rests(manifest, files))))


def _text(value: object) -> str:
    """Text that knows its position in the manifest, as text."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"no JSON form for {value!r}")


def _rests(manifest: Manifest, files: Files) -> dict[str, Any]:
    """What a manifest rests on, but for its own bytes."""
    return {
        "digests": {path: digest for path, digest in files.digests.items() if path != manifest.file},
        "globs": {pattern: list(matches) for pattern, matches in files.globs.items()},
        "present": sorted(files.present),
        "absent": sorted(files.absent),
        "sizes": dict(files.sizes),
    }


def sealed(body: bytes) -> bytes:
    """The body behind its own digest, so that damage shows before anything is made of it."""
    return hashlib.sha256(body).hexdigest().encode() + body


class Kept(Mapping[str, Asset]):
    """Assets as their JSON text, each made into an Asset when it is first asked for."""

    def __init__(self, texts: dict[str, Raw]) -> None:
        self._texts = texts
        self._made: dict[str, Asset] = {}
        self._decode = msgspec.json.Decoder(Asset).decode

    def __getitem__(self, name: str) -> Asset:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self._decode(self._texts[name])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, name: object) -> bool:
        return name in self._texts


def restore(
    kept: bytes, root: Path, file: str, note: Callable[[Mapping[str, Any]], None] | None = None
) -> Manifest | None:
    """The Manifest of a memo, or None when it is damaged or no longer holds. `note` is told what it rests on."""
    seal, body = kept[:64], kept[64:]
    if hashlib.sha256(body).hexdigest().encode() != seal:
        return None
    try:
        memo = msgspec.json.decode(body, type=_Memo)
        if not _holds(memo.rests, Files(root)):
            return None
        if note is not None:
            note(memo.rests)
        return replace(memo.manifest, root=str(root), file=file, assets=Kept(memo.assets))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _holds(document: Mapping[str, Any], files: Files) -> bool:
    """Whether everything that the memo rests on is still as it was."""
    digests: Mapping[str, str] = document["digests"]
    if not all(files.inside(path) and _digest(files.root / path) == digest for path, digest in digests.items()):
        return False
    if not all(list(files.matches(pattern)) == matches for pattern, matches in document["globs"].items()):
        return False
    if any(os.path.lexists(files.root / path) for path in document["absent"]):
        return False
    if not files.all_present(document["present"]):
        return False
    sizes: Mapping[str, list[int] | None] = document["sizes"]
    return all(files.size_of(path) == (None if size is None else tuple(size)) for path, size in sizes.items())


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
