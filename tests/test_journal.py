"""The journal: durable lines, torn ends, several processes, compaction, attempts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assetgen.model.cost import Cost
from assetgen.model.errors import StoreError, UsageError
from assetgen.model.request import Request
from assetgen.store import journal as journal_module
from assetgen.store import journals
from assetgen.store.entries import Attempts, Entry, Ledger, State, derived_key, entry_id, request_json
from assetgen.store.journal import Journal, account_of, default_folder, encode_line, read_lines

DAY = 24 * 3600.0
REQUEST = Request("generate", {"prompt": "a knight", "style": "rd_fast__default", "references": ["ab", "cd"]})


class Clock:
    def __init__(self) -> None:
        self.time = 1_795_000_000.0

    def __call__(self) -> float:
        self.time += 1
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    with Journal(tmp_path, "official", "0a1b2c3d", now=clock) as journal:
        yield journal


Again = Callable[[], Journal]


@pytest.fixture
def again(journal: Journal) -> Iterator[Again]:
    """Opens the journal once more: another process's view, as far as one process can have two."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            Journal(journal.folder.parent.parent, journal.realm, journal.folder.name, now=journal._now)
        )


def entry(journal: Journal, request: Request = REQUEST, attempt: int = 0) -> Entry:
    key = derived_key(journal.realm, request, attempt)
    return Entry(
        id=entry_id(key), state="intended", at=0, changed=0, session="", asset="hero", digest=request.digest,
        request=request_json(request), attempt=attempt, key=key, base="https://example.com/v2", path="/inferences",
        body=journal.bodies.put(b"{}"), kind="inference", expected=Cost(Decimal("0.07")).to_json(),
    )  # fmt: skip


def test_a_purchase_is_read_back_as_it_was_written(journal: Journal, again: Again) -> None:
    made = journal.intend(entry(journal))
    journal.record(made.id, "sent")
    journal.record(made.id, "accepted", task="t-1", request_id="r-1")
    journal.record(made.id, "received", raw=journal.raw.put(b"reply"))
    other = again()
    found = other.ledger().entries[made.id]
    assert (found.state, found.task, found.request_id) == ("received", "t-1", "r-1")
    assert found.full_request == REQUEST
    assert found.full_request.digest == REQUEST.digest
    assert found.price == Cost(Decimal("0.07"))
    assert found.sent_at is not None
    assert other.raw.get(found.raw or "") == b"reply"


def test_the_key_is_derived_from_realm_request_take_and_attempt() -> None:
    keys = {
        derived_key(realm, replace(REQUEST, take=take), attempt)
        for realm in ("official", "simulator")
        for take in (0, 1)
        for attempt in (0, 1)
    }
    assert len(keys) == 8
    assert all(len(key) == 64 and key.isascii() for key in keys)


@settings(deadline=None, max_examples=60)
@given(cut=st.integers(0, 400), noise=st.binary(max_size=30))
def test_a_torn_end_is_cut_off_and_nothing_else(cut: int, noise: bytes) -> None:
    whole = [{"seen": [f"task-{n}"], "at": float(n)} for n in range(5)]
    data = b"".join(map(encode_line, whole))
    torn = data[: len(data) - min(cut, len(data))] + noise.replace(b"\n", b"")
    lines, used = read_lines(torn, "journal")
    assert lines == whole[: len(lines)]
    assert used == len(b"".join(map(encode_line, lines)))
    assert used + max(map(len, map(encode_line, whole))) + len(noise) >= len(torn)


def test_writing_goes_on_after_a_torn_line(journal: Journal, again: Again) -> None:
    made = journal.intend(entry(journal))
    with journal._file.open("ab") as file:
        file.write(encode_line({"id": made.id, "set": {"state": "done"}})[:-9])
    other = again()
    assert other.ledger().entries[made.id].state == "intended"
    other.record(made.id, "sent")
    assert journal.ledger().entries[made.id].state == "sent"
    assert len(journal._file.read_bytes().splitlines()) == 2


def test_damage_before_good_lines_stops_everything(journal: Journal, again: Again) -> None:
    made = journal.intend(entry(journal))
    journal.record(made.id, "sent")
    data = bytearray(journal._file.read_bytes())
    data[40] ^= 1
    journal._file.write_bytes(data)
    with pytest.raises(StoreError, match="line 1 is damaged"):
        again()


def test_a_line_of_a_newer_version_is_let_alone() -> None:
    ledger = Ledger()
    ledger.apply({"something": "new"})
    ledger.apply({"id": "nobody", "set": {"state": "done"}})
    assert ledger == Ledger()


