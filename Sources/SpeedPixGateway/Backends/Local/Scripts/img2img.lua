-- Gives a picture another look, by the words of a prompt: pencil, oil, watercolour, night, sepia …

local function clamp(x, low, high) return math.max(low, math.min(high, x)) end

-- A sheet of one colour as large as the picture, laid over it.
local function tint(picture, color, blend, opacity)
  return picture:composite(image.blank(picture.width, picture.height, color), { blend = blend, opacity = opacity })
end

-- Softness that follows the picture's size, so that a thumbnail and a poster look alike.
local function soft(picture, share)
  return picture:blur { sigma = math.max(0.4, math.min(picture.width, picture.height) * share) }
end

local look = {}

function look.pencil(picture, strength)
  local gray = picture:grayscale()
  -- Difference from white inverts; dodging by the blurred inverse leaves only the edges.
  local inverse = tint(gray, "white", "difference", 1)
  return tint(gray:composite(soft(inverse, 0.004 + 0.012 * strength), { blend = "color-dodge" }), "#f4f1ea", "multiply", 0.6)
end

function look.oil(picture, strength)
  local thick = soft(picture, 0.002 + 0.006 * strength):sharpen { sigma = 2 }
  return thick:composite(thick, { blend = "soft-light", opacity = clamp(0.3 + strength, 0, 1) })
end

function look.watercolour(picture, strength)
  local washed = picture:composite(soft(picture, 0.012 + 0.02 * strength), { blend = "screen", opacity = 0.55 })
  return tint(washed, "#fbf7ee", "multiply", 1)
end

function look.ink(picture, strength)
  local gray = look.pencil(picture, strength)
  return gray:composite(gray, { blend = "multiply", opacity = 0.7 })
end

function look.gray(picture) return picture:grayscale() end

function look.sepia(picture, strength)
  return tint(tint(picture:grayscale(), "#a8763e", "soft-light", clamp(0.5 + strength, 0, 1)), "#fff1d6", "multiply", 1)
end

function look.night(picture, strength)
  return tint(tint(picture, "#16264d", "multiply", clamp(0.4 + 0.6 * strength, 0, 1)), "#5a78c8", "soft-light", 0.5)
end

function look.warm(picture, strength) return tint(picture, "#ff9a3c", "soft-light", clamp(0.2 + 0.6 * strength, 0, 1)) end
function look.cold(picture, strength) return tint(picture, "#3c8cff", "soft-light", clamp(0.2 + 0.6 * strength, 0, 1)) end

function look.dream(picture, strength)
  return picture:composite(soft(picture, 0.01 + 0.02 * strength), { blend = "screen", opacity = 0.5 })
end

local words = {
  { "pencil", "pencil", "sketch", "drawing", "素描", "铅笔" },
  { "ink", "ink", "calligraphy", "水墨", "墨" },
  { "watercolour", "watercolo", "aquarelle", "水彩" },
  { "oil", "oil", "painting", "impasto", "油画" },
  { "gray", "black and white", "black-and-white", "monochrome", "gr[ae]y", "黑白" },
  { "sepia", "sepia", "vintage", "old photo", "retro", "复古", "老照片" },
  { "night", "night", "moon", "midnight", "夜" },
  { "warm", "warm", "sunset", "autumn", "golden", "暖", "日落", "秋" },
  { "cold", "cold", "winter", "ice", "snow", "冷", "冬", "雪" },
  { "dream", "dream", "fog", "mist", "soft", "梦", "雾" },
}

-- The looks that the prompt names; without any, one that the seed chooses.
local function chosen(prompt, seed)
  local text, names = prompt:lower(), {}
  for _, row in ipairs(words) do
    for i = 2, #row do
      if text:find(row[i]) then
        names[#names + 1] = row[1]
        break
      end
    end
  end
  if #names == 0 then names[1] = words[1 + seed % #words][1] end
  return names
end

return {
  title = "Image to image",
  description = "Gives a picture another look, by the words of the prompt: pencil, ink, watercolour, oil, sepia, night …",
  inputs = {
    image = { type = "file", required = true, help = "the picture to begin with" },
    prompt = { type = "string", required = true, help = "the look it should have, in English or Chinese" },
    strength = { type = "number", default = 0.6, min = 0, max = 1, help = "how far from the picture" },
    seed = { type = "integer", default = 1, min = 0, help = "chooses a look where the prompt names none" },
  },
  outputs = { images = { type = "file", always_array = true } },

  run = function(inputs, task)
    if not inputs.prompt:find("%S") then error("prompt must say what the picture should become", 0) end
    local picture = inputs.image:background { color = "white" }
    local names = chosen(inputs.prompt, inputs.seed or 1)
    for i, name in ipairs(names) do
      task.progress(i / (#names + 1), name)
      picture = look[name](picture, inputs.strength or 0.6)
      if i < #names then task.preview(picture:thumbnail { width = 512 }:bytes { format = "jpeg" }) end
    end
    task.progress(1, "done")
    return { images = { picture }, info = table.concat(names, ", ") }
  end,
}
