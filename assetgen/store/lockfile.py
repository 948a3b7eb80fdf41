"""`assets.lock`: text, blocks, and both at once (IDENTITY 7, 21).

The text is `version: 1`, then one block an asset, sorted, an empty line between, `retired:` last. Blocks that did
not change keep their text byte for byte, so that a diff shows what happened and git merges the rest.
"""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec.json
from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.model.errors import LockError
from assetgen.model.lock import Block, Lock
from assetgen.model.request import Json
from assetgen.store import atomic, yamlet
from assetgen.store.blocks import Data, check_prices, dump_block, load_block
from assetgen.store.yamlet import Damage

if TYPE_CHECKING:
    from assetgen.store.bundle import Memo

VERSION = 1
RETIRED = ":retired"
"""The name under which `LockFile.verbatim` keeps the section of retired results; no asset can have it."""

_SECTION = "retired"
_HEADER = f"version: {VERSION}"
_TAKEN = frozenset({"version", _SECTION})  # assets of these names stand as `asset:NAME`
_PREFIX = "asset:"
_USUAL = re.compile(r"[a-z][a-z0-9_/]*:")  # most names: they need no reader
_NEVER = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity", *_TAKEN})
_NEXT_BLOCK = re.compile(r"\n+(?=[^ \n])")
_MARKERS = re.compile(r"^(?:<<<<<<<|>>>>>>>|\|\|\|\|\|\|\|)(?: |$)|^=======$", re.MULTILINE)
_MEMO = "lock-2:"  # and the path: one memo a lock, replaced when it changes; 2 is the shape of what is put there


class LockFile(Struct, frozen=True):
    """A lock as read. `verbatim` holds each block's own text by name (`retired` among them), `text` the whole,
    `digest` the SHA-256 of that (None: there is no file yet). `foreign` names blocks that an `update` left alone
    because somebody else had changed them: the next one that starts from here leaves them alone, too."""

    lock: Lock = field(default_factory=Lock)
    verbatim: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    digest: str | None = None
    path: str = "assets.lock"
    foreign: frozenset[str] = frozenset()


class Updated(Struct, frozen=True):
    """The file after an update, and the names of the blocks that somebody else had changed: left as they were."""

    file: LockFile
    left: tuple[str, ...] = ()


def parse(text: str, path: str = "assets.lock", memo: Memo | None = None) -> Lock:
    """The lock in `text`. LockError with `path:line` for conflict markers, damage and other versions."""
    return parse_file(text, path, memo).lock


def parse_file(text: str, path: str = "assets.lock", memo: Memo | None = None) -> LockFile:
    """`parse`, with each block's own text."""
    return _parsed(text, path, LockFile(), memo)


def read(path: Path, memo: Memo | None = None, base: LockFile | None = None) -> LockFile:
    """The lock at `path`; an empty one where there is no file. Blocks with the text that they have in `base`, read
    earlier from the same place, are not parsed again."""
    return _read(path, LockFile() if base is None else replace(base, foreign=frozenset()), memo)


def digest_of(path: Path) -> str | None:
    """The `LockFile.digest` of the file as it is now, without parsing it; None where there is none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return _digest(text.replace("\r\n", "\n"))


def render(lock: Lock, verbatim: Mapping[str, str] | None = None) -> str:
    """The text of a lock. A block named in `verbatim` keeps that text: pass only those that did not change."""
    kept = verbatim or {}
    texts = {name: kept.get(name) or render_block(block) for name, block in lock.blocks.items()}
    if lock.retired:
        texts[RETIRED] = kept.get(RETIRED) or _render_retired(lock.retired)
    return _join(texts)


def render_block(block: Block) -> str:
    """One block's text, without a final newline."""
    return "\n".join((_head(block.name), *yamlet.dump(dump_block(block), indent=2)))


