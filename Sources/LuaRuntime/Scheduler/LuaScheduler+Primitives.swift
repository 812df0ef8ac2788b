import CLuaBridge
import Spelling

extension LuaScheduler {
    /// What ``ConcurrencyLibrary`` builds on. Scripts never see it.
    static func primitives(clock: any Clock<Duration>) -> LuaModule {
        LuaModule(
            name: "_host",
            functions: [
                .spawn, .spawnHelper,
                join("join_all", cancelsRest: true),
                join("await_all", cancelsRest: false),
                LuaFunctionDefinition(
                    name: "begin_map",
                    body: .direct { _, writer in
                        let position = writer.machine.scheduler.running?.position
                        try writer.put(
                            position.map { .object(TaskPosition("map", $0.count("map"), in: $0)) } ?? .nil)
                    }),
                LuaFunctionDefinition(name: "begin_item", body: .direct(beginItem)),
                // A position below the caller's, counted there.
                LuaFunctionDefinition(
                    name: "position_below",
                    body: .direct { arguments, writer in
                        let kind = try arguments.string(1)
                        let position = writer.machine.scheduler.running?.position
                        try writer.put(position.map { .object(TaskPosition(kind, $0.count(kind), in: $0)) } ?? .nil)
                    }),
                // A position below the beginning, for what happens once in a run, in whichever task that is.
                LuaFunctionDefinition(
                    name: "position_of_run",
                    body: .direct { arguments, writer in
                        let scheduler = writer.machine.scheduler
                        let name = try arguments.string(1)
                        try writer.put(.object(TaskPosition(name, 1, in: scheduler.startPosition)))
                    }),
                // Goes on at a position, or nowhere; gives back where the task was.
                LuaFunctionDefinition(
                    name: "go_to",
                    body: .direct { arguments, writer in
                        let task = writer.machine.scheduler.running
                        let before = task?.position
                        task?.position =
                            arguments.isAbsent(1) ? nil : try arguments.object(1, as: TaskPosition.self)
                        // The next draw asks for that position's own stream.
                        spl_set_random(writer.machine.vm, nil)
                        try writer.put(before.map { .object($0) } ?? .nil)
                    }),
                LuaFunctionDefinition(
                    name: "wait_path",
                    body: .direct { arguments, writer in
                        let scheduler = writer.machine.scheduler
                        let position = scheduler.replayLog == nil ? nil : scheduler.running?.position
                        try writer.put(.optional(position?.path(ofNext: "wait")))
                    }),
                LuaFunctionDefinition(
                    name: "noted",
                    body: .direct { arguments, writer in
                        let name = try arguments.string(1)
                        try writer.put(writer.machine.scheduler.replayLog?.value(name) ?? .nil)
                    }),
                LuaFunctionDefinition(
                    name: "note",
                    body: .direct { arguments, writer in
                        let name = try arguments.string(1)
                        writer.machine.scheduler.replayLog?.record(try arguments.value(2), name)
                        try writer.put(.nil)
                    }),
                LuaFunctionDefinition(
                    name: "only_observe",
                    body: .direct { _, writer in
                        writer.machine.scheduler.running?.onlyObserves = true
                        try writer.put(.nil)
                    }),
                // A task is about to wait for it, and so gets its failure.
                .immediate("observe") { arguments in
                    (try? arguments.object(1, as: LuaTask.self))?.isObserved = true
                    return .nil
                },
                LuaFunctionDefinition(
                    name: "event",
                    body: .direct { _, writer in
                        try writer.put(.object(LuaEvent(releases: writer.machine.releases)))
                    }),
                .scheduled("set") { arguments, scheduler in
                    scheduler.set(try arguments.object(1, as: LuaEvent.self))
                },
                .scheduled("wait_for") { arguments, scheduler in
                    scheduler.wait(for: try arguments.object(1, as: LuaEvent.self))
                },
                // Not as a wait, so that <close> variables can call it.
                LuaFunctionDefinition(
                    name: "signal",
                    body: .direct { arguments, writer in
                        writer.machine.scheduler.signal(try arguments.object(1, as: LuaEvent.self))
                        try writer.put(.nil)
                    }),
                LuaFunctionDefinition(
                    name: "task",
                    body: .direct { _, writer in
                        try writer.put(writer.machine.scheduler.running.map { .object($0) } ?? .nil)
                    }),
                .immediate("is_within") { arguments in
                    let task = try arguments.object(1, as: LuaTask.self)
                    let outer = try arguments.object(2, as: LuaTask.self)
                    return .boolean(sequence(first: task, next: \.parent).contains { $0 === outer })
                },
                .immediate("is_task") { .boolean((try? $0.object(1, as: LuaTask.self)) != nil) },
                .waiting("sleep") { arguments in
                    let seconds = try arguments.number(1)
                    return { _ in
                        try await clock.sleep(for: .seconds(seconds))
                        return .nil
                    }
                },
            ] + checks,
            classes: [LuaEvent.self, TaskPosition.self])
    }

