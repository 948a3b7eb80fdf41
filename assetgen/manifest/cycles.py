"""Rings of assets that need each other: told once, at the first asset in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assetgen.manifest.nodes import Problems
from assetgen.model.manifest import Asset, AssetRef, Palette, Ref

Node = tuple[str, str]
"""An asset's name and the stage of its picture, `base` or `final`."""


def check(assets: Mapping[str, Asset], palettes: Mapping[str, Palette], problems: Problems) -> None:
    """A problem for each ring."""
    edges = {node: list(dict.fromkeys(found)) for node, found in _edges(assets, palettes)}
    if not edges:
        return
    order = {name: index for index, name in enumerate(assets)}
    for group in _components(edges):
        first = min(group, key=lambda node: order[node[0]])
        ring = _ring(first, group, edges)
        names = [ring[0][0]]
        names += [name for (name, _), (before, _) in zip(ring[1:], ring, strict=False) if name != before]
        if len(names) == 1:
            names.append(names[0])
        asset = assets[first[0]]
        head = f"{asset.kind} '{asset.name}' needs itself" if names[0] == names[1] else f"a ring: {' → '.join(names)}"
        tail = "a picture cannot be made from what is made from it"
        problems.add(asset.position, head, tail=tail)


def _edges(assets: Mapping[str, Asset], palettes: Mapping[str, Palette]) -> Iterator[tuple[Node, list[Node]]]:
    """What each asset needs. Drawn sprites that are their files need nothing and are left out."""
    for name, asset in assets.items():
        if asset.kind == "sprite" and not (asset.steps or asset.recipe or isinstance(asset.start, AssetRef)):
            continue
        refs: list[Ref | None] = [asset.start, *asset.tileset.objects]
        refs += [ref for step in asset.steps for group in step.inputs.values() for ref in group]
        refs += [part.of for part in asset.parts] + [tile.of for tile in asset.tileset.tiles]
        base = [(ref.name, ref.stage) for ref in refs if isinstance(ref, AssetRef) and ref.name in assets]
        base += [(sheet, "final") for sheet in asset.tileset.terrains if sheet in assets]
        sent = [step.palette.name for step in asset.steps if step.palette is not None and step.palette.name]
        yield (name, "base"), base + _sources(sent, palettes, assets)
        recipe = [side.get("name") for op in asset.recipe for side in (op.params, *_sides(op.params))]
        yield (name, "final"), [(name, "base"), *_sources([n for n in recipe if isinstance(n, str)], palettes, assets)]


def _sides(params: Mapping[str, object]) -> list[Mapping[str, object]]:
    return [side for side in (params.get("from"), params.get("to")) if isinstance(side, Mapping)]


def _sources(names: list[str], palettes: Mapping[str, Palette], assets: Mapping[str, Asset]) -> list[Node]:
    """Base pictures that palettes are taken from."""
    refs = [ref for name in names if name in palettes for ref in palettes[name].sources]
    return [(ref.name, "base") for ref in refs if ref.name in assets]


def _components(edges: Mapping[Node, list[Node]]) -> Iterator[set[Node]]:
    """Strongly connected groups that hold a ring (Tarjan's algorithm, without recursion)."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    for root in edges:
        if root in index:
            continue
        work: list[tuple[Node, Iterator[Node]]] = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = set(stack[stack.index(node) :])
                    del stack[stack.index(node) :]
                    on_stack -= group
                    if len(group) > 1 or node in edges.get(node, ()):
                        yield group
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(edges.get(following, ()))))
            elif following in on_stack:
                low[node] = min(low[node], index[following])


def _ring(first: Node, group: set[Node], edges: Mapping[Node, list[Node]]) -> list[Node]:
    """The shortest way from `first` back to itself inside its group."""
    came: dict[Node, Node] = {}
    queue = [first]
    for node in queue:
        for following in edges[node]:
            if following == first:
                way = [node]
                while way[-1] != first:
                    way.append(came[way[-1]])
                return [*reversed(way), first]
            if following in group and following not in came:
                came[following] = node
                queue.append(following)
    raise AssertionError("a strongly connected group holds a ring")
