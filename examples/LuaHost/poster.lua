-- swift run LuaHost poster.lua name=lamp
local p = speedpix.params { name = { type = "string", default = "lamp" } }
local product = shop.product(p.name)

local poster = image.blank(600, 300, "#204060")
poster = poster:text(("%s, %.2f"):format(product.name, product.price), { size = 48, color = "white" })
show(poster)
poster:save("poster.png")

shop.each({ "lamp", "chair" }, function(item) print(item.name, item.price) end)
