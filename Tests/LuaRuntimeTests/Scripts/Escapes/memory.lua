--> a string doubled for ever: error not enough memory
local s = "x"
while true do s = s .. s end
--> string.rep of all there is: error not enough memory
return ("x"):rep(1e9)
--> string.rep beyond all there is: error resulting string too large
return ("xx"):rep(math.maxinteger)
--> string.rep of nothing, very often: returns
return (""):rep(math.maxinteger)
--> string.rep of nothing with nothing between: returns
return (""):rep(math.maxinteger, "")
--> a caught memory error does not help: returns false
local all = {}
local ok = pcall(function() for i = 1, math.huge do all[i] = ("x"):rep(1000) .. i end end)
all = nil
return ok
--> gsub that multiplies: error not enough memory
local s = ("x"):rep(1000)
while true do s = s:gsub(".", s) end
--> a table without end: error not enough memory
local list = {}
for i = 1, math.huge do list[i] = i end
--> coroutines without end: error not enough memory
local list = {}
for i = 1, math.huge do list[i] = coroutine.wrap(function() coroutine.yield() end) list[i]() end
--> tasks without end: error not enough memory
while true do s.spawn(t.forever) end
--> concat without end: error not enough memory
local list = {}
for i = 1, 1000 do list[i] = ("x"):rep(100000) end
return table.concat(list)
--> a format of any width: error invalid conversion
return ("%99999d"):format(1)
--> a format of any precision: error invalid conversion
return ("%.99999f"):format(1)
--> recursion without end: error stack overflow
local function f() return 1 + f() end
return f()
--> recursion through C without end: error C stack overflow
local function f() return (("x"):gsub("x", f)) end
return f()
--> recursion through metamethods without end: error stack overflow
local mt = {}
mt.__add = function(a, b) return a + b end
return setmetatable({}, mt) + 1
--> recursion through coroutines without end: error C stack overflow
local function f() return coroutine.wrap(f)() end
return f()
--> recursion through pcall without end: returns false
local function f() return pcall(f) end
return (select(-2, f()))
--> a handler that fails for ever: returns false
return (xpcall(error, function(e) error(e) end))
--> a handler that calls itself: returns false
local function h() local x = nil + 1 end
return (xpcall(h, h))
--> a handler in a handler: returns true
local function h() return xpcall(error, h) end
return (pcall(h))
--> <close> variables that fail one after the other: error first
local function close(n)
  local x <close> = setmetatable({}, { __close = function() error(n == 100 and "first" or n, 0) end })
  if n < 100 then close(n + 1) end
end
close(1)
--> more bytes than the stack has room for: error string slice too long
return ("x"):rep(1e7):byte(1, -1)
--> more codepoints than the stack has room for: error string slice too long
return utf8.codepoint(("x"):rep(1e7), 1, -1)
--> a cycle sent to the host: error contains itself
local a = {}
a[1] = { a }
t.echo(a)
--> a tree too deep for the host: error nests deeper than 150
local a = {}
for _ = 1, 10000 do a = { a } end
t.echo(a)
--> two hundred thousand arguments: returns 200000
t.echo(table.unpack({}, 1, 200000))
return select("#", table.unpack({}, 1, 200000))
--> two hundred thousand arguments for a task: returns 200000
return s.spawn(function(...) return select("#", ...) end, table.unpack({}, 1, 200000)):join()
--> more functions than the host will hold at once: error too many functions
local many = {}
for i = 1, 100000 do many[i] = function() end end
t.echo(many)
--> a collector switched off: error invalid option
collectgarbage("stop")
--> a collector slowed down: error invalid option
collectgarbage("setpause", 1e9)
--> a pattern of exponential time: error pattern too complex
return string.find(("a"):rep(60), (".-"):rep(60) .. "b")
--> a pattern of exponential time in gsub: error pattern too complex
return string.gsub(("a"):rep(60), ("a*"):rep(60) .. "b", "")
--> a pattern that nests too deep: error pattern too complex
return string.find(("a"):rep(300), ("a?"):rep(300))
--> captures without end: error too many captures
return string.find("a", ("()"):rep(1000))
