"""List, filter and explain the styles of the catalog; --refresh compares them with the live service."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json
from assetgen.model.errors import UsageError

if TYPE_CHECKING:
    from assetgen.catalog.types import Style

FAMILIES = ("fast", "plus", "pro", "animation", "advanced", "tile")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="WORD", nargs="*", help="a style's name to explain, or words to filter by")
    parser.add_argument("--family", choices=FAMILIES, help="only this family")
    parser.add_argument("--size", type=int, metavar="N", help="only styles that can draw N×N pixels")
    flags.add_json(parser)
    parser.add_argument("--refresh", action="store_true", help="ask the service which styles there are now (free)")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.catalog import STYLES, find

    if args.refresh:
        from assetgen.cli.refresh import refresh

        refresh(context)
    exact = find(args.words[0]) if len(args.words) == 1 else None
    explained = exact is not None and exact.known
    chosen = [exact] if exact is not None and explained else [s for s in STYLES.values() if _fits(s, args)]
    if not chosen:
        raise UsageError(_nothing(args.words))
    if args.json:
        print_json({"version": 1, "styles": [document(style) for style in chosen]})
    elif explained:
        print(explanation(chosen[0], args.words[0]))
    else:
        print(table(chosen))
    return 0


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


def table(styles: list[Style]) -> str:
    """One line a style: name, what it makes, sizes, price, description."""
    rows = [(s.name, s.makes, sizes(s), price_text(s), s.description) for s in styles]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def sizes(style: Style) -> str:
    """`64–384`, `48`, `32, 64`."""
    if style.sides:
        return ", ".join(map(str, style.sides))
    low, high = style.min_size, style.max_size
    return str(low) if low == high else f"{low}–{high}"


def price_text(style: Style) -> str:
    """Dollars an image at the smallest and the largest size."""
    from assetgen.catalog import price

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
    data = asdict(style)
    return {key: str(value) if isinstance(value, Decimal) else value for key, value in data.items()}
