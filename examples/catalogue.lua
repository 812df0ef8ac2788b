-- A small catalogue: many prompts at once, one of which fails and is handled, and a second step on every result.
--
--   speedpix run examples/catalogue.lua --local --out out

local params = speedpix.params {
  concurrency = { type = "integer", default = 4, min = 1, max = 64, help = "predictions at the same time" },
  width = { type = "integer", default = 640, min = 64, max = 2048, help = "pixels of each picture" },
}

local products = {
  { name = "mug", prompt = "a blue ceramic mug, plain backdrop" },
  { name = "vase", prompt = "a red vase, plain backdrop" },
  { name = "broken", prompt = "   " }, -- nothing to draw: fails on purpose
  { name = "bowl", prompt = "一个棕色的水果碗，纯色背景" },
}

-- Two steps; the first one's file goes straight into the second, nothing is downloaded in between.
local function make(product, seed)
  local drawn = run("text-to-image", {
    prompt = product.prompt, seed = seed, width = params.width, height = params.width,
  })
  return run("white-background", { image = drawn.images[1], text = product.name }).images
end

local pages = speedpix.map(products, function(product, i)
  local ok, card = pcall(make, product, i)
  if ok then
    local path = card:save("catalogue/" .. product.name .. ".png")
    return { name = product.name, path = path, width = card.width, height = card.height }
  end
  -- One product that fails must not cost the others; its id stays known, so that paid work is never lost. What concerns
  -- them all (no network, a wrong secret) goes on up.
  local e = card
  if not (type(e) == "table" and e.prediction) then error(e, 0) end
  print(("%-8s %s (%s, prediction %s)"):format(product.name, e.message, e.code, e.prediction.id))
  return { name = product.name, failed = true }
end, { concurrency = params.concurrency })

local made = 0
for _, page in ipairs(pages) do
  if not page.failed then
    made = made + 1
    print(("%-8s %s (%d × %d)"):format(page.name, page.path, page.width, page.height))
  end
end
print(("%d of %d made"):format(made, #products))
