"""What the live service offers: kept beside the manifest, where it decides over the catalog from then on."""

from __future__ import annotations

from pathlib import Path

from assetgen.catalog.live import FILE, Live, differences, dump, parse, read_rows
from assetgen.cli.account import with_provider
from assetgen.cli.context import Context
from assetgen.model.errors import UsageError


def kept(root: Path) -> Live:
    """What an earlier refresh found, nothing where there was none. UsageError where the file is damaged."""
    path = root / FILE
    if not path.is_file():
        return Live()
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}; delete it and refresh again") from None


def refresh(context: Context) -> Live:
    """Asks the selector (free), says what is new, gone or changed, and writes the file where that differs."""
    import asyncio

    from assetgen.generate.dialects import realm_of
    from assetgen.store import atomic

    before, environment = kept(context.root), context.environment()
    source = realm_of(environment.api_url)
    if before.source == "official" != source:
        raise UsageError(
            f"{FILE} holds what the service offers, and {environment.api_url} is a rehearsal: delete the file first"
        )
    rows = asyncio.run(with_provider(context, lambda provider: provider.styles()))
    now = read_rows(rows, date=_today(context.now()), source=source)
    if not now.offers:
        raise UsageError("the service lists no styles at all: nothing was changed")
    changes = list(differences(before, now))
    for change in changes:
        context.say(f"  {change.what:<8}{change.name}" + (f": {change.text}" if change.text else ""))
    context.say(f"{len(now.offers)} styles are live.")
    path = context.root / FILE
    if before.offers == now.offers:
        context.say(f"{FILE} is as it was.")
        return before
    if not (context.root / "assets.yaml").is_file():
        context.say("There is no assets.yaml here: nothing was written.")
        return now
    atomic.write(path, dump(now))
    context.say(f"Written to {FILE}: commit it, so that everybody plans with the same styles.")
    return now


def _today(now: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(now, UTC).date().isoformat()
