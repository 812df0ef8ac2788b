-- Draws a picture for a prompt: its words choose scene, hour and weather, its seed everything else. The same inputs
-- give the same bytes on every machine, so all chance comes from the generator below and never from math.random.

local floor, max, min, sin, cos, pi = math.floor, math.max, math.min, math.sin, math.cos, math.pi
-- Pixels a side of what is shown while the picture is drawn.
local PREVIEW = 384

---- Chance: splitmix64, started from FNV-1a of the prompt and the seed

local function hash(text)
  local h = 0xcbf29ce484222325
  for i = 1, #text do h = (h ~ text:byte(i)) * 0x100000001b3 end
  return h
end

local function generator(state)
  return function(low, high)
    state = state + 0x9e3779b97f4a7c15
    local z = state
    z = (z ~ (z >> 30)) * 0xbf58476d1ce4e5b9
    z = (z ~ (z >> 27)) * 0x94d049bb133111eb
    z = z ~ (z >> 31)
    local unit = (z >> 11) / 9007199254740992.0
    return low and low + (high - low) * unit or unit
  end
end

---- Colour

local function rgb(hex) return { tonumber(hex:sub(2, 3), 16), tonumber(hex:sub(4, 5), 16), tonumber(hex:sub(6, 7), 16) } end

local function mix(a, b, t)
  local p, q, hex = rgb(a), rgb(b), "#"
  for i = 1, 3 do hex = hex .. string.format("%02x", floor(p[i] + (q[i] - p[i]) * max(0, min(1, t)) + 0.5)) end
  return hex
end

---- A drawing: SVG text under construction

