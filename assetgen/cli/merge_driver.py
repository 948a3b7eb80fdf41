"""Tells git, once per clone, how two versions of assets.lock are merged. A clone cannot bring this along by itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

DRIVER = "assetgen merge-lock %O %A %B"
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
