"""pytexture.py ENTRY OUTPUT: PyTexturePacker with the same options."""

import sys
from pathlib import Path

from PyTexturePacker import Packer

if __name__ == "__main__":
    entry, output = sys.argv[1:]
    Path(output).mkdir(parents=True, exist_ok=True)
    packer = Packer.create(
        max_width=2048, max_height=2048, enable_rotated=False, border_padding=0, shape_padding=0, trim_mode=1,
        atlas_format="json",
    )  # fmt: skip
    packer.pack(entry, "all-%d", output_path=output)
