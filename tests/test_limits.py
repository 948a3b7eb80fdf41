"""How much is read of what comes from outside: each limit holds, says its number, and costs nothing to reach."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_aseprite
from generate_service import QUICK, asked
from msgspec.structs import replace
from workbench import bench

from assetgen.generate.transport import LostReplyError
from assetgen.manifest import expand
from assetgen.model.errors import AssetError, PictureError, StoreError
from assetgen.model.manifest import Cut, Network
from assetgen.pixels import aseprite, palettes, picture
from assetgen.pixels.cutting import cut
from assetgen.store.shared import keys
from assetgen.store.shared.directory import Directory


def sparse(path: Path, size: int) -> Path:
    """A file that claims a size and takes no room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    return path


HEAD = "version: 1\nprovider: placeholder\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            f"sprites:\n  'a_{{x}}_{{y}}': {{for_each: {{x: {[*range(400)]}, y: {[*range(400)]}}}, file: a.png}}\n",
            "makes 160000 entries.*at most 100000",
        ),
        ("sprites:\n  '{x}': {for_each: {file: rows.csv}, file: a.png}\n", "rows.csv' is larger than 16 MiB"),
        (f"sprites:\n  {'a' * 121}: {{file: a.png}}\n", "is too long.*at most 120 characters"),
        ("palettes: {p: {file: huge.gpl}}\n", "huge.gpl' is larger than 8 MiB"),
    ],
)
def test_manifests(tmp_path: Path, text: str, words: str) -> None:
    game = bench(tmp_path, HEAD + text)
    sparse(game.root / "rows.csv", 17 << 20)
    sparse(game.root / "huge.gpl", 9 << 20)
    ran = game.run("plan")
    assert ran.status == 2
    assert re.search(words, ran.err), ran.err


def test_the_number_of_assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expand, "MAX_ASSETS", 50)
    game = bench(tmp_path, f"{HEAD}sprites:\n  'a_{{x}}': {{for_each: {{x: {[*range(51)]}}}, file: a.png}}\n")
    ran = game.run("plan")
    assert ran.status == 2
    assert "more than 50 assets" in ran.err


def test_files_of_pictures_and_palettes(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="larger than 256 MiB"):
        picture.read(sparse(tmp_path / "a.png", (256 << 20) + 1))
    with pytest.raises(AssetError, match="too large for a palette"):
        palettes.read(bytes(palettes.MAX_BYTES + 1), "x.gpl")
    whole = test_aseprite.document([test_aseprite.layer()])
    with pytest.raises(PictureError, match="larger than 64 MiB"):
        aseprite.read(whole.ljust((64 << 20) + 1, b"\0"), "x")
    with pytest.raises(PictureError, match="more than 4096 layers"):
        aseprite.read(test_aseprite.document([test_aseprite.layer()] * 4097), "x")


def test_pieces_of_a_sheet() -> None:
    sheet = np.full((64, 65, 4), 255, np.uint8)
    with pytest.raises(AssetError, match="4160 pieces, at most 4096"):
        cut(sheet, Cut("grid", (1, 1)), "sheet")


def test_replies_that_never_end() -> None:
    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(20):
            await send({"type": "http.response.body", "body": bytes(1000), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    reply = asyncio.run(asked(endless, "GET", tuning=replace(QUICK, reply_limit=5000)))
    assert reply.cut
    assert len(reply.body) == 5000


def test_replies_that_never_come() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    network, tuning = Network(timeout=0.1, retries=0), replace(QUICK, connect=0.1)
    with pytest.raises(LostReplyError, match=r"the connection to 127\.0\.0\.1 was lost: TimeoutError"):
        asyncio.run(asked(silent, "POST", network, tuning, repeatable=False))


def test_objects_of_a_shared_store(tmp_path: Path) -> None:
    key = keys.blob("a" * 64)
    sparse(tmp_path / key.tree, (64 << 20) + 1)
    with pytest.raises(StoreError, match="it is larger than 64 MB"):
        Directory(tmp_path, "the store").get(key)
