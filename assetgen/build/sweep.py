"""What no entry owns any more: its outputs go while nobody touched them, its results are retired (IDENTITY 8, 17)."""

from __future__ import annotations

from msgspec.structs import replace

from assetgen.build.lockkeeper import LockKeeper
from assetgen.build.outputs import Writer
from assetgen.build.report import BuildReport
from assetgen.build.session import Session
from assetgen.model.lock import Block
from assetgen.model.plan import drifted
from assetgen.plan.planner import orphan_blocks, owned_paths


def remove_orphans(session: Session, writer: Writer, keeper: LockKeeper, report: BuildReport) -> None:
    """Deletes untouched outputs of removed entries; keeps and names retouched ones."""
    writer.flush()
    orphans = orphan_blocks(session.project)
    owned = owned_paths(session.project) if orphans else frozenset[str]()
    for block in orphans:
        own = {path: digest for path, digest in block.outputs.items() if path not in owned}
        kept = writer.remove(own, list(own))
        report.blocked += [drifted(block.name, path) for path in kept]
        left = {path: own[path] for path in kept}
        rest = retired(block, left)
        worth = block.steps or block.history or block.adopted or block.rejected or block.ids or left
        if session.project.blocks.get(block.name) is not block:  # it was retired before
            if left != block.outputs:
                keeper.settle(block, rest if worth else None)
            continue
        del session.project.blocks[block.name]
        if worth:
            keeper.retire(rest)
        else:
            keeper.drop(block.name)


def retired(block: Block, outputs: dict[str, str]) -> Block:
    """A removed entry's block: its results, ids, and files that a person changed; nothing else derived."""
    return replace(block.without_derived(), outputs=outputs, pages=None, layout=None, tool=None, partial=(), drawn=None)
