"""Everything that a command opens: manifest, lock, stores, and the project that is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assetgen.build.options import Environment, Options
from assetgen.build.pieces import digest_of, sheet_of
from assetgen.build.shelf import RECORD, Shelf
from assetgen.build.stores import Stores
from assetgen.build.warm import Warm
from assetgen.build.work import Work, bare, base_reader, finished_of, prepare
from assetgen.manifest.memo import Evidence, load_cached
from assetgen.model.errors import AssetError, ManifestError, UsageError, words_of
from assetgen.model.lock import Lock
from assetgen.model.manifest import Asset, Manifest, Stage, Step
from assetgen.model.realm import PLACEHOLDER
from assetgen.plan.disk import Disk
from assetgen.plan.project import Needs, Project
from assetgen.plan.select import select
from assetgen.plan.world import KEYS, UNJUDGED, Realm
from assetgen.store import lockfile
from assetgen.store.bundle import Bundle
from assetgen.store.cache import Cache
from assetgen.store.folders import Folders, folders
from assetgen.store.lockfile import LockFile
from assetgen.store.objects import Objects
from assetgen.store.originals import Originals
from assetgen.store.paths import inside
from assetgen.store.records import Records
from assetgen.store.state import FOLDER, State

if TYPE_CHECKING:
    from assetgen.build.finish import Finished
    from assetgen.export.base import OwnedKeys
    from assetgen.model.built import Picture
    from assetgen.store.shared.team import Team

DERIVED_LIMIT = 2 << 30
"""Bytes that derived pictures may take in the user's cache."""

MANIFEST, LOCK = "assets.yaml", "assets.lock"


