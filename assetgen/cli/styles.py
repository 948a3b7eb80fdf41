"""List, filter and explain the styles of the catalog; --refresh compares them with the live service."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json, tell
from assetgen.model.errors import UsageError

if TYPE_CHECKING:
    from assetgen.catalog.live import Live
    from assetgen.catalog.types import Style

FAMILIES = ("fast", "plus", "pro", "animation", "advanced", "tile", "user", "new")
FIELDS: Mapping[str, type] = {
    "name": str,
    "description": str,
    "reference_caption": str,
    "style_icon": str,
    "llm_instructions": str,
    "user_prompt_template": str,
    "apply_prompt_fixer": bool,
    "force_palette": bool,
    "force_bg_removal": bool,
    "min_width": int,
    "min_height": int,
}
"""What `--set` takes: the service's own names, and their types."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="WORD", nargs="*", help="a style's name to explain, or words to filter by")
    parser.add_argument(
        "--family", choices=FAMILIES, metavar="F", help=f"only {', '.join(FAMILIES[:-1])} or {FAMILIES[-1]}"
    )
    parser.add_argument("--size", type=flags.number, metavar="N", help="only styles that can draw N×N pixels")
    flags.add_json(parser)
    parser.add_argument("--refresh", action="store_true", help="ask the service which styles there are now (free)")
    own = parser.add_argument_group("a style of your own, kept by the service under `user__…`")
    what = own.add_mutually_exclusive_group()
    what.add_argument("--create", metavar="NAME", help="make one")
    what.add_argument("--change", metavar="ID", help="change one")
    what.add_argument("--delete", metavar="ID", help="remove one")
    own.add_argument("--reference", type=Path, metavar="FILE", help="the picture that shows it")
    own.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help=f"any of {', '.join(FIELDS)}")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.cli.refresh import kept, refresh

    if args.create or args.change or args.delete:
        from assetgen.cli.own_style import manage

        return manage(args, context)
    if args.reference or args.set:
        raise UsageError("--reference and --set belong to --create NAME or --change ID")
    live = refresh(context) if args.refresh else kept(context.root)
    exact = live.find(args.words[0]) if len(args.words) == 1 else None
    explained = exact is not None and (exact.known or live.offer(exact.name) is not None)
    chosen = [exact] if exact is not None and explained else [s for s in _all(live) if _fits(s, args)]
    if not chosen:
        raise UsageError(_nothing(args.words))
    if args.json:
        print_json({"version": 1, "styles": [document(style) for style in chosen]})
    elif explained:
        tell(explanation(chosen[0], args.words[0]))
    else:
        tell(table(chosen, shutil.get_terminal_size().columns if sys.stdout.isatty() else None))
    return 0


def _all(live: Live) -> list[Style]:
    """The catalog's styles as the service offers them, then those that only the service knows."""
    from assetgen.catalog import STYLES

    names = [*STYLES, *(name for name in live.offers if name not in STYLES)]
    return [style for name in names if (style := live.find(name)) is not None]


def _fits(style: Style, args: argparse.Namespace) -> bool:
    text = " ".join((style.name, style.description, style.makes, *style.aliases)).lower()
    if not all(word.lower() in text for word in args.words):
        return False
    if args.family is not None and style.family != args.family:
        return False
    return args.size is None or style.min_size <= args.size <= style.max_size


def _nothing(words: list[str]) -> str:
    from assetgen.catalog import nearest

    near = nearest(words[0]) if words else None
    return f"no style fits {' '.join(words) or 'this'}" + (f"; did you mean '{near}'?" if near else "")


def table(styles: list[Style], columns: int | None = None) -> str:
    """One line a style: name, what it makes, sizes, price, description; cut short where a terminal is narrower."""
    rows = [(s.name, s.makes, sizes(s), price_text(s), s.description) for s in styles]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows
    ]
    return "\n".join(_cut(line.rstrip(), columns) for line in lines)


def _cut(line: str, columns: int | None) -> str:
    return line if columns is None or len(line) <= columns else f"{line[: columns - 1].rstrip()}…"


def sizes(style: Style) -> str:
    """`64–384`, `48`, `32, 64`."""
    if style.sides:
        return ", ".join(map(str, style.sides))
    low, high = style.min_size, style.max_size
    return str(low) if low == high else f"{low}–{high}"


def price_text(style: Style) -> str:
    """Dollars an image at the smallest and the largest size."""
    from assetgen.catalog import price

    if style.price == "unknown":
        return "?"
    low, high = price(style, (style.min_size,) * 2, 1), price(style, (style.max_size,) * 2, 1)
    return f"${_short(low)}" if low == high else f"${_short(low)}–{_short(high)}"


def _short(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


def explanation(style: Style, asked: str) -> str:
    """Everything about one style, for people, with an entry to copy."""
    lines = [style.name, f"  {style.description}"]
    if asked != style.name:
        lines.append(f"  '{asked}' is an older name of it and works for ever")
    lines += [
        f"  makes       {style.makes}",
        f"  sizes       {sizes(style)} pixels" + (", square" if style.square else ""),
        f"  price       {price_text(style)} an image, up to {style.max_images} a request",
        f"  input       {style.input}",
    ]
    if style.old_min is not None or style.old_max is not None:
        low, high = style.old_min or style.min_size, style.old_max or style.max_size
        lines.append(f"  formerly    {low}–{high} pixels: sizes outside today's are a warning")
    if style.references:
        lines.append(f"  references  up to {style.references}")
    if style.durations:
        lines.append(f"  frames      {', '.join(map(str, style.durations))}")
    if style.layout:
        lines.append(f"  layout      {style.layout}")
    if style.aliases:
        lines.append(f"  also        {', '.join(style.aliases)}")
    if style.note:
        lines.append(f"  note        {style.note}")
    size = style.default_size or max(style.min_size, min(64, style.max_size))
    section = {"picture": "sprites", "animation": "animations"}.get(style.makes, "tilesets")
    field = "tile_size" if section == "tilesets" else "size"
    lines += ["", f"  {section}:", f"    name: {{prompt: a lantern, style: {style.name}, {field}: {size}}}"]
    return "\n".join(lines)


def document(style: Style) -> dict[str, Any]:
    """A style as JSON."""
    data: dict[str, Any] = to_builtins(style)
    return data
