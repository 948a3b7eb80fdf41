"""What the program itself wrote and somebody else may have damaged, or written: lock, journal, records, caches."""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

DIGEST = "a" * 64
NOW = 1_795_000_000.0


def lock(data: bytes) -> str:
    from assetgen.store import lockfile
    from assetgen.store.merge import merge

    text = data.decode("utf-8", "replace")
    found = lockfile.parse(text)
    assert lockfile.parse(lockfile.render(found)) == found, "what is read can be written and read again"
    merged = merge("version: 1\n", text, text)
    return f"{min(len(found.blocks), 3)} blocks {len(found.retired) > 0} {bool(merged)}"


_LOCKED = """\
version: 1
provider: placeholder
sprites:
  gem: {prompt: blue gem, style: rd_fast__mc_item, size: 16, candidates: 2}
  gem_hat: {edit: gem, prompt: add a hat}
animations:
  walk: {prompt: knight, style: animation__four_angle_walking}
atlases:
  all: {include: ["**"]}
"""


def lock_seeds() -> list[bytes]:
    from workbench import bench

    with tempfile.TemporaryDirectory() as folder:
        game = bench(Path(folder), _LOCKED)
        game.build()
        game.edit("blue gem", "red gem")
        game.build()
        return [(game.root / "assets.lock").read_bytes(), b"version: 1\n"]


# -- journal ------------------------------------------------------------------


def journal(data: bytes) -> str:
    """A journal of these lines, opened and read by all who ask it. A first byte `=` gives each line its checksum (a
    whole line of another version), else the bytes stand as they are (damage)."""
    from assetgen.model.errors import AssetgenError
    from assetgen.store import journal as journals
    from assetgen.store.entries import worth_keeping

    if data[:1] == b"=":
        data = b"".join(_summed(line) for line in data[1:].split(b"\n") if line)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "official", "0a1b2c3d")
        place.mkdir(parents=True)
        (place / "journal.jsonl").write_bytes(data)
        with journals.Journal(Path(folder), "official", "0a1b2c3d", now=lambda: NOW) as opened:
            ledger = opened.ledger()
            entries = list(ledger.entries.values())
            blocking = opened.blocking()
            list(worth_keeping(ledger, NOW))
            ledger.next_attempt(DIGEST)
            ledger.claimed()
            for entry in entries:
                with contextlib.suppress(AssetgenError):
                    str(entry.price)
                with contextlib.suppress(AssetgenError):
                    assert entry.full_request.op is not None
                entry.age(NOW)
        states = "".join(sorted({entry.state[:2] for entry in entries}))
        return f"{min(len(entries), 3)} {states} blocking {min(len(blocking), 2)} seen {min(len(ledger.seen), 2)}"


def _summed(line: bytes) -> bytes:
    return hashlib.sha256(line).hexdigest()[:16].encode() + b" " + line + b"\n"


