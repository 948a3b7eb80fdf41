# Plays every animation at one millisecond a step (run with --fixed-fps 1000) and notes when which frame shows.
extends SceneTree

var report := {"played": {}}
var sprites := []
var now := 0
const LENGTH := 1600

func _initialize() -> void:
	var jobs: Dictionary = JSON.parse_string(FileAccess.get_file_as_string("res://jobs.json"))
	for path in jobs["frames"]:
		var frames: SpriteFrames = load("res://" + path)
		for animation in frames.get_animation_names():
			var sprite := AnimatedSprite2D.new()
			sprite.sprite_frames = frames
			root.add_child(sprite)
			sprite.play(animation)
			var key: String = path + ":" + animation
			report["played"][key] = {"steps": [[0, 0]], "ended": -1}
			sprite.animation_finished.connect(func(): report["played"][key]["ended"] = now)
			sprites.append([key, sprite])

func _process(_delta: float) -> bool:
	now += 1
	for entry in sprites:
		var steps: Array = report["played"][entry[0]]["steps"]
		if steps[-1][1] != entry[1].frame:
			steps.append([now, entry[1].frame])
	if now < LENGTH:
		return false
	var file := FileAccess.open("res://report.json", FileAccess.WRITE)
	file.store_string(JSON.stringify(report))
	file.close()
	return true
