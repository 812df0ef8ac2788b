extension ConcurrencyLibrary {
    /// What ``source`` adds to a module.
    ///
    /// - Parameter module: Its name, for the examples.
    package static func functions(module: String) -> [LuaFunctionDefinition] {
        [
            .inSource(
                "map",
                LuaFunctionDescription(
                    """
                    Calls a function for every value of a list, several at a time; results in order. After the first error no \
                    further item is begun; those under way are finished, and the error is raised. If it is one of this host's, \
                    `e.results` has what was finished, by item.
                    """, ["list: any[]", "fn: fun(value: any, i: integer): any"], options: [concurrency, onError],
                    returns: "any[]",
                    example: "\(module).map(prompts, function(p) return run(\"text-to-image\", { prompt = p }) end)")),
            .inSource(
                "settle",
                LuaFunctionDescription(
                    "Like map, but never raises: `{ ok = true, value = … }` or `{ ok = false, error = … }` for each.",
                    ["list: any[]", "fn: fun(value: any, i: integer): any"], options: [concurrency],
                    returns: "{ok: boolean, value: any, error: any}[]")),
            .inSource(
                "all",
                LuaFunctionDescription(
                    """
                    Waits for all of a table of jobs; results under the same keys. The first error is raised when all have \
                    ended; `e.results` has the others' results.
                    """, ["jobs: table<any, Prediction|Task>"], options: [onError], returns: "table<any, any>",
                    example: "\(module).all { a = job_a, b = job_b }")),
            .inSource(
                "first",
                LuaFunctionDescription(
                    "Waits for the first job that succeeds and cancels the others.", ["jobs: (Prediction|Task)[]"],
                    returns: "any")),
            .inSource(
                "completed",
                LuaFunctionDescription(
                    "Iterates over jobs as they end, whichever way.", ["jobs: (Prediction|Task)[]"],
                    returns: "fun(): Prediction|Task",
                    example: "for job in \(module).completed(jobs) do print(job.status) end")),
            .inSource(
                "spawn",
                LuaFunctionDescription(
                    """
                    Starts a function beside the script. It ends before the task that started it does; in a `<close>` variable, \
                    at the end of the block.
                    """, ["fn: function", "...: any — its arguments"], returns: "Task")),
            .inSource(
                "timeout",
                LuaFunctionDescription(
                    "Calls a function and stops it when the time is over.",
                    ["seconds: number", "fn: function", "...: any — its arguments"], returns: "any", errors: ["timeout"]
                )),
            .inSource("sleep", LuaFunctionDescription("Waits; other tasks go on.", ["seconds: number"])),
        ]
    }

    private static let concurrency: LuaField = "concurrency: integer — at the same time; default 8"

    private static let onError: LuaField = """
        on_error: string — "wait", the default, finishes what is under way; "finish" does all items and then raises the \
        first error; "cancel" ends what is under way at once
        """
}
