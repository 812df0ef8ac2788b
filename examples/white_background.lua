-- A product picture: the subject on white, with a caption.
--
-- From any folder; the default picture lies beside this script:
--   speedpix run examples/white_background.lua --local --out out
--   speedpix run examples/white_background.lua image=./shoe.jpg text="New season" --local --out out

-- Nil if the script comes from a pipe.
local asset = path.join(speedpix.script_dir or "examples", "assets", "dahlia.jpg")

local params = speedpix.params {
  image = { type = "file", default = asset, help = "photo of one product" },
  text = { type = "string", default = "Dahlia 'Clearview Peachy'", help = "caption under it" },
  workflow = { type = "string", default = "white-background", help = "id of the published workflow" },
}

local out = run(params.workflow, { image = speedpix.file(params.image), text = params.text })

local path = out.images:save("white-background.png")
print("picture: " .. path)
print("info:    " .. out.info)