    /// The running task goes on with an item of a `map`: with its label, and what it counts from now on.
    private static func beginItem(_ arguments: borrowing LuaArguments, _ writer: LuaWriter) throws {
        let task = writer.machine.scheduler.running
        let text = arguments.isAbsent(3) ? nil : try? arguments.string(3)
        task?.label = text.map { LuaTask.Label($0) }
        if !arguments.isAbsent(1) {
            let map = try arguments.object(1, as: TaskPosition.self)
            let key = arguments.isAbsent(4) ? nil : try? arguments.string(4)
            task?.position = TaskPosition("item", Int(try arguments.integer(2)), in: map, key: key)
            // The next draw asks for the item's own stream.
            spl_set_random(writer.machine.vm, nil)
        }
        try writer.put(.nil)
    }

    private static func join(_ name: String, cancelsRest: Bool) -> LuaFunctionDefinition {
        .scheduled(name) { arguments, scheduler in
            scheduler.joinAll(
                try (1..<(arguments.count + 1)).map { try arguments.object($0, as: LuaTask.self) },
                cancelsRest: cancelsRest)
        }
    }

    /// Seconds: some thirty years, and still exact as a `Duration`.
    private static let longestWait = 1e9

    /// Checks of arguments for functions that Lua texts define, with the names and positions that the script used.
    private static let checks: [LuaFunctionDefinition] = [
        // By the function's description: check(name, …).
        LuaFunctionDefinition(
            name: "check",
            body: .direct { arguments, writer in
                let name = try arguments.string(1)
                guard let function = writer.machine.sourceFunctions[name] else {
                    preconditionFailure("no description has the name \(name)")
                }
                let checked = LuaArguments(
                    reader: arguments.reader, count: Int32(arguments.count), first: arguments.first, entry: function,
                    offset: 1)
                try function.check(checked)
                if function.signature?.description.options.isEmpty == false { _ = try checked.options() }
                try writer.put(.nil)
            }),
        .immediate("concurrency") { arguments in
            let name = try arguments.string(1)
            switch try arguments.value(2) {
            case .nil, .null: return 8
            case .integer(let concurrency) where concurrency >= 1: return .integer(concurrency)
            case .integer(let concurrency):
                throw LuaArgumentError("concurrency of \(name) must be at least 1, not \(concurrency)")
            case let value:
                throw LuaArgumentError("option 'concurrency' of \(name) must be an integer, not \(value.typeName)")
            }
        },
        .immediate("error_mode") { arguments in
            let modes = ["wait", "finish", "cancel"]
            let mode = try arguments.value(2).text ?? modes[0]
            guard modes.contains(mode) else {
                throw LuaArgumentError(
                    "on_error of \(try arguments.string(1)) is \"\(mode)\"",
                    hint: NearestName.suggestion(for: mode, among: modes).map { "did you mean \"\($0)\"?" }
                        ?? "it is one of: \(modes.joined(separator: ", "))")
            }
            return .string(mode)
        },
        .immediate("check_jobs") { arguments in
            for job in try arguments.table(2)?.values ?? [] where !job.isJob {
                throw LuaArgumentError(
                    "\(try arguments.string(1)) takes predictions and tasks, not a \(job.typeName)",
                    hint: "make one with create(…) or \(try arguments.string(1).modulePrefix)spawn(…)")
            }
            return .nil
        },
        .immediate("check_timeout") { arguments in
            let seconds = try arguments.number(2)
            guard seconds > 0, seconds <= longestWait else {
                throw LuaArgumentError(
                    "seconds, argument 1 of \(try arguments.string(1)), must be positive, not \(seconds)")
            }
            return .nil
        },
        .immediate("check_sleep") { arguments in
            let seconds = try arguments.number(2)
            guard seconds >= 0, seconds <= longestWait else {
                throw LuaArgumentError(
                    "seconds, argument 1 of \(try arguments.string(1)), must be 0 to 1e9, not \(seconds)")
            }
            return .nil
        },
        .immediate("raise_timeout") { arguments in
            throw LuaStop.expired(after: try arguments.number(1))
        },
    ]
}

extension LuaTable {
    fileprivate var values: [LuaValue] { items + entries.values }
}

extension LuaValue {
    /// Something that can be waited for: a task, or an object with a method `wait`.
    fileprivate var isJob: Bool {
        guard case .object(let object) = self else { return false }
        return object is LuaTask || type(of: object).luaClass.methods.contains { $0.name == "wait" }
    }
}
