"""The artist of the simulator: deterministic pixel art from style, prompt, seed, size and palette.

`draw` makes what the generation styles ask for, `edit` what the edit tools do, `fix` what the pixel fixers do.
"""

from __future__ import annotations

from assetgen.simulator.art.draw import draw
from assetgen.simulator.art.edits import edit, fix
from assetgen.simulator.art.order import Order

__all__ = ["Order", "draw", "edit", "fix"]
