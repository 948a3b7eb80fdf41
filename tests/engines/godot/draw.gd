# Draws every frame of every resource that jobs.json names, as the engine does, into drawn/NNN.png.
extends SceneTree

var report := {"animations": {}, "drawn": [], "textures": {}, "tiles": {}}
var view: SubViewport
var sprite: Sprite2D
var panel: Panel

func _init() -> void:
	run()

func run() -> void:
	var jobs: Dictionary = JSON.parse_string(FileAccess.get_file_as_string("res://jobs.json"))
	DirAccess.make_dir_absolute("res://drawn")
	view = SubViewport.new()
	view.size = Vector2i(128, 128)
	view.transparent_bg = true
	view.render_target_update_mode = SubViewport.UPDATE_ALWAYS
	root.add_child(view)
	sprite = Sprite2D.new()
	sprite.centered = false
	view.add_child(sprite)
	panel = Panel.new()
	panel.visible = false
	view.add_child(panel)
	for path in jobs["frames"]:
		var frames: SpriteFrames = load("res://" + path)
		if frames == null:
			continue
		var found := {}
		for animation in frames.get_animation_names():
			var times := []
			for index in frames.get_frame_count(animation):
				times.append(frames.get_frame_duration(animation, index) / frames.get_animation_speed(animation) * 1000.0)
				await draw(frames.get_frame_texture(animation, index), [path, animation, index])
			found[animation] = {"times": times, "loop": frames.get_animation_loop(animation)}
		report["animations"][path] = {"tags": found, "pivot": str(frames.get_meta("pivot", "")), "hitbox": str(frames.get_meta("hitbox", ""))}
	for path in jobs["textures"]:
		var texture = load("res://" + path)
		if texture == null:
			continue
		report["textures"][path] = texture.get_class()
		if texture is StyleBox:
			await box(texture, jobs["textures"][path], path)
		else:
			await draw(texture, [path])
	for path in jobs["tiles"]:
		var tiles: TileSet = load("res://" + path)
		if tiles != null:
			await map(tiles, path)
	var file := FileAccess.open("res://report.json", FileAccess.WRITE)
	file.store_string(JSON.stringify(report))
	file.close()
	quit()

func shot(what: Array) -> void:
	await RenderingServer.frame_post_draw
	await RenderingServer.frame_post_draw
	var name := "drawn/%03d.png" % len(report["drawn"])
	view.get_texture().get_image().save_png("res://" + name)
	report["drawn"].append({"what": what, "file": name})

func draw(texture: Texture2D, what: Array) -> void:
	sprite.texture = texture
	await shot(what + [[texture.get_width(), texture.get_height()]])
	sprite.texture = null

func box(style: StyleBox, size: Array, path: String) -> void:
	panel.visible = true
	panel.size = Vector2(size[0], size[1])
	panel.add_theme_stylebox_override("panel", style)
	await shot([path, size])
	panel.visible = false

func map(tiles: TileSet, path: String) -> void:
	var layer := TileMapLayer.new()
	layer.tile_set = tiles
	view.add_child(layer)
	var found := {}
	for number in tiles.get_source_count():
		var source: TileSetAtlasSource = tiles.get_source(tiles.get_source_id(number))
		for index in source.get_tiles_count():
			var cell := source.get_tile_id(index)
			var data := source.get_tile_data(cell, 0)
			var times := []
			for frame in source.get_tile_animation_frames_count(cell):
				times.append(source.get_tile_animation_frame_duration(cell, frame) / source.get_tile_animation_speed(cell) * 1000.0)
			var custom := {}
			for layer_index in tiles.get_custom_data_layers_count():
				custom[tiles.get_custom_data_layer_name(layer_index)] = data.get_custom_data_by_layer_id(layer_index)
			var polygons := []
			if tiles.get_physics_layers_count() > 0:
				for polygon in data.get_collision_polygons_count(0):
					var points := []
					for point in data.get_collision_polygon_points(0, polygon):
						points.append([point.x, point.y])
					polygons.append(points)
			found["%d/%d:%d" % [tiles.get_source_id(number), cell.x, cell.y]] = {
				"probability": data.probability, "times": times, "custom": custom, "polygons": polygons, "terrain": data.terrain}
			layer.clear()
			layer.set_cell(Vector2i(0, 0), tiles.get_source_id(number), cell)
			await shot([path, tiles.get_source_id(number), [cell.x, cell.y]])
	report["tiles"][path] = found
	layer.queue_free()
