"""Run by the readers' own Python: draws a Tiled map with pygame, tells the tile properties that pytmx found."""

import json
import sys

import pygame
import pytmx.util_pygame

source, target = sys.argv[1:]
pygame.display.init()
pygame.display.set_mode((1, 1))
found = pytmx.util_pygame.load_pygame(source)
surface = pygame.Surface((found.width * found.tilewidth, found.height * found.tileheight), pygame.SRCALPHA)
for layer in found.visible_layers:
    for x, y, image in layer.tiles():
        surface.blit(image, (x * found.tilewidth, y * found.tileheight))
pygame.image.save(surface, target)
properties = {
    str(found.tiledgidmap[gid] - 1): {key: value for key, value in entry.items() if key in ("cost", "name", "hidden")}
    for gid, entry in found.tile_properties.items()
}
frames = {
    str(found.tiledgidmap[gid] - 1): [frame.duration for frame in entry["frames"]]
    for gid, entry in found.tile_properties.items()
    if entry.get("frames")
}
print(json.dumps({"properties": properties, "frames": frames}))  # noqa: T201
