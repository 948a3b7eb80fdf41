"""`preview`: the gallery as a file."""

from __future__ import annotations

from pathlib import Path

from assetgen.build.session import Session
from assetgen.review.gallery import gather
from assetgen.review.page import page
from assetgen.store import atomic

DEFAULT = ".assetgen/preview.html"


def write_preview(session: Session, path: Path | None = None) -> Path:
    """Writes the page (default: `.assetgen/preview.html` in the project); gives its path."""
    import base64

    found = gather(session)
    uris = {name: f"data:image/png;base64,{base64.b64encode(data).decode()}" for name, data in found.pictures.items()}
    target = path if path is not None else session.root / DEFAULT
    if path is None:
        session.state.prepare()
    atomic.write(target, page(found.document, uris).encode())
    return target
