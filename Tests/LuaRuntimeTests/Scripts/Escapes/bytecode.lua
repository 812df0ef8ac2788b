--> a bytecode chunk: returns nil
return (load("\27Lua\84\0\25\147\13\10\26\10"))
--> bytecode asked for by mode: error text only
return load("return 1", "x", "b")
--> bytecode let in by both modes: returns nil
return (load("\27Lua", "x", "bt"))
--> bytecode from a reader: returns nil
local done
return (load(function() if not done then done = true return "\27Lua" end end, "x", "bt"))
--> a mode that is a number: error text only
return load("return 1", "x", 1)
--> string.dump: error attempt to call a nil value (field 'dump')
return string.dump(function() end)
--> dump by way of a string: returns nil
return ("x").dump
--> an environment of one's own holds nothing: returns nil
return load("return string", "x", "t", {})()
--> a chunk of one's own has the same doors: returns 0
return select("#", load("return io, os.execute, os.exit, os.getenv, os.remove, package, require, dofile, loadfile")()) - 9
--> nothing behind those doors: returns nil
return io or os.execute or os.exit or os.getenv or os.remove or os.tmpname or os.setlocale or package or require
--> debug is traceback and nothing else: returns traceback
local names = {}
for name in pairs(debug) do names[#names + 1] = name end
return table.concat(names, " ")
--> the registry through debug: error attempt to call a nil value (field 'getregistry')
return debug.getregistry()
--> upvalues of the host's functions: error attempt to call a nil value (field 'getupvalue')
return debug.getupvalue(load, 1)
--> taking the hook away: error attempt to call a nil value (field 'sethook')
debug.sethook()
--> no environment at all: error attempt to index a nil value (upvalue '_ENV')
_ENV = nil
return print
--> a parser that runs out of C stack: returns nil
return (load(("("):rep(100000) .. "1" .. (")"):rep(100000)))
--> a parser that runs out of C stack in blocks: returns nil
return (load(("do "):rep(100000) .. ("end "):rep(100000)))
--> a numeral without end: returns nil
return (load(os.time))
--> too many locals: returns nil
local names = {}
for i = 1, 300 do names[i] = "a" .. i end
return (load("local " .. table.concat(names, ",")))
--> the primitives below the library: returns nil
return _host