def update(
    path: Path,
    changed: Mapping[str, Block | None],
    base: LockFile,
    *,
    retire: Collection[Block] = (),
    revive: Collection[tuple[str, Block]] = (),
    texts: Mapping[str, str] | None = None,
) -> Updated:
    """Replace (None: remove) these blocks in the file as it is now, everything else verbatim; synced to disk.

    A block whose text is no longer that of `base` was changed by somebody else meanwhile: it is left alone and
    reported (rule 21). `retire` appends blocks to the retired ones, `revive` takes out those that became the block of
    a name; neither happens for a block that was left alone. `texts` are blocks that were rendered before.
    """
    now = _read(path, base, None)
    known = texts or {}
    wanted = {
        name: None if block is None else known.get(name) or render_block(block) for name, block in changed.items()
    }
    left = tuple(
        name
        for name, text in wanted.items()
        if (now.verbatim.get(name) != base.verbatim.get(name) or name in base.foreign)
        and now.verbatim.get(name) != text
    )
    foreign = base.foreign | set(left)
    blocks, chunks = dict(now.lock.blocks), dict(now.verbatim)
    for name in changed.keys() - set(left):
        block, text = changed[name], wanted[name]
        if block is None or text is None:
            blocks.pop(name, None)
            chunks.pop(name, None)
        else:
            blocks[name], chunks[name] = block, text
    revived = [block for name, block in revive if name not in left]
    retired = [block for block in now.lock.retired if block not in revived]
    retired += [block for block in retire if block.name not in left and block not in retired]
    if tuple(retired) != now.lock.retired:
        chunks.pop(RETIRED, None)
        if retired:
            chunks[RETIRED] = _render_retired(retired)
    if not chunks and now.digest is None:
        return Updated(replace(now, foreign=foreign), left)
    text = _join(chunks)
    if text != now.text:
        atomic.write(path, text.encode(), sync=True)
    lock = Lock(blocks, tuple(retired), now.lock.scheme)
    return Updated(LockFile(lock, chunks, text, _digest(text), now.path, foreign), left)


def _read(path: Path, base: LockFile, memo: Memo | None) -> LockFile:
    """The file as it is now; blocks with the text that they have in `base` are not parsed again."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return LockFile(path=path.name)
    except OSError as error:
        raise atomic.cannot("read", path, error) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LockError(f"{path.name}:{line}: the lock is not UTF-8 text: {_REMEDY}") from error
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if base.digest is not None and text == base.text:
        return base
    return _parsed(text, path.name, base, memo, str(path.absolute()))


def _parsed(text: str, path: str, base: LockFile, memo: Memo | None, place: str = "") -> LockFile:
    digest = _digest(text)
    texts = _split(text, path)
    if base.digest is not None:
        memo = None  # most blocks are known already
    with _no_collector():
        known = None if memo is None else _recalled(memo.get(_MEMO + place) or b"", digest)
        if known is not None and known.blocks.keys() == texts.keys() - {RETIRED}:
            return LockFile(known, texts, text, digest, path)
        name = ""

        def read(wanted: str) -> Json:
            nonlocal name
            name = wanted
            return _data(texts[wanted])

        try:
            lock = _built(texts, base, read)
        except Damage as damage:
            raise _located(damage, text, texts[name], path, name) from None
        if memo is not None:
            memo.put(_MEMO + place, digest.encode() + msgspec.json.encode(lock))
    return LockFile(lock, texts, text, digest, path)


def _recalled(sealed: bytes, digest: str) -> Lock | None:
    """The lock that was put into the memo for a text of this digest. None when it was forgotten, or is damaged."""
    try:
        lock = msgspec.json.decode(sealed.removeprefix(digest.encode()), type=Lock)
        for block in (*lock.blocks.values(), *lock.retired):
            check_prices(block)
    except (ValueError, RecursionError):
        return None
    return lock


def _built(texts: Mapping[str, str], base: LockFile, read: Callable[[str], Json]) -> Lock:
    """The lock of these texts; what has its text in `base` is taken from there."""
    blocks: dict[str, Block] = {}
    retired: tuple[Block, ...] = ()
    for name, chunk in texts.items():
        old = base.verbatim.get(name) == chunk
        if name == RETIRED:
            retired = base.lock.retired if old else _load_retired(read(name))
        else:
            blocks[name] = base.lock.blocks[name] if old else load_block(name, read(name))
    return Lock(blocks, retired)


def _split(text: str, path: str) -> dict[str, str]:
    """Each top-level block's text by name. Only the header and the names are looked at."""
    marker = _MARKERS.search(text)
    if marker:
        raise LockError(
            f"{path}:{_line(text, marker.start())}: conflict markers of a merge: run `assetgen merge-lock`; it takes "
            "the three versions from git (or BASE OURS THEIRS as files) and keeps every paid result"
        )
    header, *chunks = _NEXT_BLOCK.split(text.strip("\n"))
    if header != _HEADER:
        raise LockError(f"{path}:1: {_wrong_header(header)}")
    texts: dict[str, str] = {}
    for chunk in chunks:
        end = chunk.find("\n")
        name = _name(chunk[:end] if end >= 0 else chunk)
        if name is None or name in texts:
            line = _line(text, text.find("\n" + chunk) + 1 if name is None else text.rfind("\n" + chunk) + 1)
            problem = f"expected `NAME:`, found `{chunk[:60].partition(chr(10))[0]}`"
            raise LockError(f"{path}:{line}: {problem if name is None else f'a second block `{name}`'}: {_REMEDY}")
        texts[name] = chunk
    return texts


