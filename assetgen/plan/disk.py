"""The planner's world as it really is: the project's folder and the stores beside it. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assetgen.catalog.layouts import LAYOUTS
from assetgen.model.errors import AssetError, PictureError
from assetgen.model.lock import Accepted, Original
from assetgen.model.manifest import Asset, Manifest, Stage
from assetgen.model.realm import OFFICIAL
from assetgen.model.request import Request
from assetgen.plan.keys import key_of
from assetgen.plan.world import UNJUDGED, Presence, gone
from assetgen.store.bundle import Memo
from assetgen.store.originals import Originals
from assetgen.store.paths import inside, problem
from assetgen.store.state import NOTHING, State

if TYPE_CHECKING:
    from assetgen.model.built import Picture


class Elsewhere(Protocol):
    """A store beside the project: the user's own, the team's, or both in turn."""

    def has(self, realm: str, original: Original) -> bool: ...

    def read(self, realm: str, original: Original) -> bytes | None: ...

    def recorded(self, realm: str, request: Request) -> Accepted | None: ...


def owned_memo(path: str, text: str) -> str:
    """Memo key of our keys' digests in a text (by its text digest)."""
    return f"owned:{path}:{text}"


class Disk:
    """Implements `World` on real files. `final` gives the digest of a finished picture (the build knows how)."""

    def __init__(
        self,
        root: Path,
        manifest: Manifest,
        state: State,
        originals: Originals,
        elsewhere: Elsewhere,
        memo: Memo,
        owned: Callable[[str], tuple[str, ...]],
        final: Callable[[str, str | None, Stage], str | None],
    ) -> None:
        self.root = root
        self.manifest = manifest
        self.state = state
        self.originals = originals
        self.elsewhere = elsewhere
        self.memo = memo
        self._owned = owned
        self._final = final
        self._presence: dict[tuple[str, str], Presence] = {}
        self._realms: dict[str, str] = {}
        self._globs = dict(manifest.globs)

    def file_digest(self, path: str) -> str | None:
        matches = self._globs.get(path)
        if matches is not None:
            digests = [self.file_digest(match) for match in matches]
            return None if None in digests else key_of(digests)
        try:
            return self.state.stamps.pixel_digest(path)
        except PictureError:
            # Aseprite files and their JSON are no pictures that Pillow reads: their bytes identify them.
            return self._document_digest(path)

    def _document_digest(self, path: str) -> str | None:
        """By its bytes; with those of the picture beside it, where it is an Aseprite JSON."""
        digest, beside = self.state.stamps.byte_digest(path), self.beside(path)
        return key_of([digest, self.file_digest(beside)]) if beside is not None else digest

    def beside(self, path: str) -> str | None:
        """The picture that belongs to an Aseprite JSON; None for other JSON, which is told when it is read, and for all
        other files."""
        digest = self.state.stamps.byte_digest(path) if path.lower().endswith(".json") else None
        if digest is None:
            return None
        known = self.memo.get("beside:" + key_of([path, digest]))
        if known is None:
            from assetgen.pixels.documents import picture_beside

            try:
                known = picture_beside(path, (self.root / path).read_bytes()).encode()
            except (PictureError, OSError):
                known = b""
            self.memo.put("beside:" + key_of([path, digest]), known)
        return known.decode() or None

    def read_files(self, path: str) -> tuple[bytes, ...]:
        """The bytes of a picture file of the project; of all that a glob matches; of a JSON with its picture."""
        from assetgen.pixels.documents import described, picture_beside
        from assetgen.pixels.picture import read_bytes

        paths = self._globs.get(path, (path,))
        found = tuple(self.state.stamps.take(each) or read_bytes(self.root / each, each) for each in paths)
        if len(found) == 1 and described(found[0]):
            beside = picture_beside(paths[0], found[0])
            return (found[0], read_bytes(inside(self.root, beside), beside))
        return found

    def picture_digest(self, path: str) -> str | None:
        digest = self.file_digest(path)
        if digest is None or not (path in self._globs or path.lower().endswith((".aseprite", ".ase", ".json"))):
            return digest
        known = self.memo.get("still:" + digest)
        if known is None:
            from assetgen.pixels.documents import still
            from assetgen.pixels.picture import pixel_digest

            try:
                known = pixel_digest(still(self.read_files(path), path)).encode()
            except PictureError:
                return digest  # told when it is to be sent
            self.memo.put("still:" + digest, known)
        return known.decode()

    def presence(self, original: Original, realm: str) -> Presence:
        key = (original.sha256, realm)
        self._realms[original.sha256] = realm
        if key not in self._presence:
            self._presence[key] = self._where(original, realm)
        return self._presence[key]

    def _where(self, original: Original, realm: str) -> Presence:
        found = self.originals.locate(original)
        if found.state == "pointer":
            return "pointer"
        if found.usable:
            return "here"
        return "stored" if self.elsewhere.has(realm, original) else "missing"

    def moved(self) -> None:
        """Originals came or were moved: look again."""
        self._presence.clear()

    def recorded(self, realm: str, request: Request) -> Accepted | None:
        return self.elsewhere.recorded(realm, request)

    def piece_digest(self, asset: Asset, original: Original, piece: str) -> str:
        return self._piece(asset, original.pixels, piece, lambda: (self.read_original(original, asset),))

    def file_piece_digest(self, asset: Asset, path: str, piece: str) -> str:
        digest = self.file_digest(path)
        if digest is None:
            raise AssetError(f"{path} is missing", asset=asset.name, position=asset.position)
        return self._piece(asset, digest, piece, lambda: self.read_files(path))

    def read_original(self, original: Original, asset: Asset) -> bytes:
        """An original's bytes from the project or from a store, checked."""
        if self.originals.locate(original).usable:
            return self.originals.read(original)
        data = self.elsewhere.read(self._realms.get(original.sha256, OFFICIAL), original)
        if data is not None:
            return data
        raise AssetError(
            gone(original, self.originals.locate(original).state), asset=asset.name, position=asset.position
        )

    def _piece(self, asset: Asset, base: str, piece: str, read: Callable[[], tuple[bytes, ...]]) -> str:
        cut = [str(asset.cut), str(asset.recipe)] if asset.cut is not None else []
        key = "piece:" + key_of([base, asset.layout, str(asset.grid), str(asset.timing), piece, *cut])
        from assetgen.pixels.picture import pixel_digest

        known = self.memo.get(key)
        if known is not None:
            return known.decode()
        digest = pixel_digest(self.base_piece(asset, read(), piece))
        self.memo.put(key, digest.encode())
        return digest

    def base_piece(self, asset: Asset, files: tuple[bytes, ...], piece: str) -> Picture:
        """One frame, tile or cut piece of a base picture, from the bytes of its files."""
        from assetgen.pixels.documents import base_piece

        layout = LAYOUTS.get(asset.layout) if asset.layout else None
        return base_piece(asset, files, layout, piece, self.manifest.directions)

    def final_digest(self, name: str, piece: str | None, stage: Stage) -> str | None:
        return self._final(name, piece, stage)

    def output_digest(self, path: str) -> str | None:
        return self.state.output_digest(path, text=not path.lower().endswith(".png"))

    def template_digests(self, paths: Iterable[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        pending = list(paths)
        while pending:
            path = pending.pop()
            if path not in found:
                digest = self.state.stamps.text_digest(path)
                found[path] = digest or ""
                pending += self._named_in(path, digest) if digest is not None else []
        return dict(sorted(found.items()))

    def _named_in(self, path: str, digest: str) -> list[str]:
        """Templates of the project that a template names."""
        key = f"templates:{digest}"
        known = self.memo.get(key)
        if known is None:
            from assetgen.export.template import references

            named = references((self.root / path).read_bytes().decode("utf-8", "replace"))
            known = "\n".join(name for name in named if not problem(name)).encode()
            self.memo.put(key, known)
        return known.decode().splitlines()

    def owned_digests(self, path: str) -> tuple[str, ...] | None:
        text = self.state.stamps.text_digest(path)
        if text is None or text == NOTHING:
            return None
        key = owned_memo(path, text)
        known = self.memo.get(key)
        if known is not None:
            return tuple(known.decode().split())
        found = self._owned(path)
        if found != UNJUDGED:
            self.memo.put(key, " ".join(found).encode())
        return found

    def unmerged(self, path: str) -> bool:
        return not path.lower().endswith(".png") and self.state.unmerged(path)

    def was_written(self, path: str, digest: str) -> bool:
        return self.state.written.has(path, digest)
