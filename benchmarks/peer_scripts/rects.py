"""rects.py SIZES.json ALGORITHM: packs rectangles with rectpack; prints {seconds, pages: [[w, h], …]}."""

import json
import sys
import time
from pathlib import Path

import rectpack

if __name__ == "__main__":
    sizes = json.loads(Path(sys.argv[1]).read_text())
    begun = time.perf_counter()
    packer = rectpack.newPacker(pack_algo=getattr(rectpack, sys.argv[2]), rotation=False)
    packer.add_bin(2048, 2048, count=float("inf"))
    for width, height in sizes:
        packer.add_rect(width, height)
    packer.pack()
    seconds = time.perf_counter() - begun
    pages = [[max(r.x + r.width for r in page), max(r.y + r.height for r in page)] for page in packer]
    print(json.dumps({"seconds": seconds, "pages": pages}))
