"""One purchase of all that want the same: on this machine and, with a shared store, in the whole team."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from assetgen.build.turns import Turn

T = TypeVar("T")

LOOK_EACH = 8
"""Questions after which the store is asked for everything: a machine may have died between record and last note."""

Enter = Callable[[], AbstractAsyncContextManager[object]]
Look = Callable[[], Awaitable[T | None]]


async def alone(enter: Enter, look: Look[T], buy: Callable[[T, Turn], Awaitable[None]]) -> None:
    """Buys what `look` still finds wanted inside `enter`, where no other process of this machine can."""
    async with enter():
        wanted = await look()
        if wanted is not None:
            await buy(wanted, Turn(True))


async def together(
    enter: Enter,
    turn: Callable[[], AbstractAsyncContextManager[Turn]],
    look: Look[T],
    buy: Callable[[T, Turn], Awaitable[None]],
    waits: AsyncIterator[None],
    moved: Callable[[], Awaitable[bool]],
) -> None:
    """As `alone`, when it is this machine's turn, too; returns when `look` finds nothing wanted any more.

    `look` asks the shared store: before the turn, since a look costs less than a lease, and once more inside it,
    since somebody may have been quicker. `waits` pauses while another machine buys, `moved` is the cheap
    question in between whether to look again, which is done after some pauses whatever it says.
    """
    rounds = 0
    while True:
        async with enter():
            if rounds % LOOK_EACH == 0 or await moved():
                if await look() is None:
                    return
                async with turn() as mine:
                    if mine.mine:
                        wanted = await look()
                        if wanted is not None:
                            await buy(wanted, mine)
                        return
        rounds += 1
        await anext(waits)
