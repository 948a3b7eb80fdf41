"""Tells git, once per clone, how two versions of assets.lock are merged. A clone cannot bring this along by itself."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from assetgen.model.errors import UsageError

DRIVER = "assetgen merge-lock %O %A %B"
LOCK = "assets.lock"
_HALF_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
_KEY = "merge.assetgen.driver"


def install(folder: Path) -> bool:
    """Sets the merge driver in the settings of the clone that `folder` lies in. False where there is no git, no clone,
    or a driver already, whatever it is."""
    git = shutil.which("git")
    if git is None or _git(git, folder, "rev-parse", "--is-inside-work-tree") != "true":
        return False
    if _git(git, folder, "config", "--get", _KEY):
        return False
    return _git(git, folder, "config", "--local", _KEY, DRIVER) is not None


def in_conflict(folder: Path, name: str) -> list[str] | None:
    """The three versions (ancestor, ours, theirs) of a file of `folder` that a merge left in conflict; None where git
    holds none. A file that both sides added has no ancestor: an empty text."""
    git = shutil.which("git")
    if git is None:
        return None
    ours, theirs = (_git(git, folder, "show", f":{stage}:./{name}") for stage in (2, 3))
    if ours is None or theirs is None:
        return None
    return [_git(git, folder, "show", f":1:./{name}") or "", ours, theirs]


def refuse_half_merged(root: Path) -> None:
    """UsageError where a merge stopped at the lock and left our version of it as it was, without marks: so does git
    when the merge driver cannot be run. What the others bought would be bought again."""
    if not _merging(root):
        return
    versions = in_conflict(root, LOCK)
    if versions is None:
        return
    _, ours, theirs = versions
    with suppress(OSError, UnicodeDecodeError):
        if theirs != ours == (root / LOCK).read_text("utf-8").strip():
            raise UsageError(
                f"git left {LOCK} in conflict, with our version alone: 'assetgen merge-lock' joins both, then "
                f"'git add {LOCK}' says so to git"
            )


def _merging(root: Path) -> bool:
    """Whether git may be in the midst of a merge, a rebase or the like; only looks whether files are there."""
    for folder in (root.resolve(), *root.resolve().parents):
        git = folder / ".git"
        if git.is_dir():
            return any((git / name).exists() for name in _HALF_WAY)
        if git.exists():  # a worktree, or a submodule: its folder is elsewhere
            return True
    return False


def unsaid(folder: Path) -> list[str]:
    """Which of .gitignore and .gitattributes lack what we need, by git's own answer for `folder`; none where there is
    no git, or no clone."""
    git = shutil.which("git")
    if git is None or _git(git, folder, "rev-parse", "--is-inside-work-tree") != "true":
        return []
    merged = _git(git, folder, "check-attr", "merge", "assets.lock") or ""
    ignored = _git(git, folder, "check-ignore", "--no-index", ".assetgen/state") is not None
    return [".gitignore"] * (not ignored) + [".gitattributes"] * (not merged.endswith(": assetgen"))


def _git(git: str, folder: Path, *arguments: str) -> str | None:
    """What git printed; None where it failed, or waits for something."""
    try:
        done = subprocess.run(  # noqa: S603  (fixed words)
            [git, "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
