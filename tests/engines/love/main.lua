-- Draws every frame of the exported tables in cells of 64 and tells the animations; anim8's grid for the unpacked ones.
local CELL, COLUMNS = 64, 14
local lines = {}

function love.load()
  local canvas = love.graphics.newCanvas(CELL * COLUMNS, CELL * 12)
  local count = 0
  love.graphics.setDefaultFilter("nearest", "nearest")
  love.graphics.setCanvas(canvas)
  local function place(name, image, quad, dx, dy)
    local x, y = (count % COLUMNS) * CELL, math.floor(count / COLUMNS) * CELL
    count = count + 1
    love.graphics.draw(image, quad, x + dx, y + dy)
    table.insert(lines, table.concat({"frame", name, x, y}, "\t"))
  end
  for entry in love.filesystem.read("jobs.txt"):gmatch("[^\n]+") do
    local folder = entry:match("^(.*)/")
    local data = require((entry:gsub("%.lua$", ""):gsub("/", ".")))
    local images = {}
    for number, page in ipairs(data.pages) do
      images[number] = love.graphics.newImage(folder .. "/" .. page.image)
      assert(images[number]:getWidth() == page.width and images[number]:getHeight() == page.height, "size of a page")
    end
    local names = {}
    for name in pairs(data.frames) do table.insert(names, name) end
    table.sort(names)
    for _, name in ipairs(names) do
      local f = data.frames[name]
      assert(not f.rotated)
      place(name, images[f.page], love.graphics.newQuad(f.x, f.y, f.w, f.h, images[f.page]:getDimensions()), f.ox, f.oy)
      table.insert(lines, table.concat({"pivot", name, f.px, f.py, f.sw, f.sh}, "\t"))
    end
    for key, animation in pairs(data.animations) do
      table.insert(lines, table.concat({"animation", key, table.concat(animation.frames, ","), table.concat(animation.durations, ","), tostring(animation.loop)}, "\t"))
      if data.grid then -- as anim8.newGrid(width, height, imageWidth, imageHeight)(columns, row) cuts it
        local first, last = animation.columns:match("^(%d+)-(%d+)$")
        for column = tonumber(first), tonumber(last) do
          local quad = love.graphics.newQuad((column - 1) * data.grid.width, (animation.row - 1) * data.grid.height,
            data.grid.width, data.grid.height, images[1]:getDimensions())
          place(animation.frames[column], images[1], quad, 0, 0)
        end
      end
    end
  end
  love.graphics.setCanvas()
  canvas:newImageData():encode("png", "shot.png")
  love.filesystem.write("report.txt", table.concat(lines, "\n"))
  love.event.quit()
end

function love.errorhandler(message)
  io.stderr:write(message, "\n")
  return function() return 1 end
end
