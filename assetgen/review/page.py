"""The gallery as one HTML file: styles, scripts, data and pictures inside, nothing fetched."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

SCRIPTS = (
    "dom.js",
    "store.js",
    "pixels.js",
    "player.js",
    "terrain.js",
    "map.js",
    "walk.js",
    "cards.js",
    "filters.js",
    "inspector.js",
    "stage.js",
    "autotile.js",
    "facts.js",
    "live.js",
    "keys.js",
    "main.js",
)
"""The modules in the order in which they stand in the page. They share one scope there: their top-level names differ
(a test sees to it), and `import` lines, which serve editors and tests, are left out."""

STYLES = ("base.css", "cards.css", "inspector.css")
_IMPORT = re.compile(r"^import [^;]*;\n", re.M)
_EXPORT = re.compile(r"^export ", re.M)


@cache
def static(name: str) -> str:
    """A source file of the page."""
    return resources.files("assetgen.review").joinpath("static", name).read_text(encoding="utf-8")


@cache
def script() -> str:
    """All modules as one."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", static(name))) for name in SCRIPTS)


def data_text(document: Mapping[str, Any]) -> str:
    """JSON that may stand inside a script element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def page(document: Mapping[str, Any], pictures: Mapping[str, str], *, nonce: str | None = None) -> str:
    """The whole page. `pictures` maps names to data URIs; `nonce` is what a server's policy asks for."""
    mark = f' nonce="{nonce}"' if nonce else ""
    body = static("body.html")
    title = html.escape(f"{document['project']} · assetgen")
    styles = "\n".join(static(name) for name in STYLES)
    data = data_text({**document, "pictures": pictures})
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">\n'
        '<meta name="color-scheme" content="dark light">\n<meta name="referrer" content="no-referrer">\n'
        f'<title>{title}</title>\n<link rel="icon" href="{ICON}">\n<style{mark}>\n{styles}\n</style>\n</head>\n'
        f'<body>\n{body}\n<script type="application/json" id="gallery"{mark}>{data}</script>\n'
        f'<script type="module"{mark}>\n{script()}\n</script>\n</body>\n</html>\n'
    )


ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8' shape-rendering='crispEdges'%3E"
    "%3Cpath fill='%237c5cff' d='M1 1h6v6H1z'/%3E"
    "%3Cpath fill='%23ffd166' d='M3 2h2v1H3zM2 3h4v2H2zM3 5h2v1H3z'/%3E%3C/svg%3E"
)
