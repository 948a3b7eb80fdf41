"""Writing outputs: drift is judged first, what we wrote is logged before it gets its name, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.build.places import Move, Placed, Placer, Staged, WhatBecame, place_of, stage
from assetgen.export.base import OwnedKeys
from assetgen.model.errors import StoreError
from assetgen.plan.disk import owned_memo
from assetgen.plan.world import KEYS
from assetgen.store import atomic
from assetgen.store.bundle import Memo
from assetgen.store.clean import MISSING
from assetgen.store.paths import inside
from assetgen.store.stamps import text_digest
from assetgen.store.state import State, is_hollow
from assetgen.store.unmerged import in_conflict

SIDECARS = (".import", ".meta", ".uid")
"""Files that engines lay beside ours; they go when ours goes."""

_TRASHED = frozenset({"drifted", "unmerged"})
_BATCH_FILES = 256
_BATCH_STAGED = 1024  # files that others hold and place: fewer syncs of the log, and no more memory
_BATCH_BYTES = 32 * 1024 * 1024


class Target(Struct, frozen=True):
    """One file to be there. `path` is relative to the project, `digest` what the lock will record for it: the pixel
    digest of a picture, the text digest of a text, the owned keys' digest of a file that editors also edit.
    `shrink`: the file is written again for fewer bytes alone, too. `was`: where a file that editors also edit lay
    before its asset was renamed. `late`: its content is still being made, of about as many bytes, and is asked for
    when the file is written."""

    path: str
    digest: str
    content: Callable[[], bytes]
    text: bool = False
    owned: OwnedKeys | None = None
    shrink: bool = False
    was: str | None = None
    late: int = 0


class Judged(Struct, frozen=True):
    """What became of an asset's targets. `outputs` go into the lock, `drifted` paths were kept as they are."""

    outputs: dict[str, str]
    pending: list[Pending]
    drifted: list[str]
    obsolete: list[str]


class Pending(Struct, frozen=True):
    """A file that is to be written over what was `seen` in its place. `forced` moves the drifted one into the trash
    first. `staged`: it lies beside its place already, and `data` is empty, as it is while the target is late."""

    target: Target
    data: bytes
    seen: str
    recorded: str | None = None
    forced: bool = False
    staged: Staged | None = None

    @property
    def size(self) -> int:
        """Bytes that wait in memory."""
        return len(self.data) or self.target.late

    def content(self) -> bytes:
        """What is written."""
        return self.target.content() if self.target.late else self.data


def staged(root: Path, item: Pending, checked: set[str], folder: str | None = None) -> Staged:
    """Lays a file that is to be written beside its place, or into `folder` (in any process). StoreError. `checked`
    as for `place_of`."""
    return stage(root, item.target.path, item.data, checked, new=item.seen == MISSING, folder=folder)


def pending(path: str, digest: str, seen: str, recorded: str | None, *, forced: bool, staged: Staged) -> Pending:
    """A picture that another process laid beside its place."""
    return Pending(Target(path, digest, _elsewhere), b"", seen, recorded, forced, staged)


def without_picture(item: Pending) -> Pending:
    """The same, without what its target holds in memory: it has its bytes already."""
    return replace(item, target=Target(item.target.path, item.target.digest, _elsewhere))


def _elsewhere() -> bytes:
    raise LookupError("the content lies beside its place")


def text_target(path: str, text: str) -> Target:
    """A text file, UTF-8 with LF."""
    data = text.encode()
    return Target(path, text_digest(data), lambda: data, text=True)


def owned_target(path: str, owned: OwnedKeys, was: str | None = None) -> Target:
    """A text file that an engine's editor edits, too."""
    return Target(path, KEYS + owned.digest, lambda: owned.content.encode(), text=True, owned=owned, was=was)


def _trouble_in(existing: str, owned: OwnedKeys) -> str:
    """Why a file that editors also edit is left as it is, and what to do."""
    if in_conflict(existing):
        return "git left it in conflict: take one side with 'git checkout --ours' or '--theirs', and build again"
    changed = ", ".join(owned.conflicts(existing)[:4])
    return f"{changed or 'the whole file'} changed in an editor; 'build --force' puts it back"


