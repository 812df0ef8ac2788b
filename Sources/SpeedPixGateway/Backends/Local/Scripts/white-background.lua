-- Puts the subject of a photograph on white, with a soft shadow under it and a caption below.

local SMALLEST, LARGEST = 1024, 2400 -- canvas side in pixels
local SHARE = 0.70                   -- of the canvas that the subject's longer side takes
local ENLARGE = 2.2                  -- beyond this a small picture looks washed out; it gets a wider margin instead

local function round(x) return math.floor(x + 0.5) end

-- The subject in its final size, and the canvas side that goes with it.
local function fit(subject)
  local longer = math.max(subject.width, subject.height)
  local side = math.max(SMALLEST, math.min(LARGEST, round(longer / SHARE)))
  local scale = math.min(side * SHARE / longer, ENLARGE)
  if math.abs(scale - 1) < 0.02 then return subject, side, 1 end
  local sized = subject:resize { width = math.max(1, round(subject.width * scale)), height = math.max(1, round(subject.height * scale)), fit = "exact" }
  -- Enlarging softens; give the edges back a little of their bite.
  if scale > 1.2 then sized = sized:sharpen { sigma = 1.2 } end
  return sized, side, scale
end

-- What the subject would cast on a white table: the outline of its foot pressed flat, out of focus. Only the foot, because a
-- round thing touches the table with little of its width.
local function shadow(subject, side)
  local sigma = side * 0.014
  local margin = round(sigma * 3)
  local foot = math.max(1, round(subject.height * 0.14))
  local flat = subject:crop { x = 0, y = subject.height - foot, width = subject.width, height = foot }
  flat = flat:silhouette { color = "#1c1c24" }:resize {
    width = math.max(1, round(subject.width * 0.94)), height = math.max(1, round(side * 0.028)), fit = "exact",
  }
  local soft = flat:extend { top = margin, right = margin, bottom = margin, left = margin, color = "transparent" }
  return soft:blur { sigma = sigma }
end

-- The caption as a picture no wider than the subject's column, its size following the length of the text.
local function caption(text, side)
  local length = utf8.len(text) or #text
  local size = side * (length <= 24 and 0.044 or length <= 80 and 0.034 or 0.026)
  local options = {
    size = size, color = "#26262b", width = round(side * 0.80), align = "center", spacing = round(size * 0.28),
  }
  local set = image.text(text, options)
  -- A very long text must not outgrow the picture it explains.
  if set.height > side * 0.5 then
    local smaller = math.max(side * 0.014, size * math.sqrt(side * 0.5 / set.height))
    options.size, options.spacing = smaller, round(smaller * 0.28)
    set = image.text(text, options)
  end
  return set
end

return {
  title = "White background",
  description = "Cuts the subject out of its backdrop, centres it on white and sets a caption under it.",
  inputs = {
    image = { type = "file", required = true, help = "a photograph of one thing: JPEG, PNG, WebP, GIF or TIFF" },
    text = { type = "string", default = "", help = "caption under the subject; empty for none" },
  },
  outputs = { "images", "info" },

  run = function(inputs, task)
    local photo = inputs.image
    local text = (inputs.text or ""):gsub("^%s+", ""):gsub("%s+$", "")

    task.progress(0.05, "finding the subject")
    local cut = photo:cutout { feather = 0.6 }

    task.progress(0.55, "placing it")
    local subject, side, scale = fit(cut)
    local words = text ~= "" and caption(text, side) or nil
    local top = round((side - subject.height) / 2)
    local height = side
    if words then
      -- The caption takes the place of the lower margin, and the canvas grows by what it needs beyond that.
      top = round(math.max(side * 0.11, (side - subject.height) / 2 - side * 0.03))
      height = math.max(side, top + subject.height + round(side * 0.09) + words.height + round(side * 0.09))
    end
    local canvas = image.blank(side, height, "white")

    task.progress(0.65, "casting a shadow")
    local under = shadow(subject, side)
    canvas = canvas:composite(under, {
      x = round((side - under.width) / 2), y = round(top + subject.height - under.height / 2 - side * 0.004), opacity = 0.42,
    })
    canvas = canvas:composite(subject, { x = round((side - subject.width) / 2), y = top })

    if words then
      task.progress(0.85, "setting the caption")
      local free = height - (top + subject.height)
      canvas = canvas:composite(words, {
        x = round((side - words.width) / 2), y = top + subject.height + round((free - words.height) * 0.5),
      })
    end

    task.progress(1, "done")
    return {
      images = canvas,
      info = string.format("subject of %d × %d pixels, scaled by %.2f, on %d × %d white", cut.width, cut.height, scale, side, height),
    }
  end,
}