@pytest.mark.parametrize(
    "line",
    [
        {"entry": {"id": "a"}},
        {"attempts": {"d": "x"}},
        {"seen": 3, "at": 1},
        {"seen": ["t"], "at": 10**400},
        {"id": "ID", "set": {"state": "paid twice"}},
        {"id": "ID", "set": {"changed": 10**400}},
        {"id": "ID", "set": {"task": {}}},
    ],
)
def test_whole_lines_that_make_no_sense_stop_everything(
    journal: Journal, again: Again, line: dict[str, object]
) -> None:
    """Found by a fuzzer: they ended in a traceback."""
    made = journal.intend(entry(journal))
    text = json.dumps(line).replace('"ID"', json.dumps(made.id))
    journal._file.write_bytes(journal._file.read_bytes() + encode_line(json.loads(text)))
    for _ in range(2):
        with pytest.raises(StoreError, match=r"journal\.jsonl: a whole line says what this version does not"):
            journal.ledger()
    with pytest.raises(StoreError, match="does not understand"):
        again()


def test_what_an_entry_holds_and_cannot_be_read_is_named(journal: Journal, again: Again) -> None:
    made = journal.intend(entry(journal))
    strange = {
        "request": {"fields": 3},
        "expected": {"amount": "1e999", "unit": "USD"},
        "session": "../../journal.jsonl",
    }
    journal._file.write_bytes(journal._file.read_bytes() + encode_line({"id": made.id, "set": strange}))
    (found,) = again().left_behind()
    for part in ("full_request", "price"):
        with pytest.raises(StoreError, match=f"journal entry {made.id}: its "):
            getattr(found, part)


