function love.conf(t)
  t.identity = "@PROJECT@"
  t.version = "11.4"
  t.window.title = "@PROJECT@"
  t.window.width = 960
  t.window.height = 720
end
