--> a __call that is its own: stopped
local mt = {}
mt.__call = setmetatable({}, mt)
b.begun()
while true do pcall(mt.__call) end
--> a loop: stopped
b.begun()
while true do end
--> a loop of goto: stopped
b.begun()
::again:: goto again
--> repeat: stopped
b.begun()
repeat until false
--> a loop that counts: stopped
b.begun()
for _ = 1, math.maxinteger do end
--> a loop of calls: stopped
b.begun()
while true do math.abs(1) end
--> pcall around a loop, in a loop: stopped
b.begun()
while true do pcall(function() while true do end end) end
--> pcall of an error, for ever: stopped
b.begun()
while true do pcall(error) end
--> xpcall with a handler that loops: stopped
b.begun()
xpcall(error, function() while true do end end)
--> handlers that call one another: stopped
local function f() while true do xpcall(error, function(e) pcall(error, e) end) end end
b.begun()
f()
--> a loop in a coroutine: stopped
b.begun()
coroutine.wrap(function() while true do end end)()
--> a new coroutine for each loop: stopped
b.begun()
while true do coroutine.resume(coroutine.create(function() while true do end end)) end
--> a new coroutine for each step: stopped
b.begun()
while true do coroutine.wrap(function() local x = 1 end)() end
--> coroutines that resume one another: stopped
local inner = coroutine.wrap(function() while true do coroutine.yield() end end)
local outer = coroutine.wrap(function() while true do inner() coroutine.yield() end end)
b.begun()
while true do pcall(outer) end
--> coroutines closed for ever: stopped
b.begun()
while true do
  local co = coroutine.create(function()
    local x <close> = setmetatable({}, { __close = function() for _ = 1, 10 do end end })
    coroutine.yield()
  end)
  coroutine.resume(co)
  coroutine.close(co)
end
--> a coroutine whose closing loops: stopped
local co = coroutine.create(function()
  local x <close> = setmetatable({}, { __close = function() while true do pcall(error) end end })
  coroutine.yield()
end)
coroutine.resume(co)
b.begun()
coroutine.close(co)
while true do end
--> a <close> variable that loops when the script is stopped: stopped
local x <close> = setmetatable({}, { __close = function() while true do pcall(function() while true do end end) end end })
b.begun()
while true do end
--> <close> variables that make more of them: stopped
local function again()
  local x <close> = setmetatable({}, { __close = function() again() end })
  while true do end
end
b.begun()
again()
--> a metamethod that loops: stopped
b.begun()
return setmetatable({}, { __add = function() while true do end end }) + 1
--> a comparison that loops: stopped
b.begun()
return setmetatable({}, { __lt = function() while true do end end }) < 1
--> a concatenation that loops: stopped
b.begun()
return setmetatable({}, { __concat = function() while true do end end }) .. ""
--> an iterator without end: stopped
b.begun()
for _ in function() return 1 end do end
--> a comparator that loops: stopped
b.begun()
table.sort({ 3, 2, 1 }, function() while true do end end)
--> a comparator that catches its stop: stopped
b.begun()
table.sort({ 3, 2, 1 }, function() while true do pcall(function() while true do end end) end end)
--> a long sort without a comparator, in a loop: stopped
local list = {}
for i = 1, 200000 do list[i] = (i * 7919) % 200003 end
b.begun()
while true do table.sort(list) table.sort(list, math.ult) end
--> a replacement that loops: stopped
b.begun()
return ("x"):gsub("x", function() while true do end end)
--> a pattern that takes for ever, caught: stopped
b.begun()
while true do pcall(string.match, ("a"):rep(60), (".-"):rep(60) .. "b") end
--> a pattern that takes for ever, in a coroutine: stopped
b.begun()
while true do coroutine.wrap(function() pcall(string.gsub, ("a"):rep(60), ("a-"):rep(60) .. "b", "") end)() end
--> a plain search that takes for ever: stopped
local text, word = ("a"):rep(1e6), ("a"):rep(500000) .. "b"
b.begun()
while true do pcall(string.find, text, word, 1, true) end
--> a reader that loops: stopped
b.begun()
while true do load(function() while true do end end) end
--> a reader without end: stopped
b.begun()
while true do load(function() return " " end) end
--> waits, caught for ever: stopped
b.begun()
while true do pcall(t.later, 1) end
--> a wait that nobody ends, caught for ever: stopped
b.begun()
while true do pcall(t.forever) end
--> tasks that spawn one another: stopped
local function f() s.spawn(f) end
b.begun()
f()
--> tasks in a loop: stopped
b.begun()
while true do s.spawn(function() end):join() end
--> map in a loop, caught: stopped
b.begun()
while true do pcall(s.map, { 1, 2 }, function() while true do end end) end
--> timeouts that catch the stop: stopped
b.begun()
while true do pcall(s.timeout, 1000, function() while true do pcall(error) end end) end
--> a callback of the host that loops: stopped
t.call(function() b.begun() while true do end end)
--> settle, which catches everything: stopped
b.begun()
while true do s.settle({ 1, 2, 3 }, function() while true do end end) end
--> a task that catches its own cancellation: stopped
local task
task = s.spawn(function() while true do pcall(t.forever) end end)
b.begun()
while true do pcall(task.join, task) end
--> a garbage collection in a loop: stopped
local list = {}
for i = 1, 10000 do list[i] = {} end
b.begun()
while true do collectgarbage() end
--> the task itself, resumed: error cannot resume a task
local root = coroutine.running()
coroutine.wrap(function() assert(coroutine.resume(root)) end)()
--> the task itself, closed: error cannot close a task
coroutine.close(coroutine.running())
--> a yield out of the task: error outside a coroutine
coroutine.yield()
