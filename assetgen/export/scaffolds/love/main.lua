-- The hero walks over the tileset with the arrow keys. Both come from `assetgen build`.
local OUTPUT, HERO, TILES = "@OUTPUT@", "@HERO@", "@TILESET@"
local COLUMNS, ROWS, SCALE, SPEED = 20, 15, 3, 60

local hero = { x = COLUMNS * 8, y = ROWS * 8, facing = "down", time = 0 }
local data, images, ground, missing

local function exists(path)
  return love.filesystem.getInfo(path) ~= nil
end

-- A pure-data table of the output folder, and the folder that its pictures are relative to.
local function data_of(folder, name)
  return love.filesystem.load(OUTPUT .. "/" .. folder .. "/" .. name .. ".lua")(), OUTPUT .. "/" .. folder .. "/"
end

-- The table that holds an animation: its own, or that of the atlas in which it is packed.
local function table_of(name)
  if exists(OUTPUT .. "/animations/" .. name .. ".lua") then
    return data_of("animations", name)
  end
  for _, file in ipairs(love.filesystem.getDirectoryItems(OUTPUT .. "/atlases")) do
    if file:match("%.lua$") then
      local found, folder = data_of("atlases", (file:gsub("%.lua$", "")))
      if found.animations[name .. "/idle_down"] then return found, folder end
    end
  end
end

-- Two patches of the first terrain on the second one: each tile is chosen by the terrains of its four corners.
local function paint(tiles, image)
  local by_corners = {}
  for _, tile in ipairs(tiles.tiles) do
    if tile.corners then
      local key = table.concat(tile.corners, ",")
      by_corners[key] = by_corners[key] or tile
    end
  end
  local function near(x, y, cx, cy, r) return (x - cx) ^ 2 + (y - cy) ^ 2 < r ^ 2 end
  local function point(x, y)
    return (near(x, y, 6.5, 6.5, 3.2) or near(x, y, 13.5, 8.5, 2.5)) and tiles.terrains[1] or tiles.terrains[2]
  end
  local canvas = love.graphics.newCanvas(COLUMNS * tiles.tile.width, ROWS * tiles.tile.height)
  love.graphics.setCanvas(canvas)
  for y = 0, ROWS - 1 do
    for x = 0, COLUMNS - 1 do
      local tile = by_corners[table.concat({ point(x, y), point(x + 1, y), point(x, y + 1), point(x + 1, y + 1) }, ",")]
      if tile then
        local quad = love.graphics.newQuad(tile.x, tile.y, tiles.tile.width, tiles.tile.height, image:getDimensions())
        love.graphics.draw(image, quad, x * tiles.tile.width, y * tiles.tile.height)
      end
    end
  end
  love.graphics.setCanvas()
  return canvas
end

function love.load()
  love.graphics.setDefaultFilter("nearest", "nearest") -- without it pixel art is blurred
  local folder
  data, folder = table_of(HERO)
  if not data or not exists(OUTPUT .. "/tilesets/" .. TILES .. ".lua") then
    missing = true
    return
  end
  images = {}
  for number, page in ipairs(data.pages) do images[number] = love.graphics.newImage(folder .. page.image) end
  local tiles, tiles_folder = data_of("tilesets", TILES)
  ground = paint(tiles, love.graphics.newImage(tiles_folder .. tiles.image))
end

function love.update(dt)
  if missing then return end
  local function axis(low, high)
    return (love.keyboard.isDown(high) and 1 or 0) - (love.keyboard.isDown(low) and 1 or 0)
  end
  local dx, dy = axis("left", "right"), axis("up", "down")
  local before = hero.animation
  if dx ~= 0 or dy ~= 0 then
    hero.facing = dx > 0 and "right" or dx < 0 and "left" or dy > 0 and "down" or "up"
    local step = SPEED * dt / math.sqrt(dx * dx + dy * dy)
    hero.x = math.max(0, math.min(COLUMNS * 16, hero.x + dx * step))
    hero.y = math.max(0, math.min(ROWS * 16, hero.y + dy * step))
  end
  hero.animation = HERO .. "/" .. ((dx ~= 0 or dy ~= 0) and "walk" or "idle") .. "_" .. hero.facing
  hero.time = before == hero.animation and hero.time + dt or 0
end

-- The frame that an animation shows after some seconds.
local function frame_at(animation, time)
  local whole = 0
  for _, duration in ipairs(animation.durations) do whole = whole + duration end
  time = animation.loop and time % whole or math.min(time, whole)
  for step, duration in ipairs(animation.durations) do
    if time < duration then return data.frames[animation.frames[step]] end
    time = time - duration
  end
  return data.frames[animation.frames[#animation.frames]]
end

function love.draw()
  if missing then
    love.graphics.print("Run `assetgen build` first.", 8, 8)
    return
  end
  love.graphics.scale(SCALE)
  love.graphics.draw(ground)
  local animation = data.animations[hero.animation]
  if not animation then return end
  local f = frame_at(animation, hero.time)
  local quad = love.graphics.newQuad(f.x, f.y, f.w, f.h, images[f.page]:getDimensions())
  love.graphics.draw(images[f.page], quad, math.floor(hero.x) - f.px + f.ox, math.floor(hero.y) - f.py + f.oy)
end
