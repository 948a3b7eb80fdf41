"""One asset as data for a page: how it looks, where it stands, what it was asked for, what it cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from assetgen.build.looks import looks
from assetgen.build.session import Session
from assetgen.build.standing import Cast, Standing, frames_of
from assetgen.build.takes import Take, takes_of
from assetgen.build.work import finished_of, prepare
from assetgen.model.built import AutotileSheet, BuiltAnimation, BuiltAsset, BuiltSprite, BuiltTileset
from assetgen.model.cost import total
from assetgen.model.errors import AssetgenError
from assetgen.model.lock import Original
from assetgen.model.manifest import Asset, Manifest
from assetgen.model.realm import PLACEHOLDER
from assetgen.plan.prices import price_of
from assetgen.plan.project import palettes_of
from assetgen.plan.state import AssetState
from assetgen.review.pictures import PagePictures

Card = dict[str, Any]


def used_by(manifest: Manifest) -> Mapping[str, list[str]]:
    """For each asset the names of those that take its picture."""
    users: dict[str, list[str]] = defaultdict(list)
    for asset in manifest.assets.values():
        for name in asset.dependencies:
            users[name].append(asset.name)
    return users


class Cards(Struct):
    """Makes the cards of one project. `cast` gives finished assets; `due` and `drifted` say by asset why a build has
    something to do, and what was modified by hand."""

    session: Session
    pictures: PagePictures
    cast: Cast
    due: Mapping[str, str]
    drifted: Mapping[str, str]
    users: Mapping[str, list[str]]

    def of(self, name: str) -> list[Card]:
        """An asset's card, or one for each piece that it is cut into."""
        asset = self.session.manifest.assets[name]
        facts = self._facts(asset)
        standing = self.cast.of(name)
        if standing is None:
            return [{**facts, "size": _asked_size(asset)}]
        shown = [{**facts, **self._picture(standing, built)} for built in standing.built]
        for card in shown[1:]:  # what belongs to the whole sheet is told once
            card.update(candidates=[], takes=[], findings=[])
        return shown

    # -- how it looks ---------------------------------------------------------

    def _picture(self, standing: Standing, built: BuiltAsset) -> Card:
        self.cast.own(standing, frames_of(built))
        if isinstance(built, BuiltSprite):
            frame = built.frame
            digest = frame.pixels
            name = self.pictures.add_known(digest, lambda: self.cast.load(digest))
            return {
                "name": built.name,
                "size": list(frame.size),
                "sheet": {"pic": name, "cell": list(frame.size), "columns": 1, "count": 1},
                "pivot": list(built.pivot),
                "nine": list(built.nine_slice) if built.nine_slice else None,
                "hitbox": list(built.hitbox) if built.hitbox else None,
            }
        return self._animation(built) if isinstance(built, BuiltAnimation) else self._tileset(built)

    def _animation(self, built: BuiltAnimation) -> Card:
        frames = [built.frames[name].pixels for tag in built.tags for name in tag.frames]
        strip = self.pictures.add_strip(frames, built.cell, self.cast.load)
        tags = [
            {
                "name": tag.name,
                "frames": [strip.index[built.frames[name].pixels] for name in tag.frames],
                "durations": list(tag.durations),
                "loop": tag.loop,
            }
            for tag in built.tags
        ]
        sheet = {"pic": strip.name, "cell": list(strip.cell), "columns": strip.columns, "count": len(strip.index)}
        hitbox = list(built.hitbox) if built.hitbox else None
        return {"size": list(built.cell), "sheet": sheet, "tags": tags, "pivot": list(built.pivot), "hitbox": hitbox}

    def _tileset(self, built: BuiltTileset) -> Card:
        strip = self.pictures.add_strip([tile.frame.pixels for tile in built.tiles], built.tile_size, self.cast.load)
        tiles = [
            {
                "id": tile.id,
                "frame": strip.index[tile.frame.pixels],
                "corners": list(tile.corners) if tile.corners else None,
                "p": tile.probability,
                "animation": [list(step) for step in tile.animation],
            }
            for tile in built.tiles
        ]
        sheet = {"pic": strip.name, "cell": list(strip.cell), "columns": strip.columns, "count": len(strip.index)}
        return {
            "size": list(built.tile_size),
            "sheet": sheet,
            "tiles": tiles,
            "columns": built.columns,
            "terrains": list(built.terrains),
            "sheets": [self._autotile(built, sheet) for sheet in built.sheets],
        }

    def _autotile(self, built: BuiltTileset, sheet: AutotileSheet) -> Card:
        """A synthesised sheet: each cell's place on a strip, and the neighbourhood that it is drawn for."""
        digests = [digest for digest in sheet.cells if digest is not None]
        strip = self.pictures.add_strip(digests, sheet.tile_size, self.cast.load)
        return {
            "label": sheet.label,
            "kind": sheet.kind,
            "file": f"{built.name}-{sheet.label}.png",
            "sheet": {"pic": strip.name, "cell": list(strip.cell), "columns": strip.columns, "count": len(strip.index)},
            "columns": sheet.columns,
            "cells": [
                None if digest is None else [strip.index[digest], mask or 0]
                for digest, mask in zip(sheet.cells, sheet.peering, strict=True)
            ],
            "terrain": list(sheet.terrain) if sheet.terrain else None,
        }

    # -- where it stands ------------------------------------------------------

    def _facts(self, asset: Asset) -> Card:
        session, name = self.session, asset.name
        state = session.project.state(name)
        block = state.block
        error, findings = self._findings(name)
        status, reason = self._status(state, error)
        steps = block.steps if block is not None else ()
        last = steps[-1] if steps else None
        adopted = block.adopted if block is not None else None
        takes = takes_of(block)
        prices = [price_of(step, session.project.realm_of(asset)) for step in asset.steps]
        return {
            "name": name,
            "asset": name,
            "kind": asset.kind,
            "source": asset.source,
            "of": str(asset.start) if asset.start is not None else None,
            "prompt": _prompt(asset),
            "outside": next((step.fields["outside"] for step in asset.steps if step.fields.get("outside")), None),
            "style": next((step.style for step in asset.steps if step.style), None),
            "status": status,
            "reason": reason,
            "flags": self._flags(state),
            "price": str(total(step.price for step in steps)) if any(step.price for step in steps) else None,
            "next": str(total(prices)) if any(prices) else None,
            "date": last.date if last is not None else None,
            "model": last.model if last is not None else None,
            "realm": last.realm if last is not None else None,
            "seed": steps[0].request.seed if steps else None,
            "palette": next(iter(palettes_of(asset)), None),
            "atlas": atlas.name if (atlas := session.manifest.atlas_of(name)) is not None else None,
            "outputs": sorted(block.outputs) if block is not None else [],
            "uses": [*asset.dependencies],
            "usedBy": self.users.get(name, []),
            "findings": findings,
            "candidates": self._candidates(asset, state),
            "takes": [self._take(asset, take) for take in takes] if len(takes) > 1 else [],
            "adopted": {"file": adopted.original.file, "stage": adopted.stage} if adopted is not None else None,
            "override": asset.override.path if asset.override is not None else None,
            "reviewed": self._reviewed(state),
            "position": str(asset.position),
            "preset": list(asset.preset),
        }

    def _findings(self, name: str) -> tuple[str | None, list[Card]]:
        """What is wrong with the finished pictures; an error where they could not be finished."""
        try:
            work = prepare(self.session.project, self.session.disk, name, self.session.palette)
            if work is None:
                return None, []
            finished = finished_of(work, self.session.shelf, pictures=False)
        except AssetgenError as error:
            return str(error), [{"check": "build", "level": "error", "message": str(error)}]
        return None, [{"check": f.check, "level": f.level, "message": f.message} for f in finished.findings]

    def _status(self, state: AssetState, error: str | None) -> tuple[str, str]:
        if error is not None:
            return "failed", error
        if state.blocked is not None:
            return state.blocked.state, state.blocked.reason
        pending = next((step for step in state.steps if step.pending), None)
        if pending is not None:
            return ("new" if state.block is None or not state.block.steps else "stale"), pending.reason
        name = state.asset.name
        if name in self.drifted:
            return "drifted", self.drifted[name]
        return ("stale", self.due[name]) if name in self.due else ("current", "")

    def _flags(self, state: AssetState) -> list[str]:
        flags = []
        results = [step.accepted for step in state.steps if step.accepted is not None]
        if any(result.realm == PLACEHOLDER for result in results):
            flags.append("placeholder")
        last = results[-1] if results else None
        if last is not None and last.pick is None and len(last.candidates) > 1 and state.asset.variant is None:
            flags.append("unpicked")
        if state.asset.override is not None:
            flags.append("override")
        elif state.block is not None and state.block.adopted is not None:
            flags.append("adopted")
        if state.asset.pin:
            flags.append("pinned")
        return flags

    def _reviewed(self, state: AssetState) -> Card | None:
        reviewed = state.block.reviewed if state.block is not None else {}
        if "state" not in reviewed:
            return None
        try:
            same = reviewed.get("looks") == looks(self.session, state.asset.name)
        except AssetgenError:
            same = False
        return {"state": reviewed["state"], "date": reviewed.get("date", ""), "same": same}

    # -- what there is to choose from -----------------------------------------

    def _candidates(self, asset: Asset, state: AssetState) -> list[Card]:
        block = state.block
        if block is None or asset.variant is not None:
            return []
        several = [step for step in block.steps if len(step.candidates) > 1]
        if not several:
            return []
        step = several[-1]
        chosen = step.chosen()
        return [
            {
                "n": original.candidate,
                "pic": self._original(original, asset),
                "size": list(original.size),
                "file": original.file,
                "chosen": original.candidate == chosen.candidate,
                "provisional": step.pick is None,
            }
            for original in step.candidates
        ]

    def _take(self, asset: Asset, take: Take) -> Card:
        chosen = take.past.steps[-1].chosen(asset.variant) if take.past.steps else None
        shown = take.adopted.original if take.adopted is not None else chosen
        return {
            "take": take.number,
            "current": take.current,
            "date": take.date,
            "price": str(take.price) if take.price else None,
            "prompt": take.prompt,
            "pick": take.pick,
            "count": len(take.candidates),
            "adopted": take.adopted is not None,
            "pic": self._original(shown, asset) if shown is not None else None,
            "size": list(shown.size) if shown is not None else None,
        }

    def _original(self, original: Original, asset: Asset) -> str | None:
        """The picture of an original; None where it is in no store."""
        from assetgen.pixels.picture import decode

        def draw() -> Any:
            return decode(self.session.disk.read_original(original, asset), what=original.file)

        try:
            return self.pictures.add_known(original.pixels, draw)
        except AssetgenError:
            return None


def _prompt(asset: Asset) -> str | None:
    prompts = [str(step.fields["prompt"]) for step in asset.steps if step.fields.get("prompt")]
    return " → ".join(prompts) or None


def _asked_size(asset: Asset) -> list[int] | None:
    size = next((step.size for step in reversed(asset.steps) if step.size is not None), None)
    return list(size) if size is not None else None
