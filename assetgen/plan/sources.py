"""What an asset is put together from locally: other assets and drawn parts, apart from what its requests take."""

from __future__ import annotations

from assetgen.model.manifest import Asset, AssetRef, FileRef, Manifest, Ref

COMPOSED = frozenset({"copy", "parts", "tiles"})
"""Sources that have no picture of their own."""


def is_composed(asset: Asset) -> bool:
    """Whether the asset is made of others: nothing of it is drawn or bought."""
    return asset.source in COMPOSED and not isinstance(asset.start, FileRef)


def source_key(ref: AssetRef) -> str:
    """The name under which what a reference is taken from is held: `hero`, or `hero@base` for the base picture."""
    return ref.name if ref.stage == "final" else f"{ref.name}@base"


def refs_of(asset: Asset) -> list[Ref]:
    """Every reference that the asset is put together from, in order of appearance."""
    if asset.kind == "sprite" and asset.source != "copy":
        return []
    refs: list[Ref | None] = [asset.start] if asset.source == "copy" else []
    refs += [part.of for part in asset.parts]
    refs += [AssetRef(sheet, None, "final", asset.position) for sheet in asset.tileset.terrains]
    refs += [entry.of for entry in asset.tileset.tiles]
    refs += asset.tileset.objects
    return [ref for ref in refs if ref is not None]


def sources_of(asset: Asset) -> dict[str, AssetRef]:
    """The assets that it is put together from, by `source_key`."""
    return {source_key(ref): ref for ref in refs_of(asset) if isinstance(ref, AssetRef)}


def upstream(manifest: Manifest, names: list[str]) -> list[str]:
    """These assets and all that they are put together from, directly or not; inputs of requests are no part of it."""
    if len(names) == 1 and not refs_of(manifest.assets[names[0]]):
        return names
    found: dict[str, None] = {}
    stack = list(reversed(names))
    while stack:
        name = stack.pop()
        if name not in found:
            found[name] = None
            stack += [ref.name for ref in sources_of(manifest.assets[name]).values()]
    return list(found)
