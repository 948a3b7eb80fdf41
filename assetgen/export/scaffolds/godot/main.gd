# The hero walks over the tileset with the arrow keys. Both come from `assetgen build`.
extends Node2D

const HERO := "res://@OUTPUT@/animations/@HERO@.tres"
const TILES := "res://@OUTPUT@/tilesets/@TILESET@.tres"
const SIZE := Vector2i(20, 15)
const SPEED := 60.0

var facing := "down"

func _ready() -> void:
	for path in [HERO, TILES]:
		if not ResourceLoader.exists(path):
			push_error("%s is not there yet: run `assetgen build`" % path)
			return
	$Ground.tile_set = load(TILES)
	paint()
	$Hero.sprite_frames = load(HERO)
	# the pivot, whole pixels from the frame's top left, lands on the node's position
	$Hero.offset = -Vector2($Hero.sprite_frames.get_meta("pivot", Vector2i.ZERO))
	show_hero("idle")

# Two patches of terrain 0 on a ground of terrain 1, painted as the editor's terrain brush does.
func paint() -> void:
	var source: TileSetAtlasSource = $Ground.tile_set.get_source(0)
	for index in source.get_tiles_count():
		var tile := source.get_tile_id(index)
		if source.get_tile_data(tile, 0).terrain == 1:
			for y in SIZE.y:
				for x in SIZE.x:
					$Ground.set_cell(Vector2i(x, y), 0, tile)
			break
	var patch: Array[Vector2i] = []
	for y in SIZE.y:
		for x in SIZE.x:
			var cell := Vector2(x, y)
			if cell.distance_to(Vector2(6, 6)) < 3.6 or cell.distance_to(Vector2(13, 8)) < 2.9:
				patch.append(Vector2i(x, y))
	$Ground.set_cells_terrain_connect(patch, 0, 0)

func _process(delta: float) -> void:
	if $Hero.sprite_frames == null:
		return
	var direction := Input.get_vector("ui_left", "ui_right", "ui_up", "ui_down")
	if direction == Vector2.ZERO:
		show_hero("idle")
		return
	if abs(direction.x) > abs(direction.y):
		facing = "right" if direction.x > 0 else "left"
	else:
		facing = "down" if direction.y > 0 else "up"
	$Hero.position = ($Hero.position + direction * SPEED * delta).clamp(Vector2.ZERO, Vector2(SIZE * 16))
	show_hero("walk")

func show_hero(action: String) -> void:
	var animation := action + "_" + facing
	if $Hero.sprite_frames.has_animation(animation) and ($Hero.animation != animation or not $Hero.is_playing()):
		$Hero.play(animation)