class Writer(Struct):
    """Writes the outputs of one project. `written`, `deleted`, `trashed` (what was there is kept) and `left` (changed
    by somebody just before) count files; `unwritten` is told of a file that could not be written, and the
    others are. `spared` lie beside pictures of renamed assets, and move instead of being deleted with them (`carry`).
    `placer` gives staged files their places."""

    root: Path
    state: State
    memo: Memo
    force: bool = False
    written: int = 0
    deleted: int = 0
    trashed: int = 0
    left: int = 0
    unwritten: Callable[[str, StoreError], None] | None = None
    spared: AbstractSet[str] = frozenset()
    placer: Placer | None = None
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    _batch: list[Pending] = field(default_factory=list)
    _bytes: int = 0
    _begun: tuple[Sequence[Pending], Callable[[], WhatBecame] | None] = ((), None)

    def carry(self, recorded: Mapping[str, str], targets: Iterable[Target]) -> dict[str, str]:
        """`recorded` after files that editors also edit moved with their renamed assets: what a person added there
        comes along. A file whose new place is taken stays where it is."""
        carried, wanted = dict(recorded), list(targets)
        paths = {target.path for target in wanted}
        for target in wanted:
            was = target.was
            if was is None or was not in carried or was in paths or target.path in carried:
                continue
            source, place = inside(self.root, was), inside(self.root, target.path)
            if not source.is_file():
                continue
            self.state.written.append([(target.path, carried[was])])
            try:
                atomic.make_folder(place.parent)
                if atomic.claim(source, place):
                    source.unlink()
                    self._remove_empty(source.parent)
                    carried[target.path] = carried.pop(was)
            except OSError as error:
                raise atomic.cannot("move", source, error) from error
        return carried

    def judge(self, recorded: Mapping[str, str], targets: Iterable[Target]) -> Judged:
        """Compares targets with the disk and with what the lock recorded; nothing is written yet (thread-safe)."""
        judged = Judged({}, [], [], [])
        for target in targets:
            path, before = target.path, recorded.get(target.path)
            judged.outputs[path] = target.digest
            seen = self.state.stamps.state_of(path)
            found = self._judge(target, before)
            if found == "drifted" and not self.force:
                judged.drifted.append(path)
            elif found != "same":
                data = self._merged(target) if target.owned else b"" if target.late else target.content()
                judged.pending.append(Pending(target, data, seen, before, forced=found in _TRASHED))
            elif target.shrink:
                data = target.content()
                if len(data) < inside(self.root, path).stat().st_size:
                    judged.pending.append(Pending(target, data, seen, before))
        judged.obsolete.extend(path for path in recorded if path not in judged.outputs)
        return judged

    def _judge(self, target: Target, recorded: str | None) -> str:
        """`same`, `ours` (missing, or as this tool once wrote it), `unmerged` or `drifted`."""
        return self._judge_owned(target, recorded) if target.owned else self._judge_plain(target, recorded)

    def _judge_plain(self, target: Target, recorded: str | None) -> str:
        there = self.digest(target.path, text=target.text)
        if there == target.digest:
            return "same"
        if there is None or there == recorded or self.state.written.has(target.path, there):
            return "ours"
        return "unmerged" if target.text and self.state.unmerged(target.path) else "drifted"

    def _judge_owned(self, target: Target, recorded: str | None) -> str:
        assert target.owned is not None
        existing = self._existing(target.path)
        if existing is None:
            return "ours"
        merged = self._merged(target)
        if merged == existing.replace("\r\n", "\n").encode():
            self.memo.put(owned_memo(target.path, text_digest(merged)), target.digest.encode())
            return "same"
        digests = [KEYS + digest for digest in target.owned.judge(existing)]
        known = any(d in (target.digest, recorded) for d in digests)
        if known or any(self.state.written.has(target.path, d) for d in digests):
            return "ours"
        if not self.force:
            self.conflicts.append((target.path, _trouble_in(existing, target.owned)))
        return "drifted"

    def _existing(self, path: str) -> str | None:
        try:
            data = inside(self.root, path).read_bytes()
            return None if is_hollow(data) else data.decode("utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            return None

    def _merged(self, target: Target) -> bytes:
        assert target.owned is not None
        existing = self._existing(target.path)
        return (target.owned.content if existing is None else target.owned.merge(existing)).encode()

    def digest(self, path: str, *, text: bool) -> str | None:
        """Digest of a file as it is on disk, None where it is missing; a picture that is none has a digest of bytes."""
        return self.state.output_digest(path, text=text)

    def add(self, judged: Judged) -> None:
        """Takes what is to be written; writes when a batch is full."""
        self._batch += judged.pending
        self._bytes += sum(item.size for item in judged.pending)
        if len(self._batch) >= (_BATCH_FILES if self.placer is None else _BATCH_STAGED) or self._bytes >= _BATCH_BYTES:
            if self.placer is None:
                self.flush()
            else:
                self._begin()

    def flush(self) -> None:
        """Logs the batch (one sync), then gives each file its name."""
        self._begin()
        self._end()

    def _begin(self) -> None:
        """Logs the batch and has those files placed that others can place, while we go on to the next."""
        batch, self._batch, self._bytes = self._batch, [], 0
        self._end()
        if batch:
            self.state.written.append(pair for item in batch for pair in _written(item))
            moves = [Move(i.target.path, i.seen, i.staged.path) for i in batch if i.staged is not None and not i.forced]
            self._begun = batch, self.placer(moves) if moves and self.placer is not None else None

    def _end(self) -> None:
        """Gives the files of the batch that was begun their names, or hears what became of them."""
        batch, call = self._begun
        self._begun = (), None
        laid = call() if call is not None else {}
        checked: set[str] = set()
        for item in batch:
            found = laid.get(item.target.path)
            try:
                if isinstance(found, StoreError):
                    raise found
                if found is None:
                    self._write(item, checked)
                else:
                    self._note(item, found)
            except StoreError as error:
                if item.staged is not None:
                    atomic.discard(item.staged.path)
                if self.unwritten is None:
                    raise
                self.unwritten(item.target.path, error)

    def _note(self, item: Pending, found: Placed | None = None) -> None:
        """Remembers a staged file that was given its place, and was then as `found`."""
        assert item.staged is not None
        size, sha256, digest = item.staged.size, item.staged.sha256, item.target.digest
        self.state.stamps.note_written(item.target.path, size, sha256, pixels=digest, found=found)
        self.written += 1

    def _write(self, item: Pending, checked: set[str]) -> None:
        path = place_of(self.root, item.target.path, checked)
        forced = item.forced
        if self.state.stamps.state_of(item.target.path) != item.seen:
            found = self._again(item)
            if found == "left":
                return
            forced = found in _TRASHED
        if forced:
            self.state.trash(item.target.path)
            self.trashed += 1
        if item.staged is not None:
            atomic.place(item.staged.path, path)
            self._note(item)
            return
        data = item.content()
        digests = {"text": text_digest(data)} if item.target.text else {"pixels": item.target.digest}
        # A power cut may leave a name without bytes, which the next build sees. It must not leave a part of them.
        atomic.write(Path(path), data, sync=len(data) > atomic.ONE_PIECE)
        self.state.stamps.note(item.target.path, data, **digests)
        if item.target.owned is not None:
            self.memo.put(owned_memo(item.target.path, digests["text"]), item.target.digest.encode())
        self.written += 1

    def _again(self, item: Pending) -> str:
        """`left`, or as judged anew: a file that changed since it was judged, which somebody may have retouched.

        One that editors also edit is left to the next build, which merges with what it is by then.
        """
        found = self._judge(item.target, item.recorded)
        if (found in ("ours", "unmerged") and item.target.owned is None) or (found == "drifted" and self.force):
            return found
        if item.staged is not None:
            atomic.discard(item.staged.path)
        self.left += 1
        return "left"

    def remove(self, recorded: Mapping[str, str], paths: Sequence[str]) -> list[str]:
        """Deletes recorded files that no asset owns any more, and what engines laid beside them.

        Returns those that were changed by hand: they stay (unless forced into the trash).
        """
        kept = []
        for path in paths:
            there = self.digest(path, text=is_text(path))
            if there is None:
                continue
            ours = there == recorded[path] or self.state.written.has(path, there)
            if not ours and not self.force:
                kept.append(path)
                continue
            try:
                self._delete(path, ours=ours)
            except StoreError as error:
                if self.unwritten is None:
                    raise
                self.unwritten(path, error)
                kept.append(path)
        return kept

    def _delete(self, path: str, *, ours: bool) -> None:
        target = inside(self.root, path)
        if not ours:
            self.state.trash(path)
            self.trashed += 1
        try:
            beside = [suffix for suffix in SIDECARS if path + suffix not in self.spared]
            for each in (target, *(target.with_name(target.name + suffix) for suffix in beside)):
                if each.is_file():
                    each.unlink()
            self._remove_empty(target.parent)
        except OSError as error:
            raise atomic.cannot("delete", target, error) from error
        self.deleted += 1

    def _remove_empty(self, folder: Path) -> None:
        while folder != self.root and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def _written(item: Pending) -> list[tuple[str, str]]:
    """What the log says of a file: its digest; for one that editors also edit its text's, too."""
    pairs = [(item.target.path, item.target.digest)]
    if item.target.owned is not None:
        pairs.append((item.target.path, text_digest(item.data)))
    return pairs


def is_text(path: str) -> bool:
    """Whether an output is judged by its bytes: all but PNG pictures, palettes among them."""
    return not path.lower().endswith(".png")
