"""What the service's own selector says of its styles, kept beside the manifest: it decides over the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.catalog import styles
from assetgen.catalog.types import Makes, Style
from assetgen.model.jsontext import parse_json

FILE = "assets.styles.json"
"""Beside `assets.yaml`, written by `assetgen styles --refresh`, meant to be committed: then all see the same plan."""

_VERSION = 1
_MAKES: Mapping[str, Makes] = {
    "tab:image": "picture", "tab:animation": "animation", "tab:advanced-animation": "animation", "tab:tileset": "tile",
}  # fmt: skip
_LARGEST = 1 << 16


class Offer(Struct, frozen=True):
    """One style as the service lists it. Sides are inclusive bounds in pixels."""

    name: str
    description: str
    makes: Makes
    smallest: tuple[int, int]
    largest: tuple[int, int]
    images: int
    needs_input: bool
    references: bool

    def refuses(self, size: tuple[int, int] | None, *, images: int, has_input: bool, references: int) -> str | None:
        """What the service will say against a request, or None."""
        if size is not None and not all(
            low <= side <= high for low, side, high in zip(self.smallest, size, self.largest, strict=True)
        ):
            return f"size {_shown(size)} does not fit: {self.name} draws {_shown(self.smallest)} to " + _shown(
                self.largest
            )
        if images > self.images:
            return f"{images} pictures are too many: {self.name} makes at most {self.images} a request"
        if self.needs_input and not has_input:
            return f"{self.name} needs an input picture"
        return f"{self.name} takes no references" if references and not self.references else None


def _shown(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


class Live(Struct, frozen=True):
    """What the service offered on a day (`2026-11-21`). `source` is the realm that was asked; no offers: not known."""

    date: str = ""
    source: str = ""
    offers: Mapping[str, Offer] = field(default_factory=dict)

    def offer(self, name: str) -> Offer | None:
        """What is listed under a style's canonical name."""
        return self.offers.get(name)

    def find(self, name: str, *, old_model: bool = False) -> Style | None:
        """As `styles.find`, with the styles that only the service knows, and limits as wide as either of them."""
        row = styles.find(name, old_model=old_model)
        offer = self.offers.get(row.name if row is not None else name)
        if row is None:
            return _unlisted(offer) if offer is not None else None
        return _widened(row, offer) if offer is not None else row

    def is_gone(self, style: Style) -> bool:
        """Whether the service no longer lists a style that the catalog has."""
        return bool(self.offers) and style.known and style.name not in self.offers


NOT_ASKED = Live()
"""The catalog alone decides."""


def _unlisted(offer: Offer) -> Style:
    """A row for a style that the catalog does not have. What it costs is not known."""
    return Style(
        offer.name,
        "new",
        offer.makes,
        offer.description,
        max(offer.smallest),
        min(offer.largest),
        max_images=offer.images,
        input="required" if offer.needs_input else "optional",
        references=9 if offer.references else 0,
        price="unknown",
        known=False,
        note="newer than this version of assetgen: its price is not known offline",
    )


def _widened(row: Style, offer: Offer) -> Style:
    low, high = min(row.min_size, *offer.smallest), max(row.max_size, *offer.largest)
    return replace(
        row,
        min_size=low,
        max_size=high,
        # The live selector decides what the first documents allowed.
        old_min=None if row.old_min is None else min(row.old_min, low),
        old_max=None if row.old_max is None else max(row.old_max, high),
        sides=row.sides if offer.smallest == offer.largest and max(offer.largest) in row.sides else (),
        max_images=max(row.max_images, offer.images),
        input="optional" if row.input == "required" and not offer.needs_input else row.input,
        references=max(row.references, 9 if offer.references else 0),
    )


class Difference(Struct, frozen=True):
    """One line of what a refresh found: `new`, `gone` or `changed`, about which style, and how."""

    what: str
    name: str
    text: str


def differences(before: Live, now: Live) -> Iterator[Difference]:
    """What the service offers otherwise than `before` (where nothing was known, than the catalog), by name."""
    known = {**dict.fromkeys(styles.STYLES), **dict.fromkeys(before.offers)}
    for name in sorted({*known, *now.offers}):
        offer, was = now.offers.get(name), before.offers.get(name)
        if offer is None:
            if was is not None or not before.offers:
                yield Difference("gone", name, "the service does not list it")
        elif name not in known:
            yield Difference("new", name, offer.description)
        elif (was is not None and offer != was) or (was is None and (text := _against_catalog(name, offer))):
            yield Difference("changed", name, _limits(offer) if was is not None else text)


