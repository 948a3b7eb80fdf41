"""What no entry owns any more: its outputs go while nobody touched them, its results are retired (IDENTITY 8, 17)."""

from __future__ import annotations

from msgspec.structs import replace

from assetgen.build.lockkeeper import LockKeeper
from assetgen.build.outputs import Writer
from assetgen.build.report import BuildReport
from assetgen.build.session import Session
from assetgen.model.lock import Block
from assetgen.model.plan import drifted
from assetgen.plan.planner import orphan_blocks


def remove_orphans(session: Session, writer: Writer, keeper: LockKeeper, report: BuildReport) -> None:
    """Deletes untouched outputs of removed entries; keeps and names retouched ones."""
    writer.flush()
    for block in orphan_blocks(session.project):
        kept = writer.remove(block.outputs, list(block.outputs))
        for path in kept:
            report.blocked.append(drifted(block.name, path))
        left = {path: block.outputs[path] for path in kept}
        if block.name not in session.project.blocks:
            if left != block.outputs:
                keeper.revive(block.name, block)
                keeper.retire(replace(block, outputs=left))
            continue
        del session.project.blocks[block.name]
        if block.steps or block.history or block.adopted or block.rejected or block.ids or left:
            keeper.retire(retired(block, left))
        else:
            keeper.drop(block.name)


def retired(block: Block, outputs: dict[str, str]) -> Block:
    """A removed entry's block: its results, ids, and files that a person changed; nothing else derived."""
    return replace(block.without_derived(), outputs=outputs, pages=None, layout=None, tool=None, partial=(), drawn=None)
