"""What the live service offers beside the catalog: new styles, and styles that are gone."""

from __future__ import annotations

from typing import Any

from assetgen.cli.account import with_provider
from assetgen.cli.context import Context


def refresh(context: Context) -> None:
    """Asks the selector (free) and says what is new, gone, or of another size than the catalog has."""
    import asyncio

    from assetgen.catalog import STYLES, find

    rows = asyncio.run(with_provider(context, lambda provider: provider.styles()))
    live = {str(row.get("prompt_style")): row for row in rows if row.get("prompt_style")}
    known = {style.name for name in live if (style := find(name)) is not None}
    for name, row in sorted(live.items()):
        style = find(name)
        if style is None:
            context.say(f"  new   {name}: {row.get('description') or row.get('name') or ''}".rstrip(": "))
        elif (limits := _limits(row)) is not None and limits != (style.min_size, style.max_size):
            context.say(
                f"  size  {name}: {limits[0]}–{limits[1]} now, {style.min_size}–{style.max_size} in the catalog"
            )
    for name in sorted(set(STYLES) - known):
        context.say(f"  gone  {name}: the service does not list it")
    context.say(f"{len(live)} styles are live.")


def _limits(row: dict[str, Any]) -> tuple[int, int] | None:
    low, high = row.get("min_width"), row.get("max_width")
    return (low, high) if isinstance(low, int) and isinstance(high, int) else None
