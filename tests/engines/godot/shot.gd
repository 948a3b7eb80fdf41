# Runs the project's main scene, holds "right" for a second, and saves a picture before and after.
extends SceneTree

func _init() -> void:
	run()

func run() -> void:
	root.size = Vector2i(960, 720)
	root.content_scale_size = Vector2i(320, 240)
	root.content_scale_mode = Window.CONTENT_SCALE_MODE_CANVAS_ITEMS
	var scene: Node = load("res://main.tscn").instantiate()
	root.add_child(scene)
	for frame in 10:
		await process_frame
	await save("before.png")
	Input.action_press("ui_right")
	for frame in 60:
		await process_frame
	await save("after.png")
	var file := FileAccess.open("res://report.json", FileAccess.WRITE)
	file.store_string(JSON.stringify({"x": scene.get_node("Hero").position.x}))
	file.close()
	quit()

func save(name: String) -> void:
	await RenderingServer.frame_post_draw
	root.get_texture().get_image().save_png("res://" + name)
