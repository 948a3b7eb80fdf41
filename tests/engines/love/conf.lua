function love.conf(t)
  t.identity = "check"
  t.modules.audio = false
  t.modules.sound = false
  t.window.width = 64
  t.window.height = 64
end
