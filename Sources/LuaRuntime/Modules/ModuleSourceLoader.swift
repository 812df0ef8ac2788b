/// The text that runs a module's ``LuaModule/source`` in a new VM, and puts the checks by their descriptions in front of its
/// functions. Tracebacks leave it out, since its name is in brackets; the source keeps its own name and lines.
struct ModuleSourceLoader {
    private(set) var text: [UInt8] = []

    init(_ source: LuaChunk, of module: LuaModule) {
        append(
            """
            local host, own, module = ...
            local check, type, error, rawget = host.check, type, error, rawget
            local chunk, problem = load(
            """)
        append(literal: source.source)
        append(", ")
        append(literal: Array("@\(source.name)".utf8))
        append(
            """
            , "t")
            if not chunk then error(problem, 0) end
            local fields = chunk(own, module)
            if type(fields) ~= "table" then
              error("the Lua text of the module '" .. module .. "' must return a table, not " .. type(fields), 0)
            end
            local function checked(field, name)
              local body = rawget(fields, field)
              if type(body) ~= "function" then
                error("the Lua text of the module '" .. module .. "' returns no function '" .. field .. "'", 0)
              end
              fields[field] = function(...)
                check(name, ...)
                return body(...)
              end
            end

            """)
        for function in module.functions where function.isInSource {
            // Of the package's own texts, if there are any, nothing is known here.
            guard module.sources.isEmpty else { break }
            append("checked(")
            append(literal: Array(function.name.utf8))
            append(", ")
            append(literal: Array(module.shownName(of: function).utf8))
            append(")\n")
        }
        append("return fields\n")
    }

    private mutating func append(_ lua: String) { text += lua.utf8 }

    /// Any bytes as a string literal.
    private mutating func append(literal bytes: [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text += [UInt8(ascii: "\\"), byte]
            case 0x20...0x7E:
                text.append(byte)
            default:
                // Three digits, so that one that follows is none of its own.
                let digits = String(byte).utf8
                text.append(UInt8(ascii: "\\"))
                text += repeatElement(UInt8(ascii: "0"), count: 3 - digits.count)
                text += digits
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
