import LuaRuntime
import SpeedPix

/// `speedpix.once`: a value that a run makes up once, also when it is run again from its first line.
enum OnceLibrary {
    static let function = LuaFunctionDefinition.inSource(
        "once",
        .init(
            """
            Calls a function once in a run, and gives its value every time: also when the run is resumed (`--resume`). \
            For what would be another one each time: the time, a token, a choice. The value is what JSON can say.
            """, ["name: string", "fn: fun(): any"], returns: "any", errors: ["journal_failed"],
            example: "local stamp = speedpix.once(\"stamp\", function() return os.time() end)"))

    static let source = """
        local host, _, module = ...
        local check, check_name = host.check, host.check_once_name
        local value, keep, refuse = host.once_value, host.keep_once, host.refuse_once
        local encode, decode, event, wait_for, signal = host.encode, host.decode, host.event, host.wait_for, host.signal
        local position_of_run, go_to = host.position_of_run, host.go_to
        local pcall, setmetatable = pcall, setmetatable
        local task, is_within = host.task, host.is_within
        -- By name: the task that makes the value, and the events of tasks that wait for it.
        local at_work, makers = {}, {}

        -- Nothing is kept as null, and given back as nothing.
        local function given(text) if text == "null" then return nil end return decode(text) end

        local function once(name, fn)
          check(module .. ".once", name, fn)
          check_name(name)
          while at_work[name] do
            if is_within(task(), makers[name]) then refuse(name, "its own function asks for it") end
            local ended, waiting = event(), at_work[name]
            waiting[#waiting + 1] = ended
            wait_for(ended)
          end
          local known = value(name)
          if known then return given(known) end
          local waiting = {}
          at_work[name], makers[name] = waiting, task()
          -- What it draws and counts is its own: a resumed run does not call it.
          local before = go_to(position_of_run("once " .. name))
          local _guard <close> = setmetatable({}, { __close = function()
            go_to(before)
            at_work[name], makers[name] = nil, nil
            for i = 1, #waiting do signal(waiting[i]) end
          end })
          local made = fn()
          local ok, text = pcall(encode, made)
          if not ok then refuse(name, text) end
          return given(keep(name, text))
        end

        return { once = once }
        """

    /// What the Lua part calls.
    static func primitives(_ host: ScriptHost) -> LuaModule {
        let json = JSONModule.module().functions.map(\.undescribed)
        return LuaModule(
            name: "_host",
            functions: json + [
                FailedItems.primitive(host),
                .immediate("check_once_name") { arguments in
                    guard !(try arguments.string(1)).isEmpty else {
                        throw LuaArgumentError("name, argument 1 of speedpix.once, is empty")
                    }
                    return .nil
                },
                .immediate("once_value") { arguments in
                    .optional(host.client.journal.value(key(try arguments.string(1)))?.stringValue)
                },
                .waiting("keep_once") { arguments in
                    let name = try arguments.string(1)
                    let text = try arguments.string(2)
                    // As a later attempt will have it: what signs a URL is not kept.
                    let kept: [UInt8]
                    do {
                        kept = try JSONValue(parsing: text.utf8).withoutSignatures.encoded()
                    } catch DecodingError.dataCorrupted(let problem) {
                        // Such as two keys that differ only in their Unicode form, which a table of Lua can have.
                        throw unkeepable(name, problem.debugDescription)
                    }
                    return { _ in
                        let text = String(decoding: kept, as: UTF8.self)
                        host.client.journal.keep(.string(text), key(name))
                        try await host.client.journal.flush()
                        return .string(text)
                    }
                },
                .immediate("refuse_once") { arguments in
                    let problem = try arguments.value(2)
                    let reason = problem.tableValue?["message"]?.text ?? problem.text ?? "it cannot be said in JSON"
                    throw unkeepable(try arguments.string(1), reason)
                },
            ])
    }

    private static func unkeepable(_ name: String, _ reason: String) -> LuaArgumentError {
        LuaArgumentError(
            "the value of speedpix.once(\"\(name)\", …) cannot be kept: \(reason)",
            hint: "return texts, numbers, booleans, or tables of them")
    }

    private static func key(_ name: String) -> String { "once/\(name)" }
}
