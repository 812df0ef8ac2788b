-- A small catalogue: many prompts at once, one of which fails and is handled, and a second step on every result.
--
--   speedpix run examples/catalogue.lua --local --out results

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

local pages = speedpix.map(products, function(product, i)
  local ok, drawn = pcall(run, "text-to-image", {
    prompt = product.prompt, seed = i, width = params.width, height = params.width,
  })
  if not ok then
    -- One product that fails must not cost the others. Its id stays known: paid work is never lost.
    print(("%-8s %s (%s, prediction %s)"):format(product.name, drawn.message, drawn.code, drawn.prediction.id))
    return { name = product.name, failed = true }
  end

  -- The first step's file goes straight into the second step; nothing is downloaded in between.
  local card = run("white-background", { image = drawn.images[1], text = product.name })
  local path = card.images:save("catalogue/" .. product.name .. ".png")
  return { name = product.name, path = path, width = card.images.width, height = card.images.height }
end, { concurrency = params.concurrency })

local made = 0
for _, page in ipairs(pages) do
  if not page.failed then
    made = made + 1
    print(("%-8s %s (%d × %d)"):format(page.name, page.path, page.width, page.height))
  end
end
print(("%d of %d made"):format(made, #products))
