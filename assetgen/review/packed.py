"""Atlases as they lie on disk: the pages and the rectangles that a game reads."""

from __future__ import annotations

from typing import Any

from assetgen.build.session import Session
from assetgen.model.errors import AssetgenError
from assetgen.model.jsontext import parse_json
from assetgen.review.pictures import PagePictures
from assetgen.store.paths import inside


def atlas_card(session: Session, pictures: PagePictures, name: str) -> dict[str, Any]:
    """One atlas: pages with their frames, occupancy, members. Without pages while it was not packed yet."""
    from assetgen.pixels.picture import read

    atlas = session.manifest.atlases[name]
    block = session.project.blocks.get(f"atlas:{name}")
    pages: list[dict[str, Any]] = []
    number = 0
    while block is not None:
        path = f"{session.manifest.output}/atlases/{name}-{number}"
        if f"{path}.png" not in block.outputs:
            break
        try:
            picture = read(inside(session.root, f"{path}.png"), f"{path}.png")
            told = parse_json(inside(session.root, f"{path}.json").read_bytes())["frames"]
            frames = [[n, f["frame"]["x"], f["frame"]["y"], f["frame"]["w"], f["frame"]["h"]] for n, f in told.items()]
        except (AssetgenError, OSError, ValueError, KeyError, TypeError, AttributeError):
            break
        pages.append(
            {
                "file": f"{path}.png",
                "pic": pictures.add(picture),
                "size": [picture.shape[1], picture.shape[0]],
                "frames": frames,
            }
        )
        number += 1
    return {
        "name": name,
        "pages": pages,
        "members": list(atlas.members),
        "partial": list(block.partial) if block is not None else [],
        "occupancy": _occupancy(pages),
        "padding": atlas.padding,
        "extrude": atlas.extrude,
        "outputs": sorted(block.outputs) if block is not None else [],
        "position": str(atlas.position),
    }


def _occupancy(pages: list[dict[str, Any]]) -> float:
    """Area of distinct frames over the pages' area."""
    whole = sum(page["size"][0] * page["size"][1] for page in pages)
    taken = sum(w * h for page in pages for w, h in {tuple(f[1:3]): (f[3], f[4]) for f in page["frames"]}.values())
    return round(taken / whole, 4) if whole else 0.0
