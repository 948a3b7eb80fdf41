"""After the assets: palettes, atlases, the index and the engines' files."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assetgen.build.assembly import PALETTE_FORMATS, Assembly
from assetgen.build.files import scaled
from assetgen.build.outputs import Target, text_target
from assetgen.build.processing import Processing
from assetgen.build.report import AssetReport, told
from assetgen.build.standing import Cast
from assetgen.build.work import optimized
from assetgen.model.built import BuiltAtlas, Placement
from assetgen.model.cost import FREE
from assetgen.model.errors import AssetError, AssetgenError
from assetgen.model.lock import Block
from assetgen.model.manifest import Atlas
from assetgen.plan.keys import TOOL, atlas_key, member_key
from assetgen.plan.project import INDEX
from assetgen.plan.select import Selection

if TYPE_CHECKING:
    from assetgen.atlas.build import AtlasPlan
    from assetgen.model.built import Picture

_PACKED = 16
"""Bytes of a picture for one of its file, about: what waits to be written is counted before it is encoded."""


def finish_project(selection: Selection, processing: Processing) -> None:
    """Everything that is made of several assets. A failure of one never stops the rest."""
    final = _Finals(processing)
    for name in selection.palettes:
        final.guarded(f"palette:{name}", partial(final.palette, name))
    with ThreadPoolExecutor(1, "assetgen-page") as pages:
        for name in selection.atlases:
            final.guarded(f"atlas:{name}", partial(final.atlas, name, pages))
        if selection.index:
            final.guarded("index", final.index)
        processing.keeper.render()  # while the last pages are encoded


class _Finals:
    def __init__(self, processing: Processing) -> None:
        self.session = processing.session
        self.manifest = self.session.manifest
        self.writer = processing.writer
        self.keeper = processing.keeper
        self.report = processing.report
        self.progress = processing.progress
        self.locked = processing.locked
        self.cast = Cast(self.session, processing.failed, processing.records)
        self.assembly = Assembly(self.session, self.cast, self.report)
        self.left = False

    def guarded(self, label: str, work: Callable[[], None]) -> None:
        entry = self.report.others.setdefault(label, AssetReport())
        try:
            work()
        except AssetgenError as error:
            entry.status, entry.error = "failed", told(error)
            self.progress.failed(label, entry.error)

    def _block(self, name: str, kind: str) -> Block:
        return self.session.project.blocks.get(name) or Block(name, kind)

    def _commit(self, label: str, block: Block, targets: list[Target]) -> None:
        """Judges and writes targets and records the block."""
        judged = self.writer.judge(block.outputs, targets)
        self.writer.add(judged)
        kept = self.writer.remove(block.outputs, judged.obsolete)
        for path in kept:
            message = f"{path} is no longer written, and may hold what a person added: delete it if nobody needs it"
            self.report.warn(label, "kept", message)
        outputs = {**judged.outputs, **{path: block.outputs[path] for path in kept}}
        block = replace(block, outputs=outputs)
        if self.locked:
            self._same_as_locked(block)
        if block != self.session.project.blocks.get(block.name):
            self.session.project.blocks[block.name] = block
            self.keeper.set(block)
        entry = self.report.others[label]
        entry.outputs = sorted(outputs)
        if judged.pending or judged.obsolete:
            entry.status = "built"
            self.progress.finished(label, FREE)

    def _same_as_locked(self, block: Block) -> None:
        before = self.session.lock.lock.blocks.get(block.name)
        if before is None or before.outputs != block.outputs or before.frames != block.frames:
            raise AssetError("not as in the lock")

    # -- palettes -------------------------------------------------------------

    def palette(self, name: str) -> None:
        from assetgen.pixels.palettes import write

        project = self.session.project
        waits = [ref.name for ref in self.manifest.palettes[name].sources if project.base_of(ref.name) is None]
        if waits:
            self.report.warn(f"palette:{name}", "palette", f"waits for {', '.join(waits)}")
            return
        colors = self.session.palette(name)
        targets: list[Target] = []
        for suffix in PALETTE_FORMATS if project.writes_palettes else ():
            path = f"{self.manifest.output}/palettes/{name}.{suffix}"
            data = write(colors, name, suffix)
            targets.append(_picture_bytes(path, data) if suffix == "png" else text_target(path, data.decode()))
        block = self._block(f"palette:{name}", "palette")
        block = replace(block, frames=project.palette_key(name), files=project.palette_files_key(name))
        self._commit(f"palette:{name}", block, targets)

    # -- atlases --------------------------------------------------------------

    def atlas(self, name: str, pages: ThreadPoolExecutor) -> None:
        """Packs an atlas anew where that is due. Its pages are encoded on the pool while what follows is prepared."""
        atlas = self.manifest.atlases[name]
        standing, missing = self.assembly.members(atlas)
        lost = [absent for absent in missing if self._shown_before(absent)]
        if lost and self._is_there(f"atlas:{name}"):
            # Its pages may be the last place where the picture can be seen: they are not packed again without it.
            self.left = True
            self.report.warn(
                f"atlas:{name}", "kept", f"{', '.join(lost)} cannot be drawn again: the atlas stays as it is"
            )
            return
        for absent in missing:
            self.report.warn(f"atlas:{name}", "partial", f"{absent} has no picture yet: the atlas is without it")
        assets = self.manifest.assets
        key = atlas_key(atlas, {item.shown: member_key(assets[item.name], item.pictures) for item in standing})
        block = self._block(f"atlas:{name}", "atlas")
        complete = block.frames == key and self.session.project.outputs_reason(block) is None
        if complete and not (self.session.options.repack or self.session.options.force):
            self.report.others[f"atlas:{name}"].outputs = sorted(block.outputs)
            return
        built, plan = self.assembly.packed(atlas, standing, block, missing)
        block = replace(block, frames=key, pages=plan.remembered, tool=TOOL, partial=tuple(missing))
        targets = self._page_targets(atlas, built, plan, pages)
        targets = [optimized(target) for target in targets] if atlas.optimize else targets
        self.assembly.keep(built, key)
        self._commit(f"atlas:{name}", block, targets)

    def _shown_before(self, name: str) -> bool:
        """Whether an asset that has no picture now had one when it was last built."""
        block = self.session.project.state(name).block
        return block is not None and block.frames is not None

    def _is_there(self, label: str) -> bool:
        """Whether a block's outputs are on disk."""
        block = self.session.project.blocks.get(label)
        checks = self.session.project.check_outputs(block) if block is not None else []
        return any(check.state != "missing" for check in checks)

    def _page_targets(self, atlas: Atlas, built: BuiltAtlas, plan: AtlasPlan, pool: ThreadPoolExecutor) -> list[Target]:
        """The pages' pictures. A page that shows what it showed before is not drawn: its digest is remembered.

        Others have most likely changed: they are encoded on the pool while the next one is drawn.
        """
        by_page: dict[int, list[Placement]] = {}
        for placement in plan.placements.values():
            by_page.setdefault(placement.page, []).append(placement)
        if atlas.indexed:
            for index in range(len(built.pages)):
                self._count_colors(atlas, index, plan, by_page.get(index, []))
        return [
            self._page_target(atlas, page.file, index, plan, by_page.get(index, []), scale, pool)
            for index, page in enumerate(built.pages)
            for scale in atlas.scales
        ]

    def _count_colors(self, atlas: Atlas, index: int, plan: AtlasPlan, placed: list[Placement]) -> None:
        """Warns of a page that `indexed` asks to be an indexed PNG and that has too many colours for one."""
        from assetgen.atlas.compose import compose_page
        from assetgen.pixels.png import MOST_COLORS, count_colors

        memo = f"colors:{plan.keys[index]}"
        known = self.session.cache.get(memo)
        if known is None:
            page = compose_page(placed, index, plan.sizes[index], self.cast.load, 0)
            known = str(count_colors(page)).encode()
            self.session.cache.put(memo, known)
        if int(known) > MOST_COLORS:
            self.report.warn(
                f"atlas:{atlas.name}",
                "indexed",
                f"page {index} has {known.decode()} colours, an indexed PNG at most {MOST_COLORS}: it is written in "
                "full colour; map its members to one palette, or make two atlases of it",
            )

    def _page_target(
        self, atlas: Atlas, file: str, index: int, plan: AtlasPlan, placed: list[Placement], scale: int,
        pool: ThreadPoolExecutor,
    ) -> Target:  # fmt: skip
        from assetgen.atlas.compose import compose_page
        from assetgen.pixels.operations.framing import enlarge
        from assetgen.pixels.picture import pixel_digest
        from assetgen.pixels.png import encode

        path = f"{self.manifest.output}/{scaled(file, scale)}"
        threads = self.session.options.jobs or os.cpu_count() or 1
        memo = f"page:{plan.keys[index]}@{scale}"

        def draw() -> Picture:
            return enlarge(compose_page(placed, index, plan.sizes[index], self.cast.load, atlas.extrude), scale)

        known = self.session.cache.get(memo)
        if known is not None:
            return Target(path, known.decode(), lambda: encode(draw(), threads))
        picture = draw()
        content = pool.submit(encode, picture, threads).result if threads > 1 else partial(encode, picture)
        digest = pixel_digest(picture)
        self.session.cache.put(memo, digest.encode())
        return Target(path, digest, content, late=picture.nbytes // _PACKED if threads > 1 else 0)

    # -- the index ------------------------------------------------------------

    def index(self) -> None:
        from assetgen.build.engines import engine_targets

        if self.left and self._is_there(INDEX):
            return  # it describes the atlas that stays
        project = self.session.project
        key = project.index_key()
        block = self._block(INDEX, "index")
        built = self.assembly.built()
        targets, ids = engine_targets(self.session, built, self.cast.load, self.report)
        outputs = block.outputs if self.locked else self.writer.carry(block.outputs, targets)
        self._commit("index", replace(block, frames=key, ids=ids, outputs=outputs), targets)


def _picture_bytes(path: str, data: bytes) -> Target:
    from assetgen.pixels.picture import file_digest

    return Target(path, file_digest(data, path), lambda: data)
