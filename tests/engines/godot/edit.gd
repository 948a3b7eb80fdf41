# What a person does in the TileSet editor: a collision layer and polygon, a navigation cost, a colour, then save.
extends SceneTree

func _init() -> void:
	var arguments := OS.get_cmdline_user_args()
	var path := "res://" + arguments[0]
	if arguments.size() > 1:
		var frames: SpriteFrames = load("res://" + arguments[1])
		frames.add_animation("taunt")
		frames.add_frame("taunt", frames.get_frame_texture(frames.get_animation_names()[0], 0), 2.0)
		ResourceSaver.save(frames, "res://" + arguments[1])
	var tiles: TileSet = load(path)
	if tiles.get_physics_layers_count() == 0:
		tiles.add_physics_layer()
	var source: TileSetAtlasSource = tiles.get_source(0)
	var data := source.get_tile_data(Vector2i(1, 0), 0)
	data.add_collision_polygon(0)
	data.set_collision_polygon_points(0, 0, PackedVector2Array([Vector2(-8, -8), Vector2(3, -8), Vector2(-8, 5)]))
	data.z_index = 3
	source.create_alternative_tile(Vector2i(0, 0))
	tiles.set_terrain_color(0, 0, Color(1, 0, 0))
	var saved := ResourceSaver.save(tiles, path)
	var file := FileAccess.open("res://report.json", FileAccess.WRITE)
	file.store_string(JSON.stringify({"saved": saved}))
	file.close()
	quit()