local function drawing(width, height, rnd)
  local d = { w = width, h = height, u = min(width, height), rnd = rnd, body = {}, defs = {}, ids = 0 }

  function d.add(...) d.body[#d.body + 1] = string.format(...) end
  function d.pick(list) return list[1 + floor(rnd() * #list)] end
  function d.id()
    d.ids = d.ids + 1
    return "g" .. d.ids
  end
  -- Stops are {offset, colour, opacity}. `kind` is attributes of a linear or radial gradient.
  function d.gradient(tag, attributes, stops)
    local id, s = d.id(), {}
    for i, stop in ipairs(stops) do
      s[i] = string.format('<stop offset="%.3f" stop-color="%s" stop-opacity="%.3f"/>', stop[1], stop[2], stop[3] or 1)
    end
    d.defs[#d.defs + 1] = string.format('<%s id="%s" %s>%s</%s>', tag, id, attributes, table.concat(s), tag)
    return "url(#" .. id .. ")"
  end
  function d.down(stops) return d.gradient("linearGradient", 'x1="0" y1="0" x2="0" y2="1"', stops) end
  function d.across(stops) return d.gradient("linearGradient", 'x1="0" y1="0" x2="1" y2="0"', stops) end
  function d.vertical(y1, y2, stops)
    return d.gradient("linearGradient", string.format('gradientUnits="userSpaceOnUse" x1="0" y1="%.1f" x2="0" y2="%.1f"', y1, y2), stops)
  end
  function d.radial(stops, attributes) return d.gradient("radialGradient", attributes or "", stops) end
  function d.blur(amount)
    local id = d.id()
    d.defs[#d.defs + 1] = string.format(
      '<filter id="%s" x="-50%%" y="-50%%" width="200%%" height="200%%"><feGaussianBlur stdDeviation="%.2f"/></filter>', id, amount)
    return "url(#" .. id .. ")"
  end
  function d.rect(x, y, w, h, fill, extra) d.add('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" %s/>', x, y, w, h, fill, extra or "") end
  function d.ellipse(x, y, rx, ry, fill, extra)
    d.add('<ellipse cx="%.1f" cy="%.1f" rx="%.1f" ry="%.1f" fill="%s" %s/>', x, y, rx, ry, fill, extra or "")
  end
  function d.path(points, fill, extra)
    local s = {}
    for i, p in ipairs(points) do s[i] = string.format("%.1f %.1f", p[1], p[2]) end
    d.add('<path d="M%sZ" fill="%s" %s/>', table.concat(s, "L"), fill, extra or "")
  end
  -- Soft light around a point.
  function d.glow(x, y, r, color, opacity)
    d.ellipse(x, y, r, r, d.radial { { 0, color, opacity }, { 0.35, color, opacity * 0.45 }, { 1, color, 0 } })
  end
  -- At most `limit` pixels a side; the drawing's own coordinates stay what they are. `grain` from 1 to 9999 is another grain each.
  function d.finish(limit, grain)
    local scale = min(1, limit / max(width, height))
    -- Slight grain hides the bands that 8 bits give to long gradients, and takes the plastic off flat shapes.
    return string.format(
      '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"><defs>%s<filter id="grain" x="0" y="0" width="100%%" height="100%%">'
        .. '<feTurbulence type="fractalNoise" baseFrequency="0.8" numOctaves="2" seed="%d"/><feColorMatrix values="0 0 0 0 0.5  0 0 0 0 0.5  0 0 0 0 0.5  0 0 0 0.22 -0.04"/>'
        .. '</filter></defs>%s<rect width="%d" height="%d" filter="url(#grain)" opacity="0.55"/></svg>',
      max(1, floor(width * scale + 0.5)), max(1, floor(height * scale + 0.5)), width, height, table.concat(d.defs), grain, table.concat(d.body, "\n"), width, height)
  end
  return d
end

-- A line of hills from 0 to 1: smooth noise in octaves, each finer and `gain` as high. `sharp` folds it into crests.
local function ridge(rnd, count, frequency, octaves, gain, sharp)
  local layers, total = {}, 0
  for o = 1, octaves do
    local values = {}
    for i = 0, floor(frequency * 2 ^ (o - 1)) + 2 do values[i] = rnd() end
    layers[o], total = values, total + gain ^ (o - 1)
  end
  local line = {}
  for i = 0, count do
    local sum = 0
    for o = 1, octaves do
      local x = i / count * frequency * 2 ^ (o - 1)
      local k, t = floor(x), x - floor(x)
      t = t * t * (3 - 2 * t)
      local v = layers[o][k] * (1 - t) + layers[o][k + 1] * t
      if sharp then v = 1 - math.abs(2 * v - 1) end
      sum = sum + v * gain ^ (o - 1)
    end
    line[i] = sum / total
  end
  return line
end

-- The area under a ridge: `base` is its foot, `rise` its height. Returns the crest's points too.
local function hills(d, line, base, rise, foot)
  local points, n = {}, #line
  for i = 0, n do points[#points + 1] = { d.w * i / n, base - rise * line[i] } end
  local crest = { table.unpack(points) }
  points[#points + 1] = { d.w, foot }
  points[#points + 1] = { 0, foot }
  return points, crest
end

---- Hours of the day: sky from top to horizon, light, far and near colours of the land

local HOURS = {
  day = {
    { sky = { "#3f83c4", "#8fc0e4", "#e6f1f5" }, light = "#fff8e0", far = "#b5cddd", near = "#24503f", water = "#4c8fb5" },
    { sky = { "#5aa0c8", "#b3d9df", "#f7f0dc" }, light = "#fff3d0", far = "#bcd2cd", near = "#2d5a3c", water = "#5fa8a8" },
  },
  dawn = {
    { sky = { "#6f86b8", "#d9b5c9", "#fde3c8" }, light = "#fff0d6", far = "#d8b9c8", near = "#3b3a5c", water = "#a99cc0" },
    { sky = { "#88a9c9", "#e8cfd0", "#fff0d9" }, light = "#fff6e4", far = "#cfc8d6", near = "#35506b", water = "#a8bccf" },
  },
  sunset = {
    { sky = { "#2d2a5e", "#c2537a", "#ffb066" }, light = "#fff0b8", far = "#c9748a", near = "#221a3d", water = "#8a4b78" },
    { sky = { "#3b2c63", "#e8664f", "#ffd27a" }, light = "#fff4c4", far = "#d88668", near = "#2b1733", water = "#a8545a" },
    { sky = { "#27436f", "#e58a72", "#ffe0a0" }, light = "#fff6d2", far = "#c69a96", near = "#1b2a47", water = "#77708f" },
  },
  night = {
    { sky = { "#070b22", "#16254f", "#3b5583" }, light = "#f2f4ff", far = "#3a5078", near = "#050914", water = "#1a2c52" },
    { sky = { "#0a0a1f", "#251f4d", "#5d4a80" }, light = "#fff6e0", far = "#4b4472", near = "#080714", water = "#292350" },
  },
  ink = {
    { sky = { "#ece6d8", "#f1ecdf", "#f6f2e8" }, light = "#c8453a", far = "#c9c8c0", near = "#22252a", water = "#e3dfd2" },
    { sky = { "#e6e6df", "#eeede6", "#f5f4ee" }, light = "#b84a3c", far = "#c3c8c8", near = "#1f2a33", water = "#dfe2df" },
  },
  storm = {
    { sky = { "#2f3a46", "#66737f", "#b6bdbf" }, light = "#e8ecec", far = "#8f9ca3", near = "#1e2a2e", water = "#4f616b" },
  },
}

---- Parts of a landscape

local function sky(d, p, hour, horizon)
  d.rect(0, 0, d.w, d.h, d.vertical(0, horizon, { { 0, p.sky[1] }, { 0.55, p.sky[2] }, { 1, p.sky[3] } }))
  if hour == "night" then
    for _ = 1, 170 do
      local y = d.rnd() ^ 1.5 * horizon
      d.ellipse(d.rnd(0, d.w), y, d.u * d.rnd(0.0005, 0.0019), d.u * d.rnd(0.0005, 0.0019), "#ffffff", string.format('opacity="%.2f"', d.rnd(0.25, 0.95)))
    end
  end
end

-- Sun or moon; returns where the light comes from.
local function sun(d, p, hour, horizon, low)
  local x = d.w * (d.rnd() < 0.5 and d.rnd(0.22, 0.40) or d.rnd(0.60, 0.78))
  local y = horizon * (low and d.rnd(0.80, 0.92) or d.rnd(0.24, 0.42))
  local r = d.u * (hour == "sunset" and d.rnd(0.055, 0.08) or d.rnd(0.038, 0.055))
  if hour == "ink" then
    d.ellipse(x, y, r, r, p.light, 'opacity="0.82"')
    return x, y
  end
  d.glow(x, y, d.u * (hour == "sunset" and 0.62 or 0.40), p.light, hour == "night" and 0.38 or 0.75)
  if hour ~= "storm" then d.ellipse(x, y, r, r, p.light) end
  if hour == "night" then
    -- A few seas, so that it is the moon and not a lamp.
    for _ = 1, 6 do
      local a, q = d.rnd(0, 2 * pi), r * d.rnd(0.1, 0.6)
      d.ellipse(x + cos(a) * q, y + sin(a) * q, r * d.rnd(0.10, 0.26), r * d.rnd(0.10, 0.22), "#c9cfdf", 'opacity="0.45"')
    end
  end
  return x, y
end

local function clouds(d, p, horizon, count, opacity)
  local soft = d.blur(d.u * 0.012)
  local top, shade = mix(p.light, "#ffffff", 0.5), mix(p.sky[2], p.sky[1], 0.25)
  for _ = 1, count do
    local x, y, w = d.rnd(-0.05, 1.0) * d.w, d.rnd(0.10, 0.62) * horizon, d.rnd(0.14, 0.30) * d.w
    local h = w * d.rnd(0.07, 0.13)
    d.add('<g filter="%s" opacity="%.2f">', soft, opacity * d.rnd(0.7, 1))
    for i = 1, 9 do
      local t = (i - 0.5) / 9
      local lift = sin(t * pi) * h * d.rnd(0.5, 1.5)
      d.ellipse(x + (t - 0.5) * w, y + h * 0.35, w * 0.10, h * 0.42, shade)
      d.ellipse(x + (t - 0.5) * w, y - lift * 0.5, w * d.rnd(0.07, 0.12), h * 0.35 + lift * 0.4, top)
    end
    d.add("</g>")
  end
end

local function mist(d, y, height, color, opacity)
  d.rect(0, y - height, d.w, height * 2, d.down { { 0, color, 0 }, { 0.5, color, opacity }, { 1, color, 0 } })
end

local function birds(d, p, x, y, count)
  for _ = 1, count do
    local bx, by, s = x + d.rnd(-0.12, 0.12) * d.w, y + d.rnd(-0.06, 0.06) * d.h, d.u * d.rnd(0.008, 0.016)
    d.add('<path d="M%.1f %.1fq%.1f %.1f %.1f 0q%.1f %.1f %.1f 0" fill="none" stroke="%s" stroke-width="%.2f" stroke-linecap="round" opacity="0.75"/>',
      bx - s, by, s * 0.45, -s * 0.75, s, s * 0.55, -s * 0.75, s, p.near, max(0.8, d.u * 0.0022))
  end
end

local function conifer(d, x, foot, height, color)
  local points, tiers = { { x, foot - height } }, 5 + floor(height / d.u * 16)
  local right = {}
  for i = 1, tiers do
    local t = i / tiers
    local half, y = height * 0.19 * t ^ 0.85 * d.rnd(0.88, 1.12), foot - height * (1 - t * 0.92)
    points[#points + 1] = { x - half, y + height * d.rnd(0.004, 0.016) }
    points[#points + 1] = { x - half * (0.42 + 0.25 * t), y - height * 0.008 }
    right[i] = { { x + half * (0.42 + 0.25 * t), y - height * 0.008 }, { x + half, y + height * d.rnd(0.004, 0.016) } }
  end
  points[#points + 1] = { x - height * 0.018, foot - height * 0.07 }
  points[#points + 1] = { x - height * 0.018, foot + height * 0.03 }
  points[#points + 1] = { x + height * 0.018, foot + height * 0.03 }
  points[#points + 1] = { x + height * 0.018, foot - height * 0.07 }
  for i = tiers, 1, -1 do
    points[#points + 1] = right[i][2]
    points[#points + 1] = right[i][1]
  end
  d.path(points, color)
end

-- Trees along a crest, in clumps.
local function trees(d, crest, height, color, density)
  local clump = ridge(d.rnd, #crest, 5, 2, 0.5)
  for i = 1, #crest do
    local n = d.rnd() < density * max(0, clump[i] - 0.35) * 2.4 and 1 or 0
    for _ = 1, n do
      conifer(d, crest[i][1] + d.rnd(-3, 3), crest[i][2] + height * 0.06, height * d.rnd(0.55, 1.1), color)
    end
  end
end

local function snowfall(d)
  for _ = 1, 240 do
    local r = d.u * (0.0008 + 0.0042 * d.rnd() ^ 4)
    d.ellipse(d.rnd(0, d.w), d.rnd(0, d.h), r, r, "#ffffff", string.format('opacity="%.2f"', d.rnd(0.35, 0.9)))
  end
end

local function rain(d)
  d.add('<g stroke="#dfe8ee" stroke-width="%.2f" opacity="0.35">', max(0.6, d.u * 0.0014))
  for _ = 1, 260 do
    local x, y, l = d.rnd(-0.1, 1) * d.w, d.rnd(-0.1, 1) * d.h, d.u * d.rnd(0.02, 0.06)
    d.add('<path d="M%.1f %.1fl%.1f %.1f"/>', x, y, l * 0.28, l)
  end
  d.add("</g>")
end

-- Ripples: short strokes, denser and thinner towards the horizon; bright ones under the light.
local function ripples(d, p, y0, y1, lightX, strength)
  for i = 1, 230 do
    local t = d.rnd() ^ 1.6
    local y = y0 + (y1 - y0) * t
    local under = lightX and i % 2 == 0
    local x = under and lightX + (d.rnd() + d.rnd() - 1) * d.w * (0.035 + 0.10 * t) or d.rnd(0, d.w)
    local w = d.w * (0.006 + 0.045 * t) * d.rnd(0.5, 1.6)
    d.ellipse(x, y, w, d.u * (0.0007 + 0.0026 * t), under and p.light or mix(p.sky[3], "#ffffff", 0.2),
      string.format('opacity="%.2f"', (under and 0.75 or 0.22) * strength * d.rnd(0.4, 1)))
  end
end

local function sail(d, p, x, y, s)
  d.path({ { x, y - s }, { x, y - s * 0.12 }, { x + s * 0.46, y - s * 0.14 } }, mix(p.light, "#ffffff", 0.4))
  d.path({ { x - s * 0.04, y - s * 0.86 }, { x - s * 0.04, y - s * 0.12 }, { x - s * 0.32, y - s * 0.14 } }, mix(p.light, p.far, 0.4))
  d.path({ { x - s * 0.42, y - s * 0.08 }, { x + s * 0.5, y - s * 0.08 }, { x + s * 0.34, y + s * 0.06 }, { x - s * 0.3, y + s * 0.06 } }, p.near)
end

---- Scenes

local scene = {}

function scene.mountain(d, p, has, hour)
  local water = has.sea or has.lake or d.rnd() < 0.45
  local horizon = d.h * (water and d.rnd(0.60, 0.68) or d.rnd(0.74, 0.80))
  sky(d, p, hour, horizon)
  local sx, sy = sun(d, p, hour, horizon, hour == "sunset" or hour == "dawn")
  if not has.no_clouds and hour ~= "ink" then clouds(d, p, horizon, hour == "night" and 2 or 5, hour == "night" and 0.15 or 0.7) end
  local layers = water and 5 or 6
  local mark, haze = #d.body + 1, mix(p.sky[3], p.far, 0.25)
  local crest
  for i = 1, layers do
    local t = (i - 1) / (layers - 1)
    local base = horizon - (water and 0 or d.h * 0.02) + (water and 0 or d.h * 0.26 * t ^ 1.6)
    local rise = d.h * (0.50 - 0.36 * t) * d.rnd(0.85, 1.12) * (water and 0.9 or 1)
    local line = ridge(d.rnd, 220, 2.2 + i * 0.9, 6, 0.47, true)
    local points
    points, crest = hills(d, line, base + d.h * 0.02, rise, d.h + 2)
    local color = mix(p.far, p.near, t ^ 1.25 * (water and 0.85 or 1))
    -- Air pales the foot of every range: what makes them stand one behind the other.
    d.path(points, d.vertical(base - rise, base + d.h * 0.03, { { 0, color }, { 0.45, mix(color, haze, 0.12) }, { 1, mix(color, haze, 0.72 - 0.5 * t) } }))
    if has.snow and t < 0.7 then
      local jag, cap = ridge(d.rnd, 220, 26, 3, 0.6), {}
      for k, q in ipairs(crest) do cap[k] = q end
      for k = #crest, 1, -1 do cap[#cap + 1] = { crest[k][1], crest[k][2] + max(0, line[k - 1] - 0.40) * rise * (0.05 + 0.95 * jag[k - 1] ^ 1.5) } end
      d.path(cap, mix("#ffffff", haze, 0.12), 'opacity="0.92"')
    end
    if t > 0.3 and not has.desert then trees(d, crest, d.u * (0.018 + 0.05 * t * t), mix(color, p.near, 0.35), 0.55) end
    if i < layers then mist(d, base - d.h * 0.01, d.h * 0.075, mix(haze, "#ffffff", hour == "night" and 0 or 0.3), hour == "night" and 0.18 or 0.55) end
  end
  if water then
    local range = table.concat(d.body, "\n", mark, #d.body)
    local clip = d.id()
    d.defs[#d.defs + 1] = string.format('<clipPath id="%s"><rect x="0" y="%.1f" width="%d" height="%.1f"/></clipPath>', clip, horizon, d.w, d.h - horizon + 1)
    d.rect(0, horizon, d.w, d.h - horizon + 1, d.down { { 0, mix(p.sky[3], p.water, 0.3) }, { 1, mix(p.water, p.near, 0.35) } })
    d.add('<g clip-path="url(#%s)"><g transform="translate(0 %.1f) scale(1 -0.8)" opacity="0.5" filter="%s">%s</g></g>', clip, horizon * 1.8, d.blur(d.u * 0.004), range)
    d.rect(0, horizon, d.w, d.h - horizon + 1, d.down { { 0, p.water, 0.05 }, { 1, mix(p.water, p.near, 0.5), 0.75 } })
    ripples(d, p, horizon + d.h * 0.012, d.h, hour ~= "ink" and sx or nil, hour == "ink" and 0.35 or 0.9)
    mist(d, horizon, d.h * 0.02, haze, 0.6)
    if has.boat or d.rnd() < 0.5 then sail(d, p, d.w * d.rnd(0.25, 0.75), horizon + d.h * d.rnd(0.07, 0.14), d.u * 0.06) end
    -- A near bank in one corner gives the eye somewhere to stand.
    local side, bank = d.rnd() < 0.5, {}
    local edge = ridge(d.rnd, 60, 4, 4, 0.5)
    for k = 0, 60 do
      local t = k / 60
      local x = d.w * (side and t * 0.55 or 1 - t * 0.55)
      bank[#bank + 1] = { x, d.h - d.h * 0.15 * (1 - t) ^ 0.8 * (0.7 + 0.5 * edge[k]) }
    end
    local top = { table.unpack(bank) }
    bank[#bank + 1] = { d.w * (side and 0.55 or 0.45), d.h + 2 }
    bank[#bank + 1] = { side and 0 or d.w, d.h + 2 }
    d.path(bank, p.near)
    for k = 2, 34, 2 do
      if d.rnd() < 0.7 then conifer(d, top[k][1] + d.rnd(-6, 6), top[k][2] + d.u * 0.01, d.u * d.rnd(0.09, 0.24) * (1.1 - k / 44), p.near) end
    end
  end
  if not has.no_birds and hour ~= "night" then birds(d, p, d.w * d.rnd(0.3, 0.7), min(sy + d.h * 0.02, horizon * 0.5), 7) end
end

function scene.forest(d, p, has, hour)
  sky(d, p, hour, d.h)
  local sx, sy = sun(d, p, hour, d.h * 0.7, false)
  local haze = mix(p.sky[3], p.far, 0.3)
  for i = 1, 6 do
    local t = (i - 1) / 5
    local color = mix(p.far, p.near, t ^ 1.1)
    local line = ridge(d.rnd, 120, 3, 4, 0.5)
    local base = d.h * (0.50 + 0.46 * t)
    local points = hills(d, line, base, d.h * 0.10, d.h + 2)
    local tall, gap = d.h * (0.13 + 0.44 * t ^ 1.6), d.w * (0.022 + 0.085 * t ^ 1.5)
    local clump, x = ridge(d.rnd, 120, 3 + 2 * t, 2, 0.5), -gap * d.rnd()
    while x < d.w + gap do
      local k = max(0, min(120, floor(x / d.w * 120)))
      -- Clearings between the near trees let the eye go deeper.
      if t < 0.3 or clump[k] > 0.44 then
        local height = tall * d.rnd(0.55, 1.15)
        conifer(d, x, base - d.h * 0.10 * line[k] + height * 0.10, height, color)
      end
      x = x + gap * d.rnd(0.45, 1.25)
    end
    d.path(points, d.vertical(base - d.h * 0.1, base + d.h * 0.12, { { 0, color }, { 1, mix(color, haze, has.snow and 0.85 or 0.45 * (1 - t)) } }))
    if i < 6 then mist(d, base, d.h * 0.10, mix(haze, "#ffffff", hour == "night" and 0 or 0.35), hour == "night" and 0.22 or 0.6) end
  end
  if hour ~= "night" and hour ~= "ink" then
    -- Shafts of light from the sun through the trees.
    d.add('<g filter="%s">', d.blur(d.u * 0.012))
    for _ = 1, 6 do
      local a, w, l = d.rnd(0.25, 0.75) * pi, d.rnd(0.015, 0.05), d.h * 1.1
      d.path({ { sx, sy }, { sx + cos(a - w) * l, sy + sin(a - w) * l }, { sx + cos(a + w) * l, sy + sin(a + w) * l } }, p.light, 'opacity="0.13"')
    end
    d.add("</g>")
  end
  if not has.no_birds and hour ~= "night" then birds(d, p, d.w * d.rnd(0.3, 0.7), d.h * 0.16, 5) end
end

function scene.sea(d, p, has, hour)
  local horizon = d.h * d.rnd(0.50, 0.60)
  sky(d, p, hour, horizon)
  local sx = sun(d, p, hour, horizon, hour ~= "day" and hour ~= "night")
  if not has.no_clouds then clouds(d, p, horizon, hour == "night" and 3 or 6, hour == "night" and 0.15 or 0.75) end
  local line = ridge(d.rnd, 200, 2.6, 5, 0.45)
  for k = 0, 200 do line[k] = max(0, line[k] - 0.48) end
  d.path((hills(d, line, horizon, d.h * 0.42, horizon + 1)), d.vertical(horizon - d.h * 0.12, horizon, { { 0, mix(p.far, p.near, 0.30) }, { 1, mix(p.far, p.sky[3], 0.4) } }))
  d.rect(0, horizon, d.w, d.h - horizon + 1, d.down { { 0, mix(p.water, p.sky[3], 0.55) }, { 0.25, p.water }, { 1, mix(p.water, p.near, 0.55) } })
  if hour ~= "ink" then
    d.rect(0, horizon, d.w, d.h - horizon, d.radial({ { 0, p.light, 0.6 }, { 1, p.light, 0 } },
      string.format('gradientUnits="userSpaceOnUse" cx="%.1f" cy="%.1f" r="%.1f"', sx, horizon, d.u * 0.55)))
  end
  for i = 1, 9 do
    local t = (i / 9) ^ 1.7
    local y, wave = horizon + (d.h - horizon) * t, ridge(d.rnd, 140, 5 + 9 * (1 - t), 3, 0.5)
    local rise = d.h * (0.006 + 0.045 * t)
    local color = mix(mix(p.water, p.sky[2], 0.25 * (1 - t)), p.near, 0.10 + 0.42 * t)
    d.path((hills(d, wave, y, rise, d.h + 2)), d.vertical(y - rise, y + rise * 2.5, { { 0, mix(color, p.sky[3], 0.40), 0.75 }, { 0.25, color, 0.65 }, { 1, color, 0.15 } }))
  end
  ripples(d, p, horizon + 1, d.h, hour ~= "ink" and sx or nil, 1)
  if not has.no_boats then sail(d, p, d.w * d.rnd(0.25, 0.75), horizon + d.h * d.rnd(0.03, 0.12), d.u * d.rnd(0.07, 0.12)) end
  if not has.no_birds and hour ~= "night" then birds(d, p, d.w * d.rnd(0.3, 0.7), horizon * 0.5, 8) end
end

function scene.desert(d, p, has, hour)
  local warm = { day = { "#f0c58a", "#b8733c" }, night = { "#4a4a78", "#12132c" }, ink = { "#d8d4c8", "#3a3a3a" } }
  local sand = warm[hour] or { "#f2b27a", "#6e2f2a" }
  local horizon = d.h * 0.58
  sky(d, p, hour, horizon)
  local _, sy = sun(d, p, hour, horizon, hour == "sunset")
  for i = 1, 7 do
    local t = (i - 1) / 6
    local base = horizon + d.h * (0.005 + 0.40 * t ^ 1.3)
    local ground = mix(mix(sand[1], p.sky[3], 0.55 * (1 - t)), sand[2], 0.30 * t)
    local lit, shade = mix(ground, p.light, 0.28), mix(mix(sand[2], p.sky[2], 0.5 * (1 - t)), p.near, 0.30 * t)
    d.rect(0, base - 1, d.w, d.h - base + 2, ground)
    local n = i < 4 and 4 or 3
    for j = 1, n do
      local x, rise = d.w * (j - 1 + d.rnd(0.1, 0.9)) / n, d.h * (0.035 + 0.13 * t) * d.rnd(0.6, 1.35)
      local left, right, y = d.w * d.rnd(0.30, 0.50), d.w * d.rnd(0.18, 0.36), base - rise
      d.add('<path d="M%.1f %.1fQ%.1f %.1f %.1f %.1fQ%.1f %.1f %.1f %.1fZ" fill="%s"/>', x - left, base, x - left * 0.35, base - rise * 0.10, x, y, x + right * 0.30, base - rise * 0.30, x + right, base,
        d.vertical(y, base, { { 0, lit }, { 1, ground } }))
      -- The lee lies in shade behind a crest that winds down towards the eye.
      d.add('<path d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1fL%.1f %.1fQ%.1f %.1f %.1f %.1fZ" fill="%s"/>', x, y, x - right * 0.30, y + rise * 0.42, x + right * 0.30, y + rise * 0.60, x - right * 0.12, base,
        x + right, base, x + right * 0.30, base - rise * 0.30, x, y, d.vertical(y, base, { { 0, shade }, { 0.55, mix(shade, ground, 0.35) }, { 1, ground } }))
    end
  end
  if not has.no_birds and d.rnd() < 0.5 then birds(d, p, d.w * 0.5, sy + d.h * 0.08, 4) end
end

function scene.city(d, p, has, hour)
  local horizon = d.h * 0.76
  sky(d, p, hour, horizon)
  local sx = sun(d, p, hour, horizon, hour == "sunset")
  if not has.no_clouds then clouds(d, p, horizon, 4, hour == "night" and 0.12 or 0.5) end
  local mark = #d.body + 1
  for layer = 1, 4 do
    local t = (layer - 1) / 3
    local color, x = mix(mix(p.far, p.sky[3], 0.2), p.near, 0.12 + 0.86 * t), -d.w * 0.03
    while x < d.w do
      local w = d.w * d.rnd(0.030, 0.075) * (0.8 + 0.5 * t)
      local middle = 1 - math.abs((x + w / 2) / d.w - 0.5) * 1.1
      local h = d.h * (d.rnd(0.12, 0.36) + 0.26 * d.rnd() ^ 3) * (1.15 - 0.45 * t) * (0.55 + 0.6 * middle)
      local y = horizon - h
      d.rect(x, y, w, h + 1, d.vertical(y, horizon, { { 0, color }, { 1, mix(color, p.sky[3], 0.35 * (1 - t)) } }))
      local crown = d.rnd()
      if crown < 0.22 then d.rect(x + w * 0.46, y - h * 0.16, w * 0.06, h * 0.17, color)
      elseif crown < 0.45 then d.rect(x + w * 0.2, y - h * 0.06, w * 0.6, h * 0.07, color)
      elseif crown < 0.58 then d.path({ { x, y + 1 }, { x + w * 0.5, y - w * 0.55 }, { x + w, y + 1 } }, color) end
      if layer > 1 then
        local s, lit = d.w * 0.0062, hour == "day" and 0.16 or 0.42
        for wy = y + s * 1.5, horizon - s * 2, s * 2.1 do
          for wx = x + s, x + w - s * 1.4, s * 1.9 do
            if d.rnd() < lit then
              d.rect(wx, wy, s * 0.9, s * 1.05, hour == "day" and mix(p.sky[3], "#ffffff", 0.4) or d.pick { "#ffd98a", "#ffe9b8", "#ffc46b", "#cfe4ff" },
                string.format('opacity="%.2f"', d.rnd(0.35, 0.95) * (0.45 + 0.55 * t)))
            end
          end
        end
      end
      x = x + w * d.rnd(0.9, 1.3)
    end
    if layer < 4 then mist(d, horizon, d.h * 0.10, mix(p.sky[3], p.light, 0.2), 0.35) end
  end
  local skyline = table.concat(d.body, "\n", mark, #d.body)
  local clip = d.id()
  d.defs[#d.defs + 1] = string.format('<clipPath id="%s"><rect x="0" y="%.1f" width="%d" height="%.1f"/></clipPath>', clip, horizon, d.w, d.h)
  d.rect(0, horizon, d.w, d.h - horizon + 1, d.down { { 0, mix(p.water, p.sky[3], 0.35) }, { 1, mix(p.water, p.near, 0.6) } })
  d.add('<g clip-path="url(#%s)"><g transform="translate(0 %.1f) scale(1 -0.7)" opacity="0.45" filter="%s">%s</g></g>', clip, horizon * 1.7, d.blur(d.u * 0.005), skyline)
  ripples(d, p, horizon + 2, d.h, sx, 0.8)
end

function scene.flower(d, p, has, hour)
  local dark = hour == "night" and 0.55 or 0
  local ground = d.pick { { "#2c4a3e", "#7fa37c" }, { "#3a4a5e", "#a9b8b0" }, { "#4a3a4e", "#c8a9a4" }, { "#dfe6d4", "#f6efe2" } }
  d.rect(0, 0, d.w, d.h, d.radial({ { 0, mix(ground[2], "#000000", dark) }, { 1, mix(ground[1], "#000000", dark) } }, 'cx="0.6" cy="0.3" r="0.9"'))
  d.add('<g filter="%s">', d.blur(d.u * 0.02))
  for _ = 1, 26 do
    local r = d.u * d.rnd(0.02, 0.11)
    d.ellipse(d.rnd(0, d.w), d.rnd(0, d.h), r, r, mix(ground[2], d.pick { "#ffffff", "#ffe3a8", "#ffc9c9", "#a8d8a0" }, d.rnd(0.2, 0.6)), string.format('opacity="%.2f"', d.rnd(0.12, 0.38)))
  end
  d.add("</g>")
  local colors = has.rose and { "#8c1230", "#e8577a", "#ffd0d6" } or has.sunflower and { "#b86a10", "#f5b32a", "#ffe48a" } or has.lotus and { "#c75a8c", "#f4a9c4", "#fff0f4" }
    or d.pick { { "#b8336a", "#f06c9b", "#ffd6e0" }, { "#c2410c", "#fb923c", "#ffe0b5" }, { "#5b3fa0", "#a186e8", "#e9defd" }, { "#b4232a", "#f26d5b", "#ffd9c2" }, { "#c9a227", "#f9dc5c", "#fff6cf" }, { "#9fb3d9", "#e6edfb", "#ffffff" } }
  local function bloom(x, y, r, rings, heart)
    for k = rings, 1, -1 do
      local t = k / rings
      local n, length, width = floor(7 + 9 * t + 0.5), r * (0.20 + 0.80 * t), r * (0.16 + 0.18 * t) * (has.sunflower and 0.6 or 1)
      local turn = d.rnd(0, 2 * pi)
      local tone = d.vertical(-length, 0, { { 0, mix(colors[2], colors[3], 0.35 + 0.65 * t) }, { 0.55, mix(colors[2], colors[3], 0.25 * t) }, { 1, mix(colors[1], colors[2], 0.2 * t) } })
      d.add('<g transform="translate(%.1f %.1f)">', x, y)
      for i = 1, n do
        local l, w = length * d.rnd(0.93, 1.05), width * d.rnd(0.9, 1.1)
        d.add('<path transform="rotate(%.1f)" d="M0 0C%.1f %.1f %.1f %.1f 0 %.1fC%.1f %.1f %.1f %.1f 0 0Z" fill="%s" stroke="%s" stroke-opacity="0.35" stroke-width="%.2f"/>',
          (turn + i / n * 2 * pi) * 180 / pi, w * 0.5, -l * 0.25, w * 1.15, -l * 0.85, -l, -w * 1.15, -l * 0.85, -w * 0.5, -l * 0.25, tone, colors[1], max(0.5, r * 0.006))
      end
      d.add("</g>")
      d.ellipse(x, y, length * 0.55, length * 0.55, d.radial { { 0, colors[1], 0.55 }, { 1, colors[1], 0 } })
    end
    if heart then
      d.ellipse(x, y, r * heart, r * heart, d.radial { { 0, "#5a3413" }, { 0.7, "#8a5a1c" }, { 1, "#c98f2b" } })
      for i = 1, 110 do
        local a, q = i * 2.39996, r * heart * 0.95 * (i / 110) ^ 0.5
        d.ellipse(x + cos(a) * q, y + sin(a) * q, r * 0.012, r * 0.012, i % 3 == 0 and "#ffdf8a" or "#e0a13a")
      end
    end
  end
  local function stem(x, y, r)
    local sway = d.rnd(-0.12, 0.12) * d.w
    d.add('<path d="M%.1f %.1fQ%.1f %.1f %.1f %.1f" fill="none" stroke="%s" stroke-width="%.1f" stroke-linecap="round"/>', x, y, x + sway * 0.2, (y + d.h) / 2, x + sway, d.h + 5, "#3f6b3c", r * 0.07)
    for side = -1, 1, 2 do
      local ly, l = y + (d.h - y) * d.rnd(0.55, 0.85), r * d.rnd(0.7, 1.0)
      d.add('<path d="M%.1f %.1fq%.1f %.1f %.1f %.1fq%.1f %.1f %.1f %.1fZ" fill="%s"/>', x + sway * 0.5, ly + r * 0.1, side * l * 0.3, -l * 0.5, side * l, -l * 0.45, -side * l * 0.25, l * 0.5, -side * l, l * 0.45, d.pick { "#4a7a44", "#3c6a45", "#5c8a4c" })
    end
  end
  local heart = has.sunflower and 0.36 or (d.rnd() < 0.4 and not has.rose and 0.2 or nil)
  for i, spot in ipairs { { 0.17, 0.66, 0.11 }, { 0.84, 0.58, 0.13 }, { 0.5, 0.42, 0.30 } } do
    local x, y, r = d.w * (spot[1] + d.rnd(-0.03, 0.03)), d.h * (spot[2] + d.rnd(-0.04, 0.04)), d.u * spot[3]
    d.add(i < 3 and '<g opacity="0.92" filter="%s">' or "<g>", i < 3 and d.blur(d.u * 0.0035) or nil)
    stem(x, y, r)
    bloom(x, y, r, has.sunflower and 3 or 6, heart)
    d.add("</g>")
  end
end

function scene.abstract(d, p)
  local colors = d.pick {
    { "#0d1b3e", "#2b4c8c", "#e2725b", "#f3c18a", "#fbeedb" }, { "#17313b", "#2a7f86", "#8cc6b0", "#f2d9a6", "#e2725b" },
    { "#2d1b4e", "#7b3f8c", "#e0688f", "#fba76f", "#ffe3b3" }, { "#1f2430", "#54627a", "#a9b8c4", "#e8dccb", "#c97b5a" },
  }
  local kind = d.rnd()
  if kind < 0.5 then
    d.rect(0, 0, d.w, d.h, d.vertical(0, d.h, { { 0, colors[5] }, { 1, mix(colors[4], colors[3], 0.3) } }))
    d.glow(d.w * d.rnd(0.2, 0.8), d.h * 0.22, d.u * 0.5, "#ffffff", 0.7)
    d.ellipse(d.w * d.rnd(0.25, 0.75), d.h * d.rnd(0.17, 0.25), d.u * 0.11, d.u * 0.11, d.down { { 0, mix(colors[4], "#ffffff", 0.3) }, { 1, colors[3] } })
    for i = 1, 11 do
      local t = i / 11
      local line, base, rise = ridge(d.rnd, 90, 1.0 + 0.8 * d.rnd(), 2, 0.25), d.h * (0.46 + 0.70 * t), d.h * 0.30
      local scaled = t * 4
      local k = min(4, 1 + floor(4 - scaled + 0.001))
      local color = mix(colors[max(1, k)], colors[min(5, k + 1)], (4 - scaled) % 1)
      local points = hills(d, line, base, rise, d.h + 2)
      d.path(points, d.vertical(base - rise, base + d.h * 0.16, { { 0, mix(color, "#ffffff", 0.24) }, { 0.5, color }, { 1, mix(color, colors[1], 0.35) } }))
    end
  else
    d.rect(0, 0, d.w, d.h, d.vertical(0, d.h, { { 0, colors[5] }, { 1, mix(colors[5], colors[4], 0.6) } }))
    local soft = d.blur(d.u * 0.012)
    for i = 1, 11 do
      local x, y, r = d.w * d.rnd(0.1, 0.9), d.h * d.rnd(0.12, 0.88), d.u * d.rnd(0.05, 0.27)
      local a, b = colors[1 + i % 4], colors[1 + (i + 1) % 4]
      local fill, shape = d.gradient("linearGradient", string.format('gradientTransform="rotate(%.0f .5 .5)"', d.rnd(0, 180)), { { 0, a, 0.95 }, { 1, mix(b, "#ffffff", 0.15), 0.85 } }), d.rnd()
      d.ellipse(x + r * 0.10, y + r * 0.14, r * 0.96, r * 0.96, colors[1], string.format('opacity="0.20" filter="%s"', soft))
      if shape < 0.55 then d.ellipse(x, y, r, r, fill)
      elseif shape < 0.8 then d.add('<path d="M%.1f %.1fA%.1f %.1f 0 0 1 %.1f %.1fZ" fill="%s" transform="rotate(%.0f %.1f %.1f)"/>', x - r, y, r, r, x + r, y, fill, d.rnd(0, 360), x, y)
      else d.add('<circle cx="%.1f" cy="%.1f" r="%.1f" fill="none" stroke="%s" stroke-width="%.1f"/>', x, y, r * 0.8, fill, r * 0.28) end
    end
    for _ = 1, 5 do
      d.add('<path d="M%.1f %.1fL%.1f %.1f" stroke="%s" stroke-width="%.1f" stroke-linecap="round" opacity="0.85"/>', d.rnd(0, d.w), d.rnd(0, d.h), d.rnd(0, d.w), d.rnd(0, d.h), d.pick(colors), d.u * d.rnd(0.002, 0.006))
    end
  end
end

---- Still life: one thing on a table, in the light of a window to the left

-- Half outlines from rim to foot: {half width, height}, both in shares of the vessel's height.
local VESSELS = {
  mug = { { 0.40, 1.0 }, { 0.40, 0.6 }, { 0.395, 0.25 }, { 0.36, 0.06 }, { 0.31, 0.0 } },
  bowl = { { 0.78, 0.62 }, { 0.74, 0.46 }, { 0.60, 0.24 }, { 0.40, 0.09 }, { 0.30, 0.04 }, { 0.29, 0.0 } },
  vase = { { 0.17, 1.0 }, { 0.13, 0.90 }, { 0.14, 0.80 }, { 0.28, 0.64 }, { 0.37, 0.44 }, { 0.33, 0.22 }, { 0.22, 0.05 }, { 0.20, 0.0 } },
  bottle = { { 0.085, 1.0 }, { 0.085, 0.74 }, { 0.10, 0.66 }, { 0.19, 0.54 }, { 0.215, 0.44 }, { 0.215, 0.06 }, { 0.195, 0.0 } },
}

local function interior(d, wall, table_color, y)
  d.rect(0, 0, d.w, d.h, d.radial({ { 0, mix(wall, "#ffffff", 0.55) }, { 0.6, wall }, { 1, mix(wall, "#2a2430", 0.35) } }, 'cx="0.22" cy="0.2" r="1"'))
  -- The window's panes, thrown on the wall.
  d.add('<g filter="%s" opacity="0.30" transform="translate(%.1f %.1f) skewX(-14)">', d.blur(d.u * 0.012), d.w * d.rnd(0.50, 0.62), d.h * d.rnd(0.06, 0.12))
  for i = 0, 1 do
    for j = 0, 1 do d.rect(i * d.u * 0.21, j * d.u * 0.25, d.u * 0.18, d.u * 0.22, "#fffaf0") end
  end
  d.add("</g>")
  d.rect(0, y, d.w, d.h - y + 1, d.down { { 0, mix(table_color, "#ffffff", 0.18) }, { 0.5, table_color }, { 1, mix(table_color, "#1c1210", 0.30) } })
  d.rect(0, y - d.h * 0.012, d.w, d.h * 0.024, d.down { { 0, mix(wall, "#2a2430", 0.4), 0 }, { 0.5, mix(wall, "#2a2430", 0.5), 0.35 }, { 1, table_color, 0 } })
end

local function cast(d, x, y, w, length)
  d.add('<g filter="%s">', d.blur(d.u * 0.016))
  d.ellipse(x + length * 0.42, y + w * 0.03, length * 0.62, w * 0.15, "#1d1418", 'opacity="0.34"')
  d.add("</g>")
  d.add('<g filter="%s">', d.blur(d.u * 0.005))
  d.ellipse(x + w * 0.06, y, w * 1.02, w * 0.13, "#1d1418", 'opacity="0.55"')
  d.add("</g>")
end

local function outline(profile, x, y, h)
  local left, right = {}, {}
  for i, q in ipairs(profile) do left[i], right[i] = { x - q[1] * h, y - q[2] * h }, { x + q[1] * h, y - q[2] * h } end
  -- Smooth through the points: each corner becomes a curve between the middles of its sides.
  local function run(points)
    local s = ""
    for i = 2, #points - 1 do
      local a, b = points[i], points[i + 1]
      local ex, ey = (a[1] + b[1]) / 2, (a[2] + b[2]) / 2
      if i == #points - 1 then ex, ey = b[1], b[2] end
      s = s .. string.format("Q%.1f %.1f %.1f %.1f", a[1], a[2], ex, ey)
    end
    return s
  end
  local back = {}
  for i = #right, 1, -1 do back[#back + 1] = right[i] end
  local foot = profile[#profile][1] * h
  return string.format("M%.1f %.1f%sA%.1f %.1f 0 0 0 %.1f %.1f%sZ", left[1][1], left[1][2], run(left), foot, foot * 0.16, right[#right][1], right[#right][2], run(back))
end

-- A photographer's seamless paper: nothing but the thing itself, in a tone that no glaze has.
local function backdrop(d)
  d.rect(0, 0, d.w, d.h, d.radial({ { 0, "#a3b7bb" }, { 0.7, "#8fa3a7" }, { 1, "#7d9195" } }, 'cx="0.5" cy="0.4" r="0.8"'))
end

local function vessel(d, kind, x, y, h, glaze, has)
  local profile = VESSELS[kind]
  local rim, top = profile[1][1] * h, y - profile[1][2] * h
  local glass = kind == "bottle"
  local shade, shine = mix(glaze, "#15101c", 0.62), mix(glaze, "#ffffff", glass and 0.45 or 0.62)
  local body = d.across { { 0, mix(glaze, "#15101c", 0.18) }, { 0.16, glaze }, { 0.30, shine }, { 0.42, mix(glaze, "#ffffff", 0.12) }, { 0.72, mix(glaze, shade, 0.55) }, { 0.94, shade }, { 1, mix(shade, glaze, 0.35) } }
  local widest = 0
  for _, q in ipairs(profile) do widest = max(widest, q[1] * h) end
  cast(d, x, y, profile[#profile][1] * h * 1.1, h * (has.plain and 0.2 or 0.95))
  if kind == "mug" then
    local hx, hy, s = x + rim * 0.96, y - h * 0.56, h * 0.25
    local loop = string.format("M%.1f %.1fc%.1f %.1f %.1f %.1f %.1f %.1fc0 %.1f %.1f %.1f %.1f %.1f", hx, hy - s, s * 0.9, -s * 0.25, s * 1.35, s * 0.25, s * 1.3, s * 0.95, s * 0.75, -s * 0.7, s * 1.15, -s * 1.35, s * 1.2)
    d.add('<path d="%s" fill="none" stroke="%s" stroke-width="%.1f" stroke-linecap="round"/>', loop, shade, h * 0.098)
    d.add('<path d="%s" fill="none" stroke="%s" stroke-width="%.1f" stroke-linecap="round" transform="translate(%.1f %.1f)"/>', loop, mix(glaze, shade, 0.35), h * 0.055, -h * 0.012, -h * 0.014)
  end
  local shape = outline(profile, x, y, h)
  d.add('<path d="%s" fill="%s"/>', shape, body)
  d.add('<path d="%s" fill="%s"/>', shape, d.vertical(top, y, { { 0, "#ffffff", 0.10 }, { 0.5, "#000000", 0 }, { 1, "#120c18", 0.38 } }))
  if glass then
    d.rect(x - widest * 0.99, y - h * 0.36, widest * 1.98, h * 0.20, d.across { { 0, "#cfc6b4" }, { 0.3, "#fffaf0" }, { 1, "#8f8676" } })
    for i, w in ipairs { 0.9, 0.55, 0.7 } do d.rect(x - widest * w * 0.5, y - h * (0.345 - 0.055 * i), widest * w, h * (i == 1 and 0.022 or 0.008), mix(glaze, "#15101c", 0.5), 'opacity="0.75"') end
    d.rect(x - rim * 1.15, top - h * 0.07, rim * 2.3, h * 0.10, d.across { { 0, "#6e5322" }, { 0.3, "#f0d690" }, { 1, "#5a4118" } }, string.format('rx="%.1f"', h * 0.012))
    d.rect(x - widest * 0.66, y - h * 0.50, widest * 0.10, h * 0.42, "#ffffff", string.format('rx="%.1f" opacity="0.35"', widest * 0.05))
    return
  end
  if kind ~= "vase" and d.rnd() < 0.6 then
    -- A dipped glaze: the lower third left as bare clay.
    local clip = d.id()
    d.defs[#d.defs + 1] = string.format('<clipPath id="%s"><path d="%s"/></clipPath>', clip, shape)
    d.add('<path clip-path="url(#%s)" d="M%.1f %.1fq%.1f %.1f %.1f 0V%.1fH%.1fZ" fill="%s" opacity="0.5"/>', clip, x - widest, y - h * 0.26, widest, h * 0.10, 2 * widest, y + h * 0.2, x - widest, d.across { { 0, "#a9846a" }, { 0.3, "#e6cdb4" }, { 1, "#5f4535" } })
  end
  local flat = kind == "bowl" and 0.20 or 0.17
  d.ellipse(x, top, rim, rim * flat, d.across { { 0, mix(glaze, "#ffffff", 0.25) }, { 0.3, shine }, { 1, mix(glaze, shade, 0.5) } })
  d.ellipse(x, top + rim * 0.012, rim * 0.93, rim * flat * 0.86, d.across { { 0, shade }, { 1, mix(glaze, shade, 0.4) } })
  if kind == "mug" or has.drink then
    d.ellipse(x, top + rim * 0.045, rim * 0.86, rim * flat * 0.66, d.across { { 0, "#2e170c" }, { 0.5, "#6b3d1f" }, { 1, "#4a2814" } })
    if has.plain then return end
    d.add('<g fill="none" stroke="#ffffff" stroke-width="%.1f" stroke-linecap="round" filter="%s" opacity="0.42">', h * 0.035, d.blur(d.u * 0.009))
    for i = -1, 1 do
      local sx, s = x + i * rim * 0.36 + d.rnd(-4, 4), h * d.rnd(0.16, 0.22)
      d.add('<path d="M%.1f %.1fc%.1f %.1f %.1f %.1f 0 %.1fs%.1f %.1f 0 %.1f"/>', sx, top - h * 0.04, s * 0.7, -s * 0.5, -s * 0.7, -s, -s * 1.4, s * 0.5, -s * 0.8, -s * 1.3)
    end
    d.add("</g>")
  elseif kind == "bowl" then
    for i = 1, 5 do
      local fx, r = x + (i - 3) * rim * 0.32, rim * 0.22
      local c = d.pick { "#e2902f", "#d9573b", "#c9b23a", "#b8392f" }
      d.ellipse(fx, top - r * (i % 2 == 0 and 0.55 or 0.25), r, r, d.radial({ { 0, mix(c, "#ffffff", 0.55) }, { 0.4, c }, { 1, mix(c, "#2a0d08", 0.6) } }, 'cx="0.35" cy="0.3" r="0.8"'))
    end
    d.add('<path d="M%.1f %.1fA%.1f %.1f 0 0 0 %.1f %.1fL%.1f %.1fA%.1f %.1f 0 0 1 %.1f %.1fZ" fill="%s"/>', x - rim, top, rim, rim * flat, x + rim, top, x + rim * 0.96, top + rim * 0.2, rim * 0.96, rim * flat * 1.1, x - rim * 0.96, top + rim * 0.2, body)
  elseif not has.plain then
    for i = 1, 7 do
      local a, l = (i - 4) * 0.19 + d.rnd(-0.06, 0.06), h * d.rnd(0.55, 0.85)
      local ex, ey = x + sin(a) * l, top - cos(a) * l
      d.add('<path d="M%.1f %.1fQ%.1f %.1f %.1f %.1f" fill="none" stroke="#5d6b4a" stroke-width="%.1f"/>', x + (i - 4) * rim * 0.1, top + 2, x + sin(a) * l * 0.2, top - l * 0.6, ex, ey, h * 0.010)
      for k = 1, 9 do
        local t, side = 0.3 + 0.7 * k / 9, k % 2 * 2 - 1
        local lx, ly = x + (ex - x) * t * (0.55 + 0.45 * t), top + (ey - top) * t
        d.add('<ellipse cx="%.1f" cy="%.1f" rx="%.1f" ry="%.1f" fill="%s" transform="rotate(%.0f %.1f %.1f)"/>', lx + side * h * 0.035, ly, h * 0.046, h * 0.019, d.pick { "#7d8f68", "#93a57c", "#66795a", "#b3bf98" }, side * d.rnd(-50, -15) + a * 57, lx, ly)
      end
    end
  end
end

local GLAZES = { white = "#e9e4dc", black = "#3a383e", red = "#b5473a", blue = "#4a7290", green = "#5f8566", yellow = "#d9b04a", pink = "#d99a9f", brown = "#8f6547", orange = "#cf7a42", purple = "#7a638f", grey = "#9a9a98" }

function scene.still(d, _, has)
  local wall = d.pick { "#cfc4b4", "#b9c2bf", "#d6c3b4", "#c3c6cf", "#bfb5a6" }
  local wood = d.pick { "#a97f5a", "#8c6a50", "#b99a7a", "#c9b8a4" }
  local y = d.h * 0.66
  if has.plain then backdrop(d) else interior(d, wall, wood, y) end
  local kind = has.bottle and "bottle" or has.bowl and "bowl" or has.vase and "vase" or "mug"
  local size = ({ mug = 0.42, bowl = 0.52, vase = 0.46, bottle = 0.62 })[kind] * d.u
  local glaze = has.color and GLAZES[has.color] or (kind == "bottle" and d.pick { "#2f5d46", "#6b3f24", "#35526b" } or d.pick { "#e4ddd0", "#7f9aa3", "#b0785a", "#8a9a7a", "#c79a8a", "#56677a" })
  if not has.plain and d.rnd() < 0.7 and kind ~= "bowl" then
    d.add('<g opacity="0.8" filter="%s">', d.blur(d.u * 0.004))
    vessel(d, kind == "vase" and "bottle" or "vase", d.w * 0.5 - d.u * 0.34, y + d.h * 0.05, d.u * 0.30, mix(d.pick { "#c9b8a4", "#8f9a94", "#a9866e" }, wall, 0.35), {})
    d.add("</g>")
  end
  vessel(d, kind, d.w * 0.5 + d.u * (kind == "bowl" and 0 or 0.03), d.h * 0.84, size, glaze, has)
end

-- For things that are not drawn: the stage a product photographer would build for them.
function scene.stage(d, _, has)
  local tone = d.pick { { "#f2d5c4", "#e3a58a", "#b4613f" }, { "#d3e0dc", "#93b5ab", "#4a7a70" }, { "#dcd6ea", "#aa9ccc", "#6a5a9a" }, { "#f1e3c2", "#dcb872", "#a8772f" }, { "#d2dfec", "#93b2d0", "#4a7099" } }
  if has.color and GLAZES[has.color] then tone = { mix(GLAZES[has.color], "#ffffff", 0.68), mix(GLAZES[has.color], "#ffffff", 0.28), GLAZES[has.color] } end
  local y = d.h * 0.70
  interior(d, mix(tone[1], tone[2], 0.35), tone[1], y)
  local ax, aw = d.w * 0.5 + d.u * d.rnd(-0.12, 0.12), d.u * 0.24
  d.add('<path d="M%.1f %.1fV%.1fA%.1f %.1f 0 0 1 %.1f %.1fV%.1fZ" fill="%s"/>', ax - aw, y + d.h * 0.02, d.h * 0.36, aw, aw, ax + aw, d.h * 0.36, y + d.h * 0.02,
    d.across { { 0, mix(tone[3], "#ffffff", 0.1) }, { 0.5, mix(tone[3], tone[2], 0.4) }, { 1, mix(tone[3], "#1a1018", 0.25) } })
  local function podium(x, foot, r, h, color)
    cast(d, x, foot, r, h + r)
    local side = d.across { { 0, mix(color, "#1a1018", 0.10) }, { 0.28, mix(color, "#ffffff", 0.45) }, { 0.65, mix(color, "#1a1018", 0.12) }, { 1, mix(color, "#1a1018", 0.42) } }
    d.add('<path d="M%.1f %.1fV%.1fA%.1f %.1f 0 0 0 %.1f %.1fV%.1fZ" fill="%s"/>', x - r, foot - h, foot, r, r * 0.2, x + r, foot, foot - h, side)
    d.ellipse(x, foot - h, r, r * 0.2, d.across { { 0, mix(color, "#ffffff", 0.55) }, { 1, mix(color, "#ffffff", 0.12) } })
  end
  local function ball(x, foot, r, color)
    d.add('<g filter="%s">', d.blur(d.u * 0.006))
    d.ellipse(x + r * 0.2, foot, r * 0.8, r * 0.14, "#1d1418", 'opacity="0.5"')
    d.add("</g>")
    d.ellipse(x, foot - r, r, r, d.radial({ { 0, mix(color, "#ffffff", 0.75) }, { 0.35, mix(color, "#ffffff", 0.15) }, { 0.8, mix(color, "#1a1018", 0.35) }, { 1, mix(color, "#1a1018", 0.22) } }, 'cx="0.34" cy="0.28" r="0.85"'))
  end
  local flip = d.rnd() < 0.5 and -1 or 1
  podium(d.w * 0.5 + flip * d.u * 0.26, d.h * 0.80, d.u * 0.15, d.u * 0.28, tone[2])
  podium(d.w * 0.5 - flip * d.u * 0.06, d.h * 0.86, d.u * 0.21, d.u * 0.13, mix(tone[1], "#ffffff", 0.35))
  ball(d.w * 0.5 - flip * d.u * 0.06, d.h * 0.86 - d.u * 0.13, d.u * 0.105, tone[3])
  ball(d.w * 0.5 + flip * d.u * 0.26, d.h * 0.80 - d.u * 0.28, d.u * 0.055, mix(tone[1], "#ffffff", 0.5))
  ball(d.w * 0.5 - flip * d.u * 0.36, d.h * 0.88, d.u * 0.045, tone[2])
end

---- Words. English ones count as whole words, with or without a plural s; Chinese ones anywhere.

local WORDS = {
  mountain = "mountain hill peak alps valley canyon landscape 山 峰 岭 峡 风景", forest = "forest wood tree jungle pine 森 林 树 竹", sea = "sea ocean beach wave coast island harbor harbour 海 洋 浪 岛 沙滩",
  lake = "lake river water pond reflection 湖 江 河 水", desert = "desert dune sahara 沙漠 沙丘 大漠", city = "city skyline street building tower urban downtown cyberpunk 城 都市 街 楼",
  flower = "flower blossom bouquet rose dahlia tulip daisy sunflower lotus garden peony 花 玫瑰 牡丹 莲 荷 向日葵", abstract = "abstract pattern geometric gradient shape minimal 抽象 几何 图案 渐变",
  mug = "mug cup coffee espresso tea ceramic 杯 咖啡 茶", vase = "vase pot jar pottery vessel 花瓶 陶", bottle = "bottle perfume wine whisky whiskey 酒 香水 瓶装 瓶子", bowl = "bowl fruit apple 碗 水果",
  stage = "product shoe sneaker watch phone bag chair lamp camera headphone cosmetic packaging podium 产品 商品 鞋 表 手机 包 椅 灯 相机 化妆品",
  sunset = "sunset dusk evening golden twilight 日落 夕阳 黄昏 晚霞", dawn = "dawn sunrise morning 日出 黎明 清晨 早晨", night = "night moon star midnight starry dark neon 夜 月 星", day = "day noon sunny blue 白天 晴",
  ink = "ink sumi brush calligraphy shanshui 水墨 山水 国画 墨", storm = "storm stormy rain rainy cloudy grey fog 雨 暴风 雾 阴", snow = "snow snowy winter ice frost 雪 冬 冰",
  plain = "plain studio isolated seamless packshot 纯色 白底 棚拍",
  boat = "boat ship sail 船 帆", birds = "bird gull 鸟 鸥", clouds = "cloud 云", rose = "rose 玫瑰", sunflower = "sunflower 向日葵", lotus = "lotus 莲 荷", rain = "rain rainy storm 雨", drink = "soup 汤",
}

local COLORS = { white = "white 白", black = "black 黑", red = "red crimson 红", blue = "blue navy 蓝", green = "green olive 绿", yellow = "yellow gold golden 黄 金", pink = "pink 粉", brown = "brown wooden 棕", orange = "orange 橙", purple = "purple violet 紫", grey = "grey gray silver 灰 银" }

local function mentions(text, words)
  for word in words:gmatch("%S+") do
    if word:byte() > 127 then
      if text:find(word, 1, true) then return true end
    elseif text:find("%f[%w]" .. word .. "e?s?%f[%W]") then
      return true
    end
  end
  return false
end

-- What is drawn, in a sentence: for the description, the help of the input, and whoever asked for something else.
local SUBJECTS = "mountains, forests, the sea, lakes, deserts, cities, flowers (rose, sunflower, lotus …), mugs, vases, bottles, bowls, abstract patterns, or a stage for a product; at dawn, day, sunset or night, in rain, storm or snow, as ink painting, and in colours by name"

local function understand(prompt, negative)
  local text, unwanted, has = prompt:lower(), (negative or ""):lower(), {}
  for key, words in pairs(WORDS) do
    has[key] = mentions(text, words) and not mentions(unwanted, words)
    if mentions(unwanted, words) then has["no_" .. key] = true end
  end
  has.no_boats = has.no_boat
  for key in pairs(WORDS) do has.anything = has.anything or has[key] end
  for _, color in ipairs { "white", "black", "red", "blue", "green", "yellow", "pink", "brown", "orange", "purple", "grey" } do
    if not has.color and mentions(text, COLORS[color]) then has.color = color end
  end
  has.anything = has.anything or has.color
  return has
end

-- The first that is named wins; the order puts things before places, and places before moods.
local function choose(has, rnd)
  for _, key in ipairs { "abstract", "vase", "mug", "bottle", "flower", "bowl", "stage", "city", "desert", "forest", "mountain", "sea", "lake" } do
    if has[key] then
      if key == "mug" or key == "vase" or key == "bottle" or key == "bowl" then return "still" end
      return key == "lake" and "mountain" or key
    end
  end
  local moods = has.snow and { "mountain", "forest" } or has.ink and { "mountain" } or has.boat and { "sea" }
    or (has.sunset or has.dawn or has.night or has.storm or has.day) and { "mountain", "sea" } or { "abstract", "mountain", "abstract", "sea" }
  local open = {}
  for _, name in ipairs(moods) do
    if not has["no_" .. name] then open[#open + 1] = name end
  end
  return #open > 0 and open[1 + floor(rnd() * #open)] or "abstract"
end

local function hour_of(has, rnd)
  for _, hour in ipairs { "ink", "night", "sunset", "dawn", "storm", "day" } do
    if has[hour] then return hour end
  end
  local hours = has.snow and { "day", "dawn", "dawn" } or { "day", "sunset", "dawn", "day" }
  return hours[1 + floor(rnd() * #hours)]
end

local function side(value, name)
  value = value or (name == "width" and 1024 or 768)
  if math.type(value) ~= "integer" then value = math.tointeger(value) or error(name .. " must be a whole number of pixels", 0) end
  if value < 64 or value > 2048 then error(string.format("%s must be between 64 and 2048 pixels, not %d", name, value), 0) end
  return value
end

return {
  title = "Text to image",
  description = "Draws a picture by the words of a prompt that it knows, which is no generative model: " .. SUBJECTS .. ". Other words change nothing but chance.",
  inputs = {
    prompt = { type = "string", required = true, help = "what to draw, in English or Chinese: " .. SUBJECTS },
    negative_prompt = { type = "string", default = "", help = "what to leave out" },
    seed = { type = "integer", help = "the same seed draws the same picture; by default it follows from the prompt" },
    width = { type = "integer", default = 1024, min = 64, max = 2048, help = "pixels" },
    height = { type = "integer", default = 768, min = 64, max = 2048, help = "pixels" },
    steps = { type = "integer", default = 30, help = "accepted for compatibility; changes nothing" },
    guidance_scale = { type = "number", default = 7.5, help = "accepted for compatibility; changes nothing" },
  },
  outputs = { images = { type = "file", always_array = true } },

  run = function(inputs, task)
    local prompt = inputs.prompt or ""
    if not prompt:find("%S") then error("prompt must say what to draw", 0) end
    local width, height = side(inputs.width, "width"), side(inputs.height, "height")
    -- Up to 2^64 - 1, which is more than an integer of Lua's holds.
    local seed = inputs.seed or hash(prompt) & 0x7fffffff

    task.progress(0.1, "reading the prompt")
    local rnd = generator(hash(prompt .. "\0" .. seed))
    local has = understand(prompt, inputs.negative_prompt)
    local name, hour = choose(has, rnd), hour_of(has, rnd)
    local d = drawing(width, height, rnd)
    local palettes = HOURS[hour]

    task.progress(0.2, "composing")
    scene[name](d, palettes[1 + floor(rnd() * #palettes)], has, hour)
    local outdoors = name ~= "still" and name ~= "stage" and name ~= "abstract" and name ~= "flower"
    if has.snow and outdoors then snowfall(d) end
    if has.rain and outdoors then rain(d) end
    if hour == "ink" and outdoors then
      -- The painter's seal.
      local s = d.u * 0.042
      d.rect(width - s * 2, height - s * 2.2, s, s, "#b5332a", string.format('rx="%.1f" opacity="0.85"', s * 0.12))
      d.add('<path d="M%.1f %.1fh%.1fm%.1f %.1fv%.1fm%.1f %.1fh%.1f" stroke="#f6e9df" stroke-width="%.1f" fill="none"/>', width - s * 1.8, height - s * 1.95, s * 0.6, -s * 0.3, -s * 0.1, s * 0.7, -s * 0.3, -s * 0.28, s * 0.6, s * 0.08)
    end

    task.progress(0.4, "drawing")
    local grain = floor(rnd(1, 9999))
    -- A small one is there soon, and costs little beside the one that is wanted.
    if max(width, height) > 2 * PREVIEW then
      task.preview(image.svg(d.finish(PREVIEW, grain)):background { color = "white" }:bytes { format = "jpeg" })
    end
    -- Drawing time grows with the area, and nothing here is fine enough to miss what a slight enlargement loses.
    local picture = image.svg(d.finish(1600, grain)):background { color = "white" }
    if picture.width ~= width or picture.height ~= height then
      picture = picture:resize { width = width, height = height, fit = "exact" }
    end
    task.progress(1, "done")
    local unknown = has.anything and "" or ("; nothing in the prompt is known here, so the picture is chance: it draws " .. SUBJECTS)
    return { images = { picture }, info = string.format("%s, %s, %d × %d, seed %s%s", name, hour, width, height, seed, unknown) }
  end,
}
