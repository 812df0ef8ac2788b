-- Moves a camera slowly over a picture and writes what it sees as a film: H.264 in MP4 where ffmpeg is installed, else Motion
-- JPEG in AVI, which takes no encoder and which every player on a computer knows.

local RATE = 12 -- frames a second: enough for a slow movement, and half the work of a cinema's

local function round(x) return math.floor(x + 0.5) end

-- Slow at both ends, as a hand would do it.
local function ease(t) return t * t * (3 - 2 * t) end

-- RIFF: four letters, a length, data, and a byte more if that is what makes it even.
local function chunk(name, data) return name .. string.pack("<I4", #data) .. data .. (#data % 2 == 1 and "\0" or "") end
local function list(name, data) return chunk("LIST", name .. data) end

-- The whole film. Frames are JPEGs of one size.
local function avi(frames, width, height)
  local largest, movie, index, offset = 0, {}, {}, 4
  for i, frame in ipairs(frames) do
    largest = math.max(largest, #frame)
    movie[i] = chunk("00dc", frame)
    index[i] = "00dc" .. string.pack("<I4I4I4", 0x10, offset, #frame) -- 0x10: a key frame, which all of them are
    offset = offset + #movie[i]
  end
  local main = string.pack(
    "<I4I4I4I4I4I4I4I4I4I4I4I4I4I4", round(1e6 / RATE), largest * RATE, 0, 0x10, #frames, 0, 1, largest, width, height, 0, 0, 0, 0)
  local stream = "vidsMJPG" .. string.pack(
    "<I4I2I2I4I4I4I4I4I4I4I4i2i2i2i2", 0, 0, 0, 0, 1, RATE, 0, #frames, largest, 0xFFFFFFFF, 0, 0, 0, width, height)
  local format = string.pack("<I4i4i4I2I2", 40, width, height, 1, 24) .. "MJPG" .. string.pack("<I4i4i4I4I4", width * height * 3, 0, 0, 0, 0)
  local header = list("hdrl", chunk("avih", main) .. list("strl", chunk("strh", stream) .. chunk("strf", format)))
  return chunk("RIFF", "AVI " .. header .. list("movi", table.concat(movie)) .. chunk("idx1", table.concat(index)))
end

-- Where the camera begins and ends: the middle of what it sees, and how much of the picture that is.
local moves = {
  ["zoom-in"] = { from = { 0.5, 0.5, 1 }, to = { 0.5, 0.5, 0.7 } },
  ["zoom-out"] = { from = { 0.5, 0.5, 0.7 }, to = { 0.5, 0.5, 1 } },
  ["pan-left"] = { from = { 0.62, 0.5, 0.76 }, to = { 0.38, 0.5, 0.76 } },
  ["pan-right"] = { from = { 0.38, 0.5, 0.76 }, to = { 0.62, 0.5, 0.76 } },
}

return {
  title = "Image to video",
  description = "A slow camera movement over a picture: zoom in, zoom out, pan left or pan right. MP4 (H.264) where ffmpeg is installed, else AVI (Motion JPEG).",
  inputs = {
    image = { type = "file", required = true, help = "the picture that the camera moves over" },
    motion = { type = "string", default = "zoom-in", help = "zoom-in, zoom-out, pan-left or pan-right" },
    seconds = { type = "number", default = 2, min = 0.5, max = 10, help = "how long the film lasts" },
    width = { type = "integer", default = 480, min = 64, max = 1280, help = "pixels; the height follows from the picture" },
  },
  outputs = { video = { type = "file" } },

  run = function(inputs, task)
    local move = moves[inputs.motion or "zoom-in"]
    if not move then error("motion must be zoom-in, zoom-out, pan-left or pan-right, not " .. inputs.motion, 0) end
    local source = inputs.image:background { color = "white" }
    -- Both even: some players have no odd pixels.
    local width = inputs.width // 2 * 2
    local height = math.max(2, round(width * source.height / source.width) // 2 * 2)
    if height > 1280 then error("the picture is too tall for a film of this width; give a smaller width", 0) end
    -- No larger than the closest look needs.
    local stage = math.min(source.width, round(width / 0.7))
    source = source:resize { width = stage, height = math.max(2, round(stage * height / width)), fit = "exact" }

    local frames, count = {}, math.max(2, round(inputs.seconds * RATE))
    -- What is compressed once more should not have lost much before.
    local quality = task.makes_films() and 95 or 82
    for i = 1, count do
      local t = ease((i - 1) / (count - 1))
      local x, y, share = table.unpack(move.from)
      x, y, share = x + (move.to[1] - x) * t, y + (move.to[2] - y) * t, share + (move.to[3] - share) * t
      local w, h = math.max(1, round(source.width * share)), math.max(1, round(source.height * share))
      local left = math.max(0, math.min(source.width - w, round(source.width * x - w / 2)))
      local top = math.max(0, math.min(source.height - h, round(source.height * y - h / 2)))
      local seen = source:crop { x = left, y = top, width = w, height = h }
      frames[i] = seen:resize { width = width, height = height, fit = "exact" }:bytes { format = "jpeg", quality = quality }
      if i % 6 == 0 then
        task.progress(0.9 * i / count, "frame " .. i .. " of " .. count)
        task.preview(frames[i])
      end
    end
    task.progress(0.9, "writing the film")
    local film = task.film(frames, RATE)
    local video = film.bytes and { bytes = film.bytes, filename = "video.mp4", mime_type = "video/mp4", codec = "h264" }
      or { bytes = avi(frames, width, height), filename = "video.avi", mime_type = "video/x-msvideo", codec = "mjpeg" }
    video.width, video.height, video.duration, video.frame_rate, video.has_audio = width, height, count / RATE, RATE, false
    return {
      video = video,
      info = ("%s, %d frames of %d × %d, %s"):format(inputs.motion or "zoom-in", count, width, height,
        film.bytes and "H.264 in MP4" or "Motion JPEG in AVI: " .. film.reason),
    }
  end,
}
