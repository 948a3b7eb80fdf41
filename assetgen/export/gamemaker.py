"""GameMaker: `NAME_stripK.png`, K whole frames side by side, which it splits on import by the file's name.

A sprite there is one animation, so an animation of several tags gives a strip for each. Speeds, loops and origins are
set in the editor: a picture cannot hold them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from assetgen.export.base import Context, Output
from assetgen.export.names import equal_names, plain
from assetgen.export.regions import animations
from assetgen.model.built import Built, BuiltAnimation, BuiltTag
from assetgen.model.errors import AssetError
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

if TYPE_CHECKING:
    from assetgen.model.built import Picture

name = "gamemaker"
needs = frozenset({"single", "sheet"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()


def check(manifest: Manifest) -> list[Problem]:
    """Names are letters, digits and `_` there."""
    return equal_names(manifest, name, plain)


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`animations/N_stripK.png`, or `animations/N_TAG_stripK.png` where the animation has several tags.

    Raises AssetError where a tag's strip would have the name of another asset's.
    """
    from assetgen.pixels.picture import pixel_digest
    from assetgen.pixels.png import encode

    owners: dict[str, str] = {}
    for animation in animations(built):
        for tag in animation.tags:
            stem = plain(animation.name if len(animation.tags) == 1 else f"{animation.name}_{tag.name}")
            other = owners.setdefault(stem, animation.name)
            if other != animation.name:
                message = f"gamemaker: a strip of {animation.name!r} and one of {other!r} are both {stem}: rename one"
                raise AssetError(message, asset=animation.name)
            picture = _strip(animation, tag, context)
            path = f"animations/{stem}_strip{len(tag.frames)}.png"
            yield Output(path, encode(picture), animation.name, pixels=pixel_digest(picture))


def _strip(animation: BuiltAnimation, tag: BuiltTag, context: Context) -> Picture:
    import numpy as np

    return np.concatenate([context.load(animation.frames[frame].pixels) for frame in tag.frames], axis=1)
