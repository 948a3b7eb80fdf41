"""Every error that assetgen raises on purpose, and the exit status that it ends in.

AssetgenError                    1  something failed or is stale
├── UsageError                   2  the command line is wrong
├── ManifestError                2  the manifest is wrong: carries every problem found
├── LockError                    2  the lock cannot be read (conflict markers, damage)
├── StoppedError                 3  stopped by the budget, or an approval is missing
│   └── OpenEntryError           3  a purchase of unknown outcome must be settled first
├── PictureError                 1  a picture cannot be used (too large, truncated, no picture)
├── AssetError                   1  one asset failed; the others go on
│   ├── LayoutError              1  a sheet does not fit its layout
│   └── WaitingError             1  it was not begun, since an input is not there
├── StoreError                   1  a store could not be read or written (never a reason to buy)
└── ProviderError                1  the service refused or failed
    ├── AccountError             1  key or balance: ends the build at once
    └── UnknownOutcomeError      3  sent, and nobody knows whether it was charged
"""

from __future__ import annotations

from collections.abc import Sequence

from assetgen.model.position import Position, Problem

INTERRUPTED = 130
"""The exit status after Ctrl-C: what was done stays."""


class AssetgenError(Exception):
    """Base of all expected errors. `exit_status` is what the process ends with."""

    exit_status = 1


class UsageError(AssetgenError):
    """The command line is wrong."""

    exit_status = 2


class ManifestError(AssetgenError):
    """The manifest is wrong. `problems` holds every mistake, in file order."""

    exit_status = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class LockError(AssetgenError):
    """The lock file cannot be read."""

    exit_status = 2


class StoppedError(AssetgenError):
    """Nothing (more) was sent: a budget, a balance or a missing approval forbids it."""

    exit_status = 3


class OpenEntryError(StoppedError):
    """A purchase of unknown outcome stands in the way; `assetgen settle` closes it."""


class PictureError(AssetgenError):
    """A file or a reply is no picture that can be used."""


class AssetError(AssetgenError):
    """One asset failed. The others go on."""

    def __init__(self, message: str, *, asset: str = "", position: Position | None = None) -> None:
        super().__init__(message)
        self.asset = asset
        self.position = position


class LayoutError(AssetError):
    """A sheet's size does not fit its layout. The message names both."""


class WaitingError(AssetError):
    """An asset that was not begun, since an input is not there: what should have brought that says why."""


class StoreError(AssetgenError):
    """A store could not be read or written. An error is never taken for a miss."""


class ProviderError(AssetgenError):
    """The service refused or failed; the message holds its own words."""


class AccountError(ProviderError):
    """The key or the balance is refused: nothing else can succeed."""


class UnknownOutcomeError(ProviderError):
    """A paid request was sent and its reply was lost. `entry` is the journal's id. `settles`: the next build finds out
    by itself; else a person must say what became of it (IDENTITY 23)."""

    exit_status = 3

    def __init__(self, message: str, *, entry: str, settles: bool) -> None:
        super().__init__(message)
        self.entry = entry
        self.settles = settles


def words_of(error: Exception) -> str:
    """What a person needs of an error that is not ours: the system's words without its number, and without the path,
    which is named beside them."""
    return (isinstance(error, OSError) and error.strerror) or str(error)
