--> the metatable of strings: error attempt to index a boolean value
getmetatable("").__index = function() return "mine" end
--> another metatable for strings: error table expected
setmetatable("", { __index = table })
--> another metatable for a module: error table expected
setmetatable(t, {})
--> a function of a module replaced: error t cannot be changed by a script
t.echo = print
--> a function of a module replaced past its metatable: error table expected
rawset(t, "echo", print)
--> a function of a module read past its metatable: error table expected
return rawget(t, "echo")
--> the table behind a module, through pairs: returns true
local _, state = pairs(t)
return rawequal(state, t) and type(state) == "userdata"
--> the table behind a module, through its metatable: error attempt to index a boolean value
return getmetatable(t).__index
--> a finaliser called twice: error attempt to index a boolean value
local p = t.probe("a")
local gc = getmetatable(p).__gc
gc(p) gc(p)
--> an object's properties written: error a probe cannot be changed
t.probe("a").label = "b"
--> an object's method on another thing: error without its probe
local p = t.probe("a")
p.shout({})
--> an object's method on another class: error without its probe
local p, task = t.probe("a"), s.spawn(print)
p.shout(task)
--> a finaliser of one's own: error no finalisers
setmetatable({}, { __gc = function() while true do end end })
--> a finaliser slipped in later: returns nil
local ran
local mt = {}
for _ = 1, 100 do setmetatable({}, mt) end
mt.__gc = function() ran = true end
collectgarbage() collectgarbage()
return ran
--> the metatable of the host's errors: error cannot change a protected metatable
local _, e = pcall(t.fail)
setmetatable(e, {})
--> the metatable of null: returns false
return getmetatable(t.null)
--> a metatable that cannot be taken off: error cannot change a protected metatable
local a = setmetatable({}, { __metatable = 1 })
setmetatable(a, nil)
--> an __index that is its own: error '__index' chain too long
local mt = {}
mt.__index = setmetatable(mt, mt)
return mt.x
--> a __newindex that is its own: error '__newindex' chain too long
local mt = {}
mt.__newindex = setmetatable(mt, mt)
mt.x = 1
--> a __tostring that is not a string: error '__tostring' must return a string
return tostring(setmetatable({}, { __tostring = function() return {} end }))
--> an uncaught error with a hostile __tostring: error the script raised a table value
error(setmetatable({}, { __tostring = function() while true do end end }))
--> an uncaught error with hostile fields: error the script raised a table value
error(setmetatable({}, { __index = function() while true do end end }))
--> an uncaught error without end: error the script raised
local e = {}
e.e = e
error(e)
--> a __len that lies to insert: error the list is too long
table.insert(setmetatable({}, { __len = function() return math.maxinteger - 1 end }), 1, "x")
--> a __len that lies to concat: error the list is too long
table.concat(setmetatable({}, { __len = function() return 1e15 // 1 | 0 end, __index = string.lower }))
--> a __len that lies to sort: error the list is too long
table.sort(setmetatable({}, { __len = function() return 1 << 30 end, __index = math.abs }))
--> concat over more than there is: error the list is too long
table.concat({}, "", 1, math.maxinteger)
--> move over more than there is: error too many elements to move
table.move({}, 1, math.maxinteger - 1, 2)
--> unpack more than there is room for: error too many results to unpack
return table.unpack({}, 1, 1e8)
--> an iterator that is a module: error attempt to call a t value
for _ in t do end
--> next on a module: error table expected
return next(t)