_REMEDY = "restore the file from version control (`git checkout -- assets.lock`); the tool alone writes it"


def _wrong_header(header: str) -> str:
    found = re.fullmatch(r"version: ([0-9]{1,9})", header)
    if found:
        return f"lock version {found[1]}: made by a newer assetgen (this one reads version {VERSION}); upgrade assetgen"
    return f"expected `{_HEADER}` alone in the first line, found `{header[:60].partition(chr(10))[0]}`: {_REMEDY}"


def _data(chunk: str) -> Json:
    lines = chunk.split("\n")
    if len(lines) == 1:
        raise Damage("an empty block")
    if not lines[1].startswith("  ") or lines[1][2:3] == " ":
        raise Damage("wrong indentation", line=1)
    try:
        return yamlet.load(lines[1:])
    except Damage as damage:
        damage.line = (damage.line or 0) + 1
        raise


def _located(damage: Damage, text: str, chunk: str, path: str, name: str) -> LockError:
    lines = chunk.split("\n")
    start = _line(text, ("\n" + text).find("\n" + chunk))
    offset = damage.line if damage.line is not None else 0
    if damage.line is None and damage.path:
        offset = 1 + yamlet.locate(lines[1:], damage.path)
    return LockError(f"{path}:{start + offset}: {name.lstrip(chr(58))}: {damage.message}; {_REMEDY}")


def _name(head: str) -> str | None:
    """The block's name in its first line `NAME:`."""
    if _USUAL.fullmatch(head) and head[:-1] not in _NEVER:
        return head[:-1]
    try:
        data = yamlet.load([head + " null"])
    except Damage:
        return None
    name = next(iter(data)) if isinstance(data, dict) else None
    if name is None or name == _SECTION:
        return name and RETIRED
    asset: str = name.removeprefix(_PREFIX)
    return asset if asset in _TAKEN else str(name)


def _head(name: str) -> str:
    return yamlet.dump_key(_PREFIX + name if name in _TAKEN else name) + ":"


def _render_retired(retired: Collection[Block]) -> str:
    data = [{"name": block.name, **dump_block(block)} for block in retired]
    return "\n".join(yamlet.dump({_SECTION: data}))


def _load_retired(data: Json) -> tuple[Block, ...]:
    if not isinstance(data, list):
        raise Damage("expected a list (`- …` lines)")
    blocks = []
    for index, item in enumerate(data):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise Damage("`name` is missing", path=(index,))
        fields: Data = dict(item)
        try:
            blocks.append(load_block(fields.pop("name"), fields))
        except Damage as damage:
            damage.path = (index, *damage.path)
            raise
    return tuple(blocks)


def _join(texts: Mapping[str, str]) -> str:
    names = sorted(texts.keys() - {RETIRED})
    parts = [_HEADER, *(texts[name] for name in names)]
    if RETIRED in texts:
        parts.append(texts[RETIRED])
    return "\n\n".join(parts) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, max(offset, 0)) + 1


@contextmanager
def _no_collector() -> Iterator[None]:
    """A large lock is a million small objects, none of them garbage: looking for some costs more than parsing."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