def test_two_processes_write_one_journal(journal: Journal, tmp_path: Path) -> None:
    """Real processes: every line of all of them arrives, and each sees the others' sessions as alive."""
    program = """
import sys, time
from pathlib import Path
from assetgen.store.journal import Journal
journal = Journal(Path(sys.argv[1]), "official", "0a1b2c3d", now=time.time)
for n in range(40):
    journal.saw([f"{sys.argv[2]}-{n}"])
print("ready", flush=True)
sys.stdin.readline()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for name in ("a", "b")
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    assert len(journal.ledger().seen) == 80
    assert len(list((journal.folder / "sessions").iterdir())) == 3
    journal.compact()
    assert len(list((journal.folder / "sessions").iterdir())) == 3
    for worker in workers:
        worker.kill()
        worker.communicate()
    journal.compact()
    assert [path.name for path in (journal.folder / "sessions").iterdir()] == [journal.session]


def test_an_entry_belongs_to_its_process_while_that_lives(journal: Journal, again: Again) -> None:
    made = journal.intend(entry(journal))
    journal.record(made.id, "sent")
    other = again()
    assert other.left_behind() == []
    assert other.adopt(made.id) is None
    journal.close()
    assert [e.id for e in other.left_behind()] == [made.id]
    assert [e.id for e in other.blocking()] == [made.id]
    assert other.adopt(made.id) is not None
    third = again()
    assert third.adopt(made.id) is None
    other.release(made.id)
    assert third.adopt(made.id) is not None


def test_what_does_not_block(journal: Journal, again: Again) -> None:
    made = journal.intend(entry(journal))
    journal.record(made.id, "received", raw=journal.raw.put(b"reply"))
    journal.close()
    other = again()
    assert other.blocking() == []
    assert len(other.left_behind()) == 1


def test_attempts_rise_after_refund_loss_and_approved_rebuy_only(journal: Journal) -> None:
    made = journal.intend(entry(journal))

    def next_attempt(**options: bool) -> int:
        return journal.ledger().next_attempt(REQUEST.digest, **options)

    assert next_attempt() == 0
    journal.record(made.id, "refused")
    assert next_attempt() == 0
    journal.record(made.id, "refunded")
    assert next_attempt() == 1
    second = journal.intend(entry(journal, attempt=1))
    journal.record(second.id, "done")
    assert next_attempt() == 1
    assert next_attempt(rebuy=True) == 2
    journal.record(second.id, "lost")
    assert next_attempt() == 2
    assert journal.ledger().next_attempt("unheard of", rebuy=True) == 1


def test_compaction_keeps_what_matters(journal: Journal, again: Again, clock: Clock) -> None:
    requests = [Request("generate", {"prompt": f"number {n}"}) for n in range(6)]
    made = [journal.intend(entry(journal, request)) for request in requests]
    raws = [journal.raw.put(f"reply {n}".encode()) for n in range(6)]
    states: list[State] = ["done", "rejected", "refunded", "lost", "refused", "done"]
    for item, raw, state in zip(made, raws, states, strict=True):
        journal.record(item.id, "received", raw=raw)
        journal.raw.put_note(raw, {"files": {}})
        journal.record(item.id, state)
    clock.time += 30 * DAY  # beyond the age of the files, which is by the machine's own clock
    journal.record(made[5].id, "done")
    journal.saw(["an old task"])
    before = journal._file.stat().st_size
    journal.compact()
    assert journal._file.stat().st_size < before
    for view in (journal, again()):
        ledger = view.ledger()
        assert [e.state for e in ledger.entries.values()] == ["rejected", "lost", "done"]
        assert ledger.next_attempt(requests[2].digest) == 1
        assert ledger.next_attempt(requests[0].digest, rebuy=True) == 1
        assert ledger.attempts[requests[0].digest] == Attempts(0, 0)
        assert ledger.seen == {}
    assert [journal.raw.has(raw) for raw in raws] == [False, True, False, True, False, True]
    journal.record(made[5].id, "done")


def test_compaction_forgets_nothing_while_something_is_open(journal: Journal, clock: Clock) -> None:
    done = journal.intend(entry(journal))
    journal.record(done.id, "accepted", task="t-1")
    journal.record(done.id, "done")
    open_one = journal.intend(entry(journal, replace(REQUEST, take=1)))
    journal.record(open_one.id, "unknown")
    journal.saw(["t-1", "t-2"])
    clock.time += 10 * DAY
    journal.compact()
    ledger = journal.ledger()
    assert ledger.claimed() == {"t-1"}
    assert set(ledger.seen) == {"t-1", "t-2"}
    assert journal.bodies.has(open_one.body)


def test_a_long_journal_is_compacted_when_it_is_opened(
    journal: Journal, again: Again, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_COMPACT_AT", 10)
    for n in range(6):
        made = journal.intend(entry(journal, Request("generate", {"prompt": str(n)})))
        journal.record(made.id, "done")
    clock.time += 3 * DAY
    other = again()
    assert len(other._file.read_bytes().splitlines()) == 1
    journal.intend(entry(journal))  # the first notices that its file was replaced
    assert list(other.ledger().entries) == list(journal.ledger().entries)


def test_settling_by_hand(journal: Journal, clock: Clock) -> None:
    root = journal.folder.parent.parent
    first = journal.intend(entry(journal))
    second = journal.intend(entry(journal, replace(REQUEST, take=1)))
    for made in (first, second):
        journal.record(made.id, "sent")
    with pytest.raises(UsageError, match="open entries: none"):
        journals.declare_lost(root, first.id, now=clock)
    journal.close()
    assert {found.entry.id for found in journals.open_everywhere(root, now=clock)} == {first.id, second.id}
    assert journals.declare_lost(root, first.id, now=clock).state == "lost"
    assert journals.claim_task(root, second.id[:5], "t-9", now=clock).task == "t-9"
    with pytest.raises(UsageError, match=second.id):
        journals.claim_task(root, first.id, "t-9", now=clock)
    assert [e.id for e in journals.spent_unknown(root, now=clock)] == [first.id]
    assert journals.accounts(root) == [("official", "0a1b2c3d")]


def test_folders() -> None:
    assert default_folder("/somewhere") == Path("/somewhere/journal")
    assert default_folder(None).name == "journal"
    assert len(account_of("rdpk-x")) == 8


def test_raw_replies_are_checked(journal: Journal) -> None:
    digest = journal.raw.put(b"reply")
    assert journal.raw.put(b"reply") == digest
    assert journal.raw.note(digest) == {}
    journal.raw.put_note(digest, {"task": "t"})
    assert journal.raw.note(digest) == {"task": "t"}
    path = journal.raw._path(digest)
    path.chmod(0o600)
    path.write_bytes(b"repli")
    with pytest.raises(StoreError, match="damaged"):
        journal.raw.get(digest)
    with pytest.raises(StoreError, match="cannot be read"):
        journal.raw.get("0" * 64)


def test_a_journal_that_cannot_be_written_stops_the_purchase(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((StoreError, OSError)):
        Journal(tmp_path / "file", "official", "0a1b2c3d", now=lambda: 0.0)


def test_lines_are_plain_json(journal: Journal) -> None:
    journal.intend(entry(journal))
    checksum, _, text = journal._file.read_text().partition(" ")
    assert len(checksum) == 16
    assert json.loads(text)["entry"]["asset"] == "hero"
