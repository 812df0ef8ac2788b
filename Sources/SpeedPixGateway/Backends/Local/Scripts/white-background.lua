-- Puts the subject of a photograph on white, with a soft shadow under it and a caption below.

local SMALLEST, LARGEST = 1024, 2400 -- canvas side in pixels
local SHARE = 0.70                   -- of the canvas that the subject's longer side takes
local ENLARGE = 2.2                  -- beyond this a small picture looks washed out; it gets a wider margin instead

local function round(x) return math.floor(x + 0.5) end

-- The subject at a scale, and the scale that it has then.
local function sized(subject, scale)
  if math.abs(scale - 1) < 0.02 then return subject, 1 end
  local result = subject:resize { width = math.max(1, round(subject.width * scale)), height = math.max(1, round(subject.height * scale)), fit = "exact" }
  -- Enlarging softens; give the edges back a little of their bite.
  if scale > 1.2 then result = result:sharpen { sigma = 1.2 } end
  return result, scale
end

-- The subject in its final size, and the canvas side that goes with it.
local function fit(subject, fill)
  local longer = math.max(subject.width, subject.height)
  local side = math.max(SMALLEST, math.min(LARGEST, round(longer / (fill or SHARE))))
  local scale = side * (fill or SHARE) / longer
  local result
  result, scale = sized(subject, fill and scale or math.min(scale, ENLARGE))
  return result, side, scale
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

-- The caption as a picture no wider than the subject's column and no higher than `highest`, its size following the length of the
-- text and the canvas's shorter side.
local function caption(text, width, side, highest)
  local length = utf8.len(text) or #text
  local size = side * (length <= 24 and 0.044 or length <= 80 and 0.034 or 0.026)
  local function set()
    size = math.max(4, size)
    return image.text(text, {
      size = size, color = "#26262b", width = math.max(1, round(width * 0.80)), align = "center", spacing = round(size * 0.28),
    })
  end
  local words = set()
  -- A very long text must not outgrow the picture it explains.
  if words.height > side * 0.5 then
    size = math.max(side * 0.014, size * math.sqrt(side * 0.5 / words.height))
    words = set()
  end
  while highest and words.height > highest do
    if size <= 4 then error("text is too long for a canvas of this size", 0) end
    size = size * math.max(0.7, math.sqrt(highest / words.height) * 0.98)
    words = set()
  end
  return words
end

-- Where everything goes on a canvas that follows from the subject.
local function free_layout(cut, text, fill)
  local subject, side, scale = fit(cut, fill)
  local words = text ~= "" and caption(text, side, side) or nil
  local top, height = round((side - subject.height) / 2), side
  if words then
    -- The caption takes the place of the lower margin, and the canvas grows by what it needs beyond that.
    top = round(math.max(side * 0.11, (side - subject.height) / 2 - side * 0.03))
    height = math.max(side, top + subject.height + round(side * 0.09) + words.height + round(side * 0.09))
  end
  local free = height - (top + subject.height)
  return {
    subject = subject, scale = scale, words = words, width = side, height = height, side = side, top = top,
    words_top = words and top + subject.height + round((free - words.height) * 0.5),
  }
end

-- Where everything goes on a canvas of a given size: subject and caption share it.
local function fixed_layout(cut, text, width, height, fill)
  local side = math.min(width, height)
  local words = text ~= "" and caption(text, width, side, height * 0.4) or nil
  local gap = round(side * 0.06)
  local below = words and words.height + 2 * gap or 0
  local share = fill or SHARE
  local scale = math.min(width * share / cut.width, math.min(height * share, height - below) / cut.height)
  -- A share that was asked for is kept, even where enlarging does not look good.
  if not fill then scale = math.min(scale, ENLARGE) end
  local subject
  subject, scale = sized(cut, scale)
  -- In the middle, and higher only as far as the caption needs it.
  local top = math.max(0, math.min(round((height - subject.height) / 2), height - below - subject.height))
  return {
    subject = subject, scale = scale, words = words, width = width, height = height, side = side, top = top,
    words_top = words and height - gap - words.height,
  }
end

local DOUBTS = {
  touches_border = "the subject touches the picture's border", several_parts = "there are several things, of which one was kept",
  coverage_low = "the subject takes less than 5 % of the picture", coverage_high = "the subject takes more than 90 % of the picture",
  weak_edges = "along much of its edge the subject has the backdrop's colour",
}

local function doubts(cut)
  local texts = {}
  for i, code in ipairs(cut.warnings) do texts[i] = DOUBTS[code] or code end
  if #texts == 0 then return "" end
  return ("; not sure of it (%.2f): %s"):format(cut.confidence, table.concat(texts, "; "))
end

return {
  title = "White background",
  description = "Cuts the subject out of its backdrop, centres it on white and sets a caption under it.",
  inputs = {
    image = { type = "file", required = true, help = "a photograph of one thing: JPEG, PNG, WebP, GIF or TIFF" },
    text = { type = "string", default = "", help = "caption under the subject; empty for none" },
    width = { type = "integer", min = 64, max = 4096, help = "pixels of the canvas, exactly, with and without a caption; the height if only that is given, else it follows from the subject" },
    height = { type = "integer", min = 64, max = 4096, help = "pixels of the canvas; the width if only that is given" },
    fill = { type = "number", min = 0.1, max = 1, help = "what the subject's relatively longer side takes of the canvas; 0.7 unless that enlarges it more than 2.2 times" },
  },
  outputs = {
    images = { type = "file" }, confidence = { type = "number" },
    warnings = { type = "string", always_array = true },
  },

  run = function(inputs, task)
    local photo = inputs.image
    local text = (inputs.text or ""):gsub("^%s+", ""):gsub("%s+$", "")

    task.progress(0.05, "finding the subject")
    local cut = photo:cutout { feather = 0.6 }

    task.progress(0.55, "placing it")
    local at
    if inputs.width or inputs.height then
      at = fixed_layout(cut, text, inputs.width or inputs.height, inputs.height or inputs.width, inputs.fill)
    else
      at = free_layout(cut, text, inputs.fill)
    end
    local subject, side = at.subject, at.side
    local canvas = image.blank(at.width, at.height, "white")

    task.progress(0.65, "casting a shadow")
    local under = shadow(subject, side)
    canvas = canvas:composite(under, {
      x = round((at.width - under.width) / 2), y = round(at.top + subject.height - under.height / 2 - side * 0.004), opacity = 0.42,
    })
    canvas = canvas:composite(subject, { x = round((at.width - subject.width) / 2), y = at.top })

    task.preview(canvas:thumbnail { width = 512 }:bytes { format = "jpeg" })
    if at.words then
      task.progress(0.85, "setting the caption")
      canvas = canvas:composite(at.words, { x = round((at.width - at.words.width) / 2), y = at.words_top })
    end

    task.progress(1, "done")
    return {
      images = canvas, confidence = cut.confidence, warnings = cut.warnings,
      info = string.format("subject of %d × %d pixels, scaled by %.2f, on %d × %d white%s", cut.width, cut.height, at.scale, at.width, at.height, doubts(cut)),
    }
  end,
}
