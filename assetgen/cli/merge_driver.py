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
    """What git printed; None where it failed."""
    done = subprocess.run(  # noqa: S603  (fixed words)
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False, timeout=20
    )
    return done.stdout.strip() if done.returncode == 0 else None
