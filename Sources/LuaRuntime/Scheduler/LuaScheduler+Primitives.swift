extension LuaScheduler {
    /// What the Lua text of modules builds on. Scripts never see it.
    static let primitives = LuaModule(
        name: "_host",
        functions: [
            .spawn,
            .scheduled("join_all") { arguments, scheduler in
                scheduler.joinAll(
                    try (1..<(arguments.count + 1)).map { try arguments.object($0, "task", LuaTask.self) })
            },
            .immediate("map_options") { arguments in
                let name = "speedpix.map"
                guard arguments.isTable(1) else { throw arguments.mismatch(1, "list", "a table") }
                guard arguments.isFunction(2) else { throw arguments.mismatch(2, "function", "a function") }
                let concurrency = try arguments.options(3, ["concurrency"]).integer("concurrency") ?? 8
                guard concurrency >= 1 else {
                    throw LuaArgumentError("concurrency of \(name) must be at least 1, not \(concurrency)")
                }
                return .integer(concurrency)
            },
        ])

    /// `map`, written in Lua: list, function and results stay inside the script and keep their identity.
    package static let concurrencySource = """
        local host = ...
        local spawn, join_all, map_options, unpack = host.spawn, host.join_all, host.map_options, table.unpack

        local function map(list, fn, options)
          local concurrency = map_options(list, fn, options)
          local count, taken, results, workers = #list, 0, {}, {}
          local function worker()
            while taken < count do
              taken = taken + 1
              local i = taken
              results[i] = fn(list[i], i)
            end
          end
          for w = 1, concurrency < count and concurrency or count do workers[w] = spawn(worker) end
          join_all(unpack(workers))
          return results
        end

        return { map = map }
        """
}
