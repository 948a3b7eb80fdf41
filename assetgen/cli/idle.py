"""A command that found nothing to do says so at once, while nothing that this rests on has changed (`build.idle`)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from assetgen.build.idle import recall, remember
from assetgen.cli.context import Context, json_text
from assetgen.store.clean import Answer

if TYPE_CHECKING:
    from assetgen.build.session import Session

Lines = Sequence[tuple[str, str | None]]
"""Text and style."""


def name_of(command: str, args: argparse.Namespace, *, but: Collection[str]) -> str | None:
    """The name under which the command's answer is kept; None for a part of the project, or with a flag of `but`."""
    given = vars(args)
    if given.get("assets") or any(given.get(flag) for flag in but):
        return None
    told = [str(given.get(flag)) for flag in ("provider", "pick_first")]
    return f"{command} {' '.join(told)}"


def told(name: str, args: argparse.Namespace, context: Context, *, beside_json: bool = False) -> bool:
    """Says again what was said when there was nothing to do. False when that is not known to hold.

    `beside_json`: lines for people even where a document was asked for.
    """
    answer = recall(context.root, name, context.variables, document=args.json)
    if answer is None:
        return False
    if answer.document is not None:
        sys.stdout.write(answer.document)
        if not beside_json:
            return True
    for text, style in answer.lines:
        context.say(text or "", style)
    return True


def keep(session: Session, name: str, args: argparse.Namespace, lines: Lines, document: Any) -> None:
    """Keeps what `told` is to say: lines for people, and the `--json` document where that was asked for."""
    remember(session, name, Answer(lines, json_text(document) if args.json else None))