def journal_seeds() -> list[bytes]:
    from assetgen.model.request import Request
    from assetgen.store.entries import Entry, request_json
    from assetgen.store.journal import Journal

    request = Request("generate", {"prompt": "a knight", "style": "rd_fast__default", "references": ["ab"]})
    with tempfile.TemporaryDirectory() as folder:
        with Journal(Path(folder), "official", "0a1b2c3d", now=lambda: NOW) as made:
            for number in range(3):
                entry = Entry(
                    id=f"{number:010}", state="intended", at=0, changed=0, session="", asset="hero", attempt=number,
                    digest=request.digest, request=request_json(request), key=f"{number:064}", kind="inference",
                    base="https://example.com/v2", path="/inferences", body=made.bodies.put(b"{}"),
                    expected={"amount": "0.07", "unit": "USD"},
                )  # fmt: skip
                made.intend(entry)
                made.record(entry.id, "sent")
                if number:
                    made.record(entry.id, "accepted", task=f"t-{number}", request_id="r")
            made.record("0000000001", "received", raw=made.raw.put(b"reply"))
            made.saw(["t-7", "t-8"])
        whole = (made.folder / "journal.jsonl").read_bytes()
    bare = b"=" + b"\n".join(line.partition(b" ")[2] for line in whole.splitlines())
    return [whole, bare, bare[: len(bare) // 2], b'={"attempts":{"' + DIGEST.encode() + b'":[1,2]}}\n{"new":1}']


# -- what the store and the caches hold -----------------------------------------


class _Memo:
    """A memo that answers everything with the same bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def get(self, _key: str) -> bytes | None:
        return self.data

    def put(self, _key: str, _data: bytes) -> None: ...


def records(data: bytes) -> str:
    """First byte: which of the files it is; the rest: what it holds (checksums that these files carry are put right,
    so that what stands behind them is reached)."""
    kind, body = (data[0] if data else 0) % len(_RECORDS), data[1:]
    with tempfile.TemporaryDirectory() as folder:
        return f"{kind} {_RECORDS[kind](Path(folder), body)}"


def _purchase(folder: Path, body: bytes) -> object:
    """The record of a purchase in the user's store."""
    from assetgen.store.objects import Objects
    from assetgen.store.records import Records

    store = Records(Objects(folder))
    path = store.path("official", DIGEST)
    path.parent.mkdir(parents=True)
    path.write_bytes(_rechecked(body))
    found = store.record("official", DIGEST)
    return found and min(len(found.results), 3)


def _rechecked(body: bytes) -> bytes:
    try:
        document = json.loads(body)
        text = json.dumps(document["results"], sort_keys=True, ensure_ascii=False)
        document["check"] = hashlib.sha256(text.encode()).hexdigest()
        return json.dumps(document).encode()
    except (ValueError, KeyError, TypeError, RecursionError):
        return body


def _note(folder: Path, body: bytes) -> object:
    """The note beside a raw reply."""
    from assetgen.store.raw import RawStore

    store = RawStore(folder)
    digest = store.put(body)
    (folder / digest[:2] / f"{digest}.json").write_bytes(body)
    return bool(store.note(digest).get("files", {}))


def _stamps(folder: Path, body: bytes) -> object:
    """`.assetgen/stamps`."""
    from assetgen.store.stamps import Stamps

    (folder / "stamps").write_bytes(body)
    (folder / "a.png").write_bytes(b"x")
    made = Stamps(folder, folder / "stamps", clock=lambda: NOW, pixels=lambda data, what: DIGEST)
    found = made.byte_digest("a.png"), made.pixel_digest("a.png"), made.text_digest("a.png")
    made.save()
    return found[0] == hashlib.sha256(b"x").hexdigest()


def _written(folder: Path, body: bytes) -> object:
    """`.assetgen/written`."""
    from assetgen.store.state import Written

    (folder / "written").write_bytes(body)
    made = Written(folder / "written")
    known = made.has("generated/a.png", DIGEST)
    made.append([("generated/a.png", "b" * 64)])
    made.compact()
    assert Written(folder / "written").has("generated/a.png", "b" * 64)
    return known


def _clean(folder: Path, body: bytes) -> object:
    """`.assetgen/clean`: the answer of an idle command."""
    from assetgen.store import clean

    state = folder / ".assetgen"
    state.mkdir()
    (state / "clean").write_bytes(body)
    found = clean.find(str(state), "key", "build", document=False)
    clean.keep(state, "key", "plan", clean.Answer([], None), {"a": "1 2 3 4"}, {})
    return found is not None


def _finished(_folder: Path, body: bytes) -> object:
    """Derived data: the record of a finished asset, its pictures."""
    from assetgen.build.shelf import Shelf

    shelf = Shelf(_Memo(body))
    record, pictures = shelf.find_record("key"), shelf.find_pictures("key")
    return f"{record is not None} {pictures is not None and len(pictures)}"


def _memo(folder: Path, body: bytes) -> object:
    """The manifest and the lock as the memo kept them."""
    from assetgen.manifest import memo
    from assetgen.store import lockfile

    (folder / "assets.yaml").write_bytes(b"version: 1\n")
    sealed = hashlib.sha256(body).hexdigest().encode() + body
    found = memo.restore(sealed, folder, "assets.yaml")
    if found is not None:
        list(found.assets)
    text = "version: 1\n"
    kept = hashlib.sha256(text.encode()).hexdigest().encode() + body
    (folder / "assets.lock").write_text(text)
    lockfile.read(folder / "assets.lock", memo=_Memo(kept))
    return found is not None


def _registered(folder: Path, body: bytes) -> object:
    """The list of projects that use the store."""
    from assetgen.store.registry import projects

    (folder / "projects").mkdir()
    (folder / "projects" / "x.json").write_bytes(body)
    return len(projects(folder))


_RECORDS: tuple[Callable[[Path, bytes], object], ...] = (
    _purchase, _note, _stamps, _written, _clean, _finished, _memo, _registered,
)  # fmt: skip


def record_seeds() -> list[bytes]:
    """What a build leaves, by kind."""
    from workbench import bench

    from assetgen.store.cache import Cache

    held: dict[str, bytes] = {}
    put = Cache.put

    def noted(self: Cache, key: str, data: bytes) -> None:
        held[key.partition(":")[0]] = data
        put(self, key, data)

    with tempfile.TemporaryDirectory() as name:
        with mock.patch.object(Cache, "put", noted):
            game = bench(Path(name), _LOCKED)
            game.build()
            game.build()
        state = game.root / ".assetgen"
        found = [
            (0, _sample_record()),
            (1, b'{"files":{"0":"' + DIGEST.encode() + b'"},"task":"t-1"}'),
            *((2 + at, (state / file).read_bytes()) for at, file in enumerate(("stamps", "written", "clean"))),
            (7, b'{"lock":"/x/assets.lock"}'),
        ]
    own = ("record", "pictures")
    found += [(5 if kind in own else 6, body[0 if kind in own else 64 :]) for kind, body in held.items()]
    return [bytes([kind]) + body for kind, body in found if len(body) < 1 << 16]


def _sample_record() -> bytes:
    from assetgen.model.lock import Accepted, Original
    from assetgen.model.request import Request
    from assetgen.store.blocks import dump_accepted
    from assetgen.store.records import _sealed

    picture = Original("12345678-1.png", "1" * 64, "2" * 64, (16, 16))
    return _sealed([dump_accepted(Accepted(Request("generate", {"prompt": "x"}), "official", (picture,)))])


# -- a team's store -------------------------------------------------------------


def shared(data: bytes) -> str:
    """A record, a lease and a marker as somebody else may have left them in the team's store."""
    from assetgen.model.errors import StoreError
    from assetgen.store.shared import keys, lease
    from assetgen.store.shared.address import Address
    from assetgen.store.shared.signing import Signing
    from assetgen.store.shared.team import Team

    class Memory:
        where, atomic = "memory", True

        def get(self, key: keys.Key) -> bytes | None:
            number = key.tree.rpartition(".json")[0].rpartition(".")[2]
            return data if number in ("0", "assetgen-store") else None

        def size(self, key: keys.Key) -> int:
            return len(data)

        def create(self, key: keys.Key, data: bytes) -> bool:
            return False

        def list(self, prefix: str) -> Iterator[tuple[str, int]]:
            return iter(())

        def close(self) -> None: ...

    words = []
    with tempfile.TemporaryDirectory() as folder:
        team = Team(Memory(), Address("file", "/x", "x"), Signing(), notes=Path(folder), token="t", who="w")
        for ask in (
            lambda: team.recorded("official", DIGEST),
            lambda: lease.newest(Memory(), "official", DIGEST),
            lambda: keys.blob(data.decode("latin-1")),
        ):
            try:
                words.append(str(ask() is not None))
            except StoreError as error:
                words.append(str(error)[:60])
    return " ".join(words)


def shared_seeds() -> list[bytes]:
    record = {"realm": "official", "digest": DIGEST, "level": "main", "by": "ada", "result": {
        "op": "generate", "request": {"prompt": "x"}, "realm": "official", "price": "0.18 USD",
        "originals": [{"file": "12345678-1.png", "sha256": "1" * 64, "pixels": "2" * 64, "size": "16x16"}],
    }}  # fmt: skip
    body = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    document = {"version": 1, "check": hashlib.sha256(body).hexdigest(), "record": record}
    note = {
        "state": "held", "owner": "o", "who": "w", "account": "a", "repeatable": True, "since": 1.0, "term": 60.0,
        "reason": "",
    }  # fmt: skip
    return [json.dumps(item).encode() for item in (document, note, {"id": "x"})]
