"""Data, not code: every style with its limits, price rule, aliases and sheet layout; the edit tools."""

from assetgen.catalog.layouts import CORNERS, LAYOUTS, layout_for
from assetgen.catalog.styles import STYLES, find, how_today, nearest, price
from assetgen.catalog.tags import resolve_tags
from assetgen.catalog.tools import TOOLS, find_tool

__all__ = [
    "CORNERS",
    "LAYOUTS",
    "STYLES",
    "TOOLS",
    "find",
    "find_tool",
    "how_today",
    "layout_for",
    "nearest",
    "price",
    "resolve_tags",
]