def _against_catalog(name: str, offer: Offer) -> str:
    style = styles.STYLES.get(name)
    if style is None:
        return _limits(offer)
    low, high = (min(style.sides), max(style.sides)) if style.sides else (style.min_size, style.max_size)
    same = offer.smallest == (low, low) and offer.largest == (high, high) and offer.images == style.max_images
    return (
        "" if same else f"{_limits(offer)}; the catalog has {low} to {high} pixels, up to {style.max_images} pictures"
    )


def _limits(offer: Offer) -> str:
    words = f"{_shown(offer.smallest)} to {_shown(offer.largest)} pixels, up to {offer.images} pictures"
    return words + (", needs an input picture" if offer.needs_input else "")


def read_rows(rows: Iterable[Mapping[str, Any]], *, date: str, source: str) -> Live:
    """The selector's answer. Rows that say nothing usable are left out; internal ids (`simple:rd_flux`) too: they name
    styles that are listed beside them."""
    named = [(str(row.get("prompt_style")), offer) for row in rows if (offer := _offer(row)) is not None]
    found = {offer.name: offer for listed, offer in named if listed != offer.name}
    found |= {offer.name: offer for listed, offer in named if listed == offer.name}  # before any that is an alias
    return Live(date, source, {name: found[name] for name in sorted(found)})


def _offer(row: Mapping[str, Any]) -> Offer | None:
    name = row.get("prompt_style")
    if not isinstance(name, str) or not name or ":" in name or len(name) > 200 or not name.isprintable():
        return None
    style = styles.find(name)
    name = style.name if style is not None else name
    least = (_side(row, "min_width", 1), _side(row, "min_height", 1))
    most = (_side(row, "max_width", _LARGEST), _side(row, "max_height", _LARGEST))
    if style is not None and style.known:
        makes: Makes = style.makes
    else:
        makes = _MAKES.get(str(row.get("required_tab")), "picture")
    images = row.get("max_number_of_images")
    words = row.get("description") or row.get("name") or ""
    return Offer(
        name,
        " ".join(str(words).split())[:300],
        makes,
        least,
        most,
        images if _is_count(images) else 1,
        row.get("require_input_image") is True,
        row.get("supports_reference_images") is True,
    )


def _side(row: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = row.get(name)
    return value if _is_count(value) else otherwise


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LARGEST


def dump(live: Live) -> bytes:
    """The file's bytes: one line a style, sorted, so that a change is a line in a review."""
    lines = [
        f"    {json.dumps(name)}: "
        + json.dumps(
            {
                "makes": offer.makes,
                "smallest": offer.smallest,
                "largest": offer.largest,
                "images": offer.images,
                "needs_input": offer.needs_input,
                "references": offer.references,
                "description": offer.description,
            },
            ensure_ascii=False,
        )
        for name, offer in sorted(live.offers.items())
    ]
    head = f'{{\n  "version": {_VERSION},\n  "date": {json.dumps(live.date)},\n  "source": {json.dumps(live.source)},\n'
    return (head + '  "styles": {\n' + ",\n".join(lines) + "\n  }\n}\n").encode()


def parse(data: bytes) -> Live:
    """A file that `dump` wrote. Raises ValueError with what is wrong."""
    try:
        document = parse_json(data)
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from None
    rows = document.get("styles") if isinstance(document, dict) else None
    if not isinstance(rows, dict) or document.get("version") != _VERSION:
        raise ValueError(f"expected a map with 'version: {_VERSION}' and 'styles'")
    offers = {name: _parsed(name, row) for name, row in rows.items()}
    return Live(str(document.get("date", "")), str(document.get("source", "")), offers)


def _parsed(name: str, row: Any) -> Offer:
    try:
        smallest, largest = ((int(row[key][0]), int(row[key][1])) for key in ("smallest", "largest"))
        if row["makes"] not in _MAKES.values() and row["makes"] != "tileset":
            raise ValueError(row["makes"])
        return Offer(
            name, str(row.get("description", "")), row["makes"], smallest, largest, int(row["images"]),
            row["needs_input"] is True, row["references"] is True,
        )  # fmt: skip
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"the line of '{name}' is damaged: {error}") from None
