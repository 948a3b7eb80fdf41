"""Opens the team's store that the environment names."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path

from assetgen.store.shared.address import connect, parse
from assetgen.store.shared.signing import PRIVATE, open_signing
from assetgen.store.shared.team import Team

VARIABLE = "ASSETGEN_SHARED_STORE"
_PEOPLE = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "USERNAME")


def open_team(
    variables: Mapping[str, str],
    data: Path,
    root: Path | None,
    *,
    now: Callable[[], float],
    random: Callable[[], float],
) -> Team | None:
    """The store of ASSETGEN_SHARED_STORE, None without it. Sends nothing yet.

    `data` is the user's data folder, `root` the project's. UsageError for a wrong address or key.
    """
    text = variables.get(VARIABLE)
    if not text:
        return None
    address = parse(text)
    signing = open_signing(root, variables.get(PRIVATE))
    token = f"{os.getpid():x}-{int(now() * 1e6):x}-{int(random() * 2**48):x}"
    person = next((variables[name] for name in _PEOPLE if variables.get(name)), "somebody")
    who = f"{person}@{platform.node() or 'nowhere'}"
    return Team(connect(address, variables), address, signing, notes=data / "shared", token=token, who=who)