class Session:
    """One command's view of one project. Parts are opened when they are first needed."""

    def __init__(self, options: Options, environment: Environment, warm: Warm | None = None) -> None:
        self.options = options
        self.warm = Warm() if warm is None else warm
        self.environment = environment
        self.root = options.root.resolve()
        self.started = environment.now()
        self.manifest_evidence: Evidence | None = None
        self.renamed: dict[str, str] = {}
        """Former names of the assets that this command carried over to a new one."""
        self.spared: set[str] = set()
        """Engines' files beside the pictures that those had: they move, too."""
        self._palettes: dict[str, tuple[str, ...]] = {}

    def moved(self, name: str, former: str, beside: Iterable[str]) -> None:
        """An asset has another name, in this run or one that ended too early: what lies beside it follows."""
        self.renamed[name] = self.renamed.pop(former, former)
        self.spared.update(beside)

    @cached_property
    def folders(self) -> Folders:
        return folders(self.environment.cache_dir)

    @cached_property
    def cache(self) -> Bundle:
        """What can be made again; the records of finished assets lie together in one file, too."""
        return self.warm.keep("records", lambda: Bundle(self.state.folder / "records", self._derived, RECORD))

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.cache)

    @cached_property
    def _derived(self) -> Cache:
        return self.warm.keep("derived", lambda: Cache(self.folders.cache / "derived", limit=DERIVED_LIMIT))

    @cached_property
    def manifest(self) -> Manifest:
        recent = self.warm.manifest
        return load_cached(self.root, MANIFEST, self.cache.get, _read_palette, self._note_manifest, recent)

    def _note_manifest(self, evidence: Evidence) -> None:
        self.manifest_evidence = evidence

    @cached_property
    def lock_path(self) -> Path:
        return self.root / LOCK

    @cached_property
    def lock(self) -> LockFile:
        self.warm.lock = lockfile.read(self.lock_path, self.cache, self.warm.lock)
        return self.warm.lock

    @cached_property
    def lock_digest(self) -> str | None:
        """The digest of the lock as this command read it, or last wrote it."""
        return self.lock.digest

    @cached_property
    def state(self) -> State:
        state = self.warm.keep("state", lambda: State(self.root, clock=self.environment.now, pixels=_file_digest))
        state.look_again()
        return state

    @cached_property
    def originals(self) -> Originals:
        return Originals(self.root, self.manifest.originals, stamps=self.state.stamps)

    @cached_property
    def objects(self) -> Objects:
        return Objects(self.folders.data)

    @cached_property
    def store(self) -> Stores:
        return Stores(self.objects, Records(self.objects), self._team())

    def _team(self) -> Team | None:
        environment = self.environment
        if environment.shared_store is None or self.options.offline:
            return None
        from assetgen.store.shared.opening import open_team

        return open_team(
            environment.variables, self.folders.data, self.root, now=environment.now, random=environment.random
        )

    @cached_property
    def disk(self) -> Disk:
        return Disk(
            self.root,
            self.manifest,
            self.state,
            self.originals,
            self.store,
            self.cache,
            self._owned_digests,
            self.final_digest,
        )

    @cached_property
    def project(self) -> Project:
        _check_engines(self.manifest)
        return Project(
            self.manifest,
            self._numbered(self.lock.lock),
            self.disk,
            realm_of=self.realm_of,
            choices=self.options.choices,
            needs=engine_needs(self.manifest),
            palette_colors=self.explicit_colors,
            palette_digest=self.palette_digest,
            known=self.warm.keys,
        )

    def _numbered(self, lock: Lock) -> Lock:
        """The lock as it is; under `--renumber` without the ids of the selected assets' tiles."""
        if not self.options.renumber:
            return lock
        chosen = frozenset(select(self.manifest, self.options.assets).assets)
        blocks = {n: replace(block, tiles={}) if n in chosen else block for n, block in lock.blocks.items()}
        return replace(lock, blocks=blocks)

    # -- realms ---------------------------------------------------------------

    def provider_name(self, asset: Asset) -> str:
        return self.options.provider or self.manifest.provider_of(asset)

    def realm_of(self, asset: Asset) -> Realm:
        return self.realm_of_provider(self.provider_name(asset))

    def realm_of_provider(self, name: str) -> Realm:
        if name == PLACEHOLDER:
            return Realm(PLACEHOLDER)
        from assetgen.generate.dialects import realm_of

        return Realm(realm_of(self.environment.api_url))

    # -- palettes -------------------------------------------------------------

    def explicit_colors(self, name: str) -> tuple[str, ...] | None:
        """Colours of a palette that is written out; None for one extracted from assets."""
        palette = self.manifest.palettes[name]
        return palette.colors

    def palette(self, name: str) -> tuple[str, ...]:
        """Colours of any palette, `rrggbb` or `rrggbbaa`; extracts them from base pictures where it must."""
        palette = self.manifest.palettes[name]
        if palette.colors is not None:
            return palette.colors
        key = "palette:" + self.project.palette_key(name)
        if key not in self._palettes:
            known = self.cache.get(key)
            if known is None:
                known = " ".join(self._extracted(name)).encode()
                self.cache.put(key, known)
            self._palettes[key] = tuple(known.decode().split())
        return self._palettes[key]

    def _extracted(self, name: str) -> tuple[str, ...]:
        from assetgen.pixels.documents import frames_of
        from assetgen.pixels.quantize import extract

        palette = self.manifest.palettes[name]
        pictures: list[Picture] = []
        for ref in palette.sources:
            files = base_reader(self.project, self.disk, ref.name)()
            work = self._work(ref.name, "base") if not files else None
            made = finished_of(work, self.shelf).pictures.values() if work is not None else ()
            pictures += frames_of(files, ref.name) if files else made
        return tuple(extract(pictures, palette.count or 16))

    def palette_digest(self, step: Step) -> str | None:
        """Pixel digest of the N×1 picture of a palette as it is sent; None for one whose assets are not there yet."""
        sent = step.palette
        if sent is None:
            return None
        colors = sent.colors
        if colors is None and sent.name is not None:
            colors = self.explicit_colors(sent.name)
            if colors is None:
                sources = self.manifest.palettes[sent.name].sources
                if any(self.project.base_of(ref.name) is None for ref in sources):
                    return None
                colors = self.palette(sent.name)
        return palette_picture_digest(tuple(colors or ()))

    # -- files that editors also edit -----------------------------------------

    def _owned_digests(self, path: str) -> tuple[str, ...]:
        """Digests of our keys in a file as it is on disk; UNJUDGED where what it is made of is not there."""
        owned = self._owned_targets.get(path)
        if owned is None:
            return UNJUDGED
        existing = inside(self.root, path).read_bytes().decode("utf-8", "replace")
        return tuple(KEYS + digest for digest in owned.judge(existing))

    @cached_property
    def _owned_targets(self) -> Mapping[str, OwnedKeys]:
        from assetgen.build.engines import owned_targets

        return owned_targets(self)

    # -- finished pictures ----------------------------------------------------

    def record(self, files: str) -> Finished | None:
        """What is known of a finished asset, without its pictures, by its files key."""
        found = self.warm.records.get(files) or self.shelf.find_record(files)
        if found is not None:
            self.warm.remember(files, found)
        return found

    def final_digest(self, name: str, piece: str | None, stage: Stage = "final") -> str | None:
        """Digest of an asset's finished picture (or one frame or tile of it); None while it is not there.

        `base`: of what the asset is before its own recipe.
        """
        work = self._work(name, stage)
        if work is None:
            return None
        found = digest_of(finished_of(work, self.shelf, pictures=False), name, piece)
        return found if found is not None or piece is not None else self._sheet_digest(work)

    def final_picture(self, name: str, piece: str | None, stage: Stage = "final") -> Picture:
        """That picture. AssetError where there is none."""
        work = self._work(name, stage)
        if work is None:
            raise AssetError(f"{name} has no picture yet", asset=name)
        finished = finished_of(work, self.shelf)
        digest = digest_of(finished, name, piece)
        if digest is not None:
            return finished.pictures[digest]
        sheet = sheet_of(finished) if piece is None else None
        if sheet is None:
            raise AssetError(f"{name} has no frame, tile or piece '{piece}'", asset=name)
        return sheet

    def _work(self, name: str, stage: Stage) -> Work | None:
        work = prepare(self.project, self.disk, name, self.palette)
        return bare(work) if work is not None and stage == "base" else work

    def _sheet_digest(self, work: Work) -> str | None:
        from assetgen.pixels.picture import pixel_digest

        key = "sheet:" + work.keys.files
        known = self.cache.get(key)
        if known is None:
            sheet = sheet_of(finished_of(work, self.shelf))
            known = pixel_digest(sheet).encode() if sheet is not None else b""
            self.cache.put(key, known)
        return known.decode() or None

    def final_size(self, name: str) -> tuple[int, int] | None:
        """Width and height of the asset's finished picture (its sheet, for animations and tilesets), once built."""
        from assetgen.build.retouched import finished_size

        work = prepare(self.project, self.disk, name, self.palette)
        return finished_size(finished_of(work, self.shelf, pictures=False)) if work is not None else None

    def read_text(self, path: str) -> str:
        """A text file of the project, for templates. UsageError where it cannot be read."""
        try:
            return inside(self.root, path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {words_of(error)}") from error

    def keep_derived(self) -> None:
        """Write down what waits to enter the cache."""
        if "_derived" in self.__dict__:
            self._derived.close()

    def keep_later(self) -> None:
        """In a process that has time at its end: let all that enters the cache wait until then."""
        self._derived.later()

    def keep_manifest(self) -> None:
        """Keep the memo of a manifest that has none yet."""
        self.warm.manifest.keep(self.cache.put)

    def leave_manifest(self) -> None:
        """Another process, which knows the same, keeps the memo of the manifest."""
        self.warm.manifest.files = None

    def close(self) -> None:
        """Keep what was learnt about files for the next command. In the project only where a build began its folder:
        who only looks leaves nothing behind."""
        begun = (self.root / FOLDER).is_dir()
        if begun and "state" in self.__dict__:
            self.state.save()
        if "cache" in self.__dict__:
            self.keep_manifest()
            if begun:
                self.cache.save()
            self.keep_derived()
        if "store" in self.__dict__:
            self.store.close()


def _read_palette(data: bytes, what: str) -> Sequence[str]:
    from assetgen.pixels.palettes import read

    return read(data, what)


def _file_digest(data: bytes, what: str) -> str:
    from assetgen.pixels.picture import file_digest

    return file_digest(data, what)


def _check_engines(manifest: Manifest) -> None:
    """ManifestError with all that the engines in use have to say against the manifest, before anything is bought."""
    if manifest.engines:
        from assetgen.export.base import problems

        found = problems(manifest)
        if found:
            raise ManifestError(found)


def engine_needs(manifest: Manifest) -> Needs:
    """Which kinds of files are written where the manifest does not say: what the engines refer to, else all."""
    if not manifest.engines:
        everything = frozenset({"single", "sheet", "frames", "palettes"})
        return lambda kind, packed: frozenset() if packed else everything
    from assetgen.export.base import exporter, roles

    exporters = [exporter(engine.name) for engine in manifest.engines]
    return lambda kind, packed: roles(exporters, kind, packed)


def palette_picture_digest(colors: Sequence[str]) -> str:
    """The pixel digest of an opaque N×1 picture, computed without one (IDENTITY 2)."""
    import hashlib
    import struct

    head = b"RGBA8" + struct.pack(">II", len(colors), 1)
    return hashlib.sha256(head + b"".join(bytes.fromhex(color[:6]) + b"\xff" for color in colors)).hexdigest()
