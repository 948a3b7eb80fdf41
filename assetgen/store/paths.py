"""Containment: a path from a manifest or a lock never leads out of its project (a pull request may have written it)."""

from __future__ import annotations

import os
import re
from pathlib import Path

from assetgen.model.errors import StoreError

_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?: *\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')


def problem(relative: str) -> str | None:
    """What is wrong with a relative path (`/` between parts) by its spelling alone, or None."""
    if relative.startswith(("/", "~")):
        return "it is absolute"
    found = _FORBIDDEN.search(relative)
    if found:
        return f"it holds {found[0]!r}, which not every system allows"
    for part in relative.split("/"):
        if part == "..":
            return "it leads out of the project (`..`)"
        if part == "":
            return "it has an empty part"
        if part != "." and part[-1] in ". ":
            return f"`{part}` ends in a dot or a space, which Windows drops"
        if _DEVICES.fullmatch(part):
            return f"`{part}` is a device name on Windows"
    return None


def inside(root: Path, relative: str) -> Path:
    """`root/relative`, if that stays inside `root` by its spelling and by the symbolic links on the way.

    StoreError otherwise. The file need not exist; call it again right before writing.
    """
    wrong = problem(relative)
    if wrong:
        raise StoreError(f"refused path `{relative}`: {wrong}")
    path = root / relative
    real, base = os.path.realpath(path), os.path.realpath(root)
    if real != base and not real.startswith(base.rstrip(os.sep) + os.sep):
        raise StoreError(f"refused path `{relative}`: a symbolic link leads out of the project, to {real}")
    return path
