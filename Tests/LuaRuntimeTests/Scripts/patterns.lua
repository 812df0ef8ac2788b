-- Generated patterns on generated subjects: string.* must do what the stock library, here `stock`, does, errors included.
local seed, cases = ...
math.randomseed(seed)

local tokens = {
  "a", "b", "1", " ", ".", "%a", "%d", "%s", "%w", "%A", "%p", "%z", "%x", "%.", "%%", "%-", "[ab]", "[^a]", "[a-c]",
  "[%a_]", "[]a]", "[^]a]", "[a-]", "[-a]", "[%]]", "[a-%z]", "[%z]", "[^%s]", "[b-a]", "(", ")", "(", ")", "()", "(a)", "(.-)",
  "%1", "%2", "%0", "%b()", "%bab", "%baa", "%f[%a]", "%f[^a]", "%f[%z]", "%f[a", "^", "$", "%", "[", "[^", "[%", "%b",
  "%bx", "%f", "%fa", "\0", "]", "-", "*", "+", "?", "\xff", "[\x80-\xff]",
}
local quantifiers = { "", "", "", "*", "+", "-", "?" }
local letters = { "a", "b", "c", "1", " ", "(", ")", ".", "-", "%", "a", "b", "\0", "\xff", "ab", "aa" }
local replacements = { "", "x", "%0", "<%1>", "%2", "%%", "%", "%a", "%1%1", 7, 1.5 }

local function pick(list) return list[math.random(#list)] end

local function text(most)
  local parts = {}
  for i = 1, math.random(0, most) do parts[i] = pick(letters) end
  return table.concat(parts)
end

local function pattern()
  if math.random(20) == 1 then return text(3) end
  local parts = { math.random(5) == 1 and "^" or "" }
  for _ = 1, math.random(0, 6) do parts[#parts + 1] = pick(tokens) .. pick(quantifiers) end
  if math.random(6) == 1 then parts[#parts + 1] = "$" end
  return table.concat(parts)
end

local function collect(library, s, p, init)
  local found = {}
  for a, b, c in library.gmatch(s, p, init) do
    found[#found + 1] = tostring(a) .. "|" .. tostring(b) .. "|" .. tostring(c)
    if #found > 50 then break end
  end
  return table.concat(found, ",")
end

local function show(...)
  local parts = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    parts[i] = math.type(v) == "integer" and "#" .. v or string.format("%s:%q", type(v), tostring(v))
  end
  return table.concat(parts, " ")
end

local compared, failed, matched = 0, 0, 0
local function compare(name, s, p, ...)
  local ours = show(pcall(name == "collect" and collect or string[name], table.unpack(
    name == "collect" and { string, s, p, ... } or { s, p, ... }, 1, select("#", ...) + (name == "collect" and 3 or 2))))
  local theirs = show(pcall(name == "collect" and collect or stock[name], table.unpack(
    name == "collect" and { stock, s, p, ... } or { s, p, ... }, 1, select("#", ...) + (name == "collect" and 3 or 2))))
  compared = compared + 1
  if theirs:find("^boolean:\"false") then failed = failed + 1 elseif not theirs:find("nil", 1, true) then matched = matched + 1 end
  if ours ~= theirs then
    error(string.format("%s(%q, %q, %s)\nours:   %s\ntheirs: %s", name, s, p, show(...), ours, theirs), 0)
  end
end

for _ = 1, cases do
  local s, p, init = text(14), pattern(), math.random(4) == 1 and math.random(-16, 18) or nil
  compare("find", s, p, init)
  compare("find", s, p, init, math.random(2) == 1)
  compare("match", s, p, init)
  compare("collect", s, p, init)
  local limit = math.random(4) == 1 and math.random(-1, 4) or nil
  compare("gsub", s, p, pick(replacements), limit)
  compare("gsub", s, p, { a = "A", b = 2, [1] = "one", ab = false, aa = {} }, limit)
  compare("gsub", s, p, function(a, b) return b and tostring(a) .. tostring(b) or math.random(1) and a end, limit)
end

-- What random text does not hit.
for _, case in ipairs {
  { "find", "a", ("a?"):rep(250) }, { "find", ("a"):rep(300), ("a?"):rep(190) }, { "match", "a", ("(a"):rep(40) },
  { "find", "abc", ("()"):rep(33) }, { "gsub", "abc", "%w", "%9" }, { "find", "a\0b", "\0" }, { "find", "", "" },
  { "find", "", "", 2 }, { "find", "abc", "b", -1 }, { "gsub", "hello", "", "-" }, { "gsub", "abc", "^a*", "x" },
  { "find", "abc", "[a" }, { "find", "abc", "[]" }, { "find", "abc", "[^]" }, { "match", "2024-01-02", "(%d+)-(%d+)-(%d+)" },
  { "gsub", "THE (quick) fox", "%((%w+)%)", "<%1>" }, { "match", "  x  ", "^%s*(.-)%s*$" }, { "collect", "k=v, a=b", "(%w+)=(%w+)" },
  { "collect", "^a^a", "^a" }, { "match", "aXb", "%f[%u]%u" }, { "find", ("x"):rep(1000), ".-b" },
} do
  compare(table.unpack(case))
end
assert(failed > cases / 10 and matched > cases / 10)
return compared
