"""What a place must be able to do to hold a shared store, and how patiently it is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from assetgen.model.errors import StoreError
from assetgen.store.shared.keys import Key

T = TypeVar("T")

LIMIT = 64 << 20
"""Bytes of one object; more is never read into memory."""

TRIES = 4
_FIRST_PAUSE = 0.2  # seconds, doubled from try to try


class TransientError(Exception):
    """Trouble that may be over in a moment; the text is for people."""


class UnreachableError(StoreError):
    """The place did not answer, or refused: nothing else can be learnt from it now."""


class Backend(Protocol):
    """Named objects. Nothing is ever overwritten or deleted through it. Safe for threads.

    Every method raises StoreError when the place cannot answer: that is never the same as "not there".
    `where` names the place for people, without passwords. `atomic`: of two `create` of one name at the same moment
    exactly one is told that it won.
    """

    @property
    def where(self) -> str: ...

    @property
    def atomic(self) -> bool: ...

    def get(self, key: Key) -> bytes | None:
        """The bytes, unchecked; None when there are none."""
        ...

    def size(self, key: Key) -> int | None:
        """How many bytes there are, unread; None when there is no such object."""
        ...

    def create(self, key: Key, data: bytes) -> bool:
        """Put bytes there, durable on return, unless there are some already (False)."""
        ...

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        """(path, bytes) of every object below a folder of the tree. StoreError where the place has no lists."""
        ...

    def close(self) -> None: ...


def patiently(work: Callable[[], T], where: str, doing: str) -> T:
    """Does `work`, again after TransientError; StoreError after the last try."""
    for attempt in range(TRIES):
        try:
            return work()
        except TransientError as error:
            if attempt == TRIES - 1:
                raise trouble(where, doing, str(error)) from error
            time.sleep(_FIRST_PAUSE * 2**attempt)
    raise AssertionError("unreachable")


def damaged(where: str, doing: str, what: str) -> StoreError:
    """One object is not what it should be; others may be."""
    return StoreError(f"shared store {where}: cannot {doing}: {what}")


def trouble(where: str, doing: str, what: str) -> StoreError:
    """`shared store s3://art: cannot read cas/ab…: 403 Forbidden; nothing is bought until it answers`."""
    return UnreachableError(f"shared store {where}: cannot {doing}: {what}; nothing is bought until it answers")
