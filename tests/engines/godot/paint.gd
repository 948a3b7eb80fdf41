# Paints the terrains of a TileSet as the editor does and counts bits of neighbours that differ, and cells left empty.
extends SceneTree

const CORNERS := [
	[TileSet.CELL_NEIGHBOR_TOP_LEFT_CORNER, Vector2i(0, 0)],
	[TileSet.CELL_NEIGHBOR_TOP_RIGHT_CORNER, Vector2i(1, 0)],
	[TileSet.CELL_NEIGHBOR_BOTTOM_LEFT_CORNER, Vector2i(0, 1)],
	[TileSet.CELL_NEIGHBOR_BOTTOM_RIGHT_CORNER, Vector2i(1, 1)],
]
const AROUND := [
	[TileSet.CELL_NEIGHBOR_TOP_SIDE, Vector2i(0, -1)],
	[TileSet.CELL_NEIGHBOR_RIGHT_SIDE, Vector2i(1, 0)],
	[TileSet.CELL_NEIGHBOR_BOTTOM_SIDE, Vector2i(0, 1)],
	[TileSet.CELL_NEIGHBOR_LEFT_SIDE, Vector2i(-1, 0)],
]

func _init() -> void:
	var jobs: Dictionary = JSON.parse_string(FileAccess.get_file_as_string("res://jobs.json"))
	var report := {}
	for path in jobs["corners"]:
		report[path] = corners(load("res://" + path))
	for path in jobs["blobs"]:
		report[path] = blob(load("res://" + path))
	var file := FileAccess.open("res://report.json", FileAccess.WRITE)
	file.store_string(JSON.stringify(report))
	file.close()
	quit()

# Terrain 0 (inside) painted on a field of terrain 1, both nowhere thinner than two cells (Godot's corner mode cannot).
func corners(tiles: TileSet) -> Dictionary:
	var layer := TileMapLayer.new()
	layer.tile_set = tiles
	root.add_child(layer)
	for y in 24:
		for x in 24:
			layer.set_cell(Vector2i(x, y), 0, Vector2i(0, 0))
	var random := RandomNumberGenerator.new()
	random.seed = 5
	var inside := {}
	for y in range(1, 11):
		for x in range(1, 11):
			if random.randf() < 0.5:
				for cell in [Vector2i(0, 0), Vector2i(1, 0), Vector2i(0, 1), Vector2i(1, 1)]:
					inside[Vector2i(x, y) * 2 + cell] = true
	var cells: Array[Vector2i] = []
	cells.assign(inside.keys())
	layer.set_cells_terrain_connect(cells, 0, 0)
	var clashes := 0
	var points := {}
	for cell in layer.get_used_cells():
		var data := layer.get_cell_tile_data(cell)
		for corner in CORNERS:
			var point: Vector2i = cell + corner[1]
			var bit := data.get_terrain_peering_bit(corner[0])
			if points.get(point, bit) != bit:
				clashes += 1
			points[point] = bit
	var result := {"cells": layer.get_used_cells().size(), "clashes": clashes, "painted": cells.size()}
	layer.free()
	return result

# Terrain 0 painted anywhere on nothing: each cell's tile must show exactly the neighbours that are there.
func blob(tiles: TileSet) -> Dictionary:
	var layer := TileMapLayer.new()
	layer.tile_set = tiles
	root.add_child(layer)
	var random := RandomNumberGenerator.new()
	random.seed = 9
	var inside := {}
	for number in 1700:
		inside[Vector2i(random.randi_range(0, 39), random.randi_range(0, 39))] = true
	var cells: Array[Vector2i] = []
	cells.assign(inside.keys())
	layer.set_cells_terrain_connect(cells, 0, 0)
	var clashes := 0
	var kinds := {}
	for cell in cells:
		var data := layer.get_cell_tile_data(cell)
		if data == null:
			clashes += 1
			continue
		kinds[layer.get_cell_atlas_coords(cell)] = true
		for side in AROUND:
			if (data.get_terrain_peering_bit(side[0]) == 0) != inside.has(cell + side[1]):
				clashes += 1
	var result := {"cells": layer.get_used_cells().size(), "clashes": clashes, "painted": cells.size(), "kinds": kinds.size()}
	layer.free()
	return result
