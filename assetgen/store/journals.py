"""All journals of this machine: what is open anywhere, what nobody knows, closing an entry by hand (IDENTITY 23)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from assetgen.model.errors import StoreError, UsageError
from assetgen.store.entries import Entry, Ledger, State
from assetgen.store.journal import Journal, folder_of, read_lines

_SENT: frozenset[State] = frozenset({"sent", "accepted", "received"})


def accounts(root: Path) -> list[tuple[str, str]]:
    """(realm folder, account) of every journal under `root`."""
    return sorted((path.parent.parent.name, path.parent.name) for path in root.glob("*/*/journal.jsonl"))


class Found(NamedTuple):
    """An entry and where it stands."""

    realm: str
    account: str
    entry: Entry


def open_everywhere(root: Path, *, now: Callable[[], float]) -> list[Found]:
    """Every open entry of every account that no living process works on: what `settle` lists and may close."""
    found = []
    for realm, account in accounts(root):
        with Journal(root, realm, account, now=now) as journal:
            found += [Found(realm, account, entry) for entry in journal.left_behind()]
    return found


def under_way(root: Path, realm: str) -> set[str]:
    """Digests of requests that an earlier run has sent and not taken in, in a realm. Only looks: writes nothing, locks
    nothing, and says nothing of a journal that cannot be read, which the next build does."""
    found: set[str] = set()
    for path in folder_of(root, realm).glob("*/journal.jsonl"):
        ledger = Ledger()
        with suppress(StoreError, OSError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError):
            for line in read_lines(path.read_bytes(), str(path))[0]:
                ledger.apply(line)
            found.update(entry.digest for entry in ledger.entries.values() if entry.state in _SENT)
    return found


def spent_unknown(root: Path, *, now: Callable[[], float]) -> list[Entry]:
    """Entries that a report counts as spent without knowing it: unknown and declared lost."""
    result = []
    for realm, account in accounts(root):
        with Journal(root, realm, account, now=now) as journal:
            result += [entry for entry in journal.ledger().entries.values() if entry.state in ("unknown", "lost")]
    return result


def declare_lost(root: Path, entry: str, *, now: Callable[[], float]) -> Entry:
    """`assetgen settle ID --lost`: closes an entry as spent, unknown. Raises UsageError when there is none to close."""
    return _close_by_hand(root, entry, now, "lost", reason="declared lost")


def claim_task(root: Path, entry: str, task: str, *, now: Callable[[], float]) -> Entry:
    """`assetgen settle ID --task TASK`: the entry was accepted as this task; the next build fetches its result."""
    return _close_by_hand(root, entry, now, "accepted", task=task, reason="task named by hand")


def _close_by_hand(root: Path, prefix: str, now: Callable[[], float], state: State, **values: Any) -> Entry:
    everything = open_everywhere(root, now=now)
    chosen = [found for found in everything if prefix and found.entry.id.startswith(prefix)]
    if len(chosen) != 1:
        ids = ", ".join(found.entry.id for found in everything) or "none"
        raise UsageError(f"no single open entry is called {prefix!r}; open entries: {ids}")
    realm, account, entry = chosen[0]
    with Journal(root, realm, account, now=now) as journal:
        task = values.get("task")
        if task and task in journal.ledger().claimed():
            raise UsageError(f"task {task} already belongs to another purchase of this account")
        if entry.state == "received":
            raise UsageError(f"the reply of {entry.id} is here already: run `assetgen build` to use it")
        journal.record(entry.id, state, **values)
        journal.release(entry.id)
        return journal.ledger().entries[entry.id]
