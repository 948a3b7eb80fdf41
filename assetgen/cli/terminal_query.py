"""Asks the terminal itself which pictures it shows: many say less by their name than they can do."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Mapping

_KITTY = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_ATTRIBUTES = b"\x1b[c"
"""Every terminal answers this one: whoever answers nothing before does not know kitty's question."""
_LAST = re.compile(rb"\x1b\[\?[0-9;]*c")
_PATIENCE = 0.3
"""Seconds; a terminal on this machine answers in a few milliseconds, one behind a slow line may be missed."""


def questions(variables: Mapping[str, str]) -> bytes:
    """What may be asked. Some take kitty's question for a title, or print it."""
    term = variables.get("TERM", "")
    strange = term == "linux" or variables.get("TERM_PROGRAM") == "Apple_Terminal"
    within = "TMUX" in variables or term.startswith(("tmux", "screen"))
    return _ATTRIBUTES if strange or within else _KITTY + _ATTRIBUTES


def ask(reading: int, writing: int, question: bytes, patience: float = _PATIENCE) -> str:
    """What the terminal behind these two descriptors answers; empty where it is silent, cannot be asked, or this
    process may not read from it (a job in the background)."""
    try:
        import termios
        import tty
    except ImportError:  # Windows
        return ""
    try:
        if os.tcgetpgrp(reading) != os.getpgrp():
            return ""
        before = termios.tcgetattr(reading)
    except (OSError, termios.error):
        return ""
    answer = b""
    try:
        tty.setcbreak(reading, termios.TCSANOW)
        os.write(writing, question)
        until = time.monotonic() + patience
        while not _LAST.search(answer) and (left := until - time.monotonic()) > 0:
            if select.select([reading], [], [], left)[0]:
                answer += os.read(reading, 1024)
    except OSError:
        return ""
    finally:
        termios.tcsetattr(reading, termios.TCSADRAIN, before)
    return answer.decode("ascii", "replace")
