public import LuaRuntime
import SpeedPix

/// What a script sees: put together from the modules, see ``SpeedPixModule/modules(_:)``.
public enum ScriptReference {
    /// Everything: for help, completion, checks, and stubs of an editor. ``LuaRuntime/LuaReference/stubs()`` makes those.
    public static let all = adding([])

    /// The reference of these modules and of a host's own.
    ///
    /// - Parameter modules: As they are given to ``SpeedPixModule/makeVM(_:adding:limits:seed:)``.
    public static func adding(_ modules: [LuaModule]) -> LuaReference {
        let own = SpeedPixModule.modules(.unconnected)
        let verbs = (own.first { $0.name == "speedpix" }?.globals ?? []).map { "`\($0)`" }.joined(separator: ", ")
        return LuaReference(
            own + modules, globals: "Besides the verbs of `speedpix` (\(verbs)) and the modules below.",
            errors: ScriptErrorCodes.all, errorFields: errorFields)
    }

    /// The functions that create predictions, as scripts write them: `run` and `speedpix.run`. They take a workflow and its
    /// input first.
    package static let createFunctions: Set<String> = {
        let parameters = CreateRequest.parameters.map(\.name)
        let names = all.modules.flatMap { module in
            module.functions.filter { $0.parameters.map(\.name) == parameters }.flatMap { function in
                let qualified = "\(module.name).\(function.name)"
                return module.globals.contains(function.name) ? [function.name, qualified] : [qualified]
            }
        }
        return Set(names)
    }()

    /// Of the service's errors.
    private static let errorFields: [LuaField] = [
        "http_status: integer?", "service_code: string?", "request_id: string?", "prediction: Prediction?",
    ]

    /// The page `docs/lua-reference.md`.
    public static var page: String { all.markdown(introduction: introduction) }

    private static let introduction = """
        # The Lua API

        What a script sees beyond Lua 5.4's own `string`, `table`, `math`, `utf8` and `coroutine`. This page is made of the API's
        own description in the sources; the same makes the stubs for editors, `docs/lua/speedpix.lua`: name its folder in the
        `workspace.library` setting of the Lua language server.

        Everything that waits looks blocking, and lets the script's other tasks go on. Options come last, in one table; a
        misspelt option or function is an error that names the nearest one. What goes wrong is raised as a table with `code`,
        `message`, `hint` and more, see [Error codes](#error-codes). `invalid_argument` and `canceled` may come from any function.

        **Cleaning up.** A `<close>` variable is closed at the end of its block, also when that ends by an error or is
        stopped: by Ctrl-C, `--timeout`, `speedpix.timeout`, `task:cancel()`, or a `map` with `on_error = "cancel"`. It may
        wait, as for `job:cancel()` or `fs.write`; the error that ends the block is its second argument, with the code
        `canceled` or `timeout` for a stop. An error that nobody catches stays the one that is reported, whatever the
        closing raises, which is told with the traceback; a `pcall` around the block gets the last one, as Lua has it. After
        a stop all `<close>` variables together have five
        seconds; then they run on without waiting, and not for long. Children close before the task that spawned them,
        coroutines before the one that resumed them. No `pcall` catches a stop. A coroutine that ends by an error closes its
        variables at once, also one made with `coroutine.create`, and `coroutine.close` waits for those that wait.

        **The sandbox.** A script reads its own folder, the working folder, the folder of results and files named on the
        command line, and writes the working folder and `--out`; `--allow-read DIR`, `--allow-write DIR` and
        `--allow-env NAME` widen that. Links and `..` are followed before a path is judged. Files that are there to hold
        credentials (`.env`, `speedpix.toml`) stay closed. Relative paths to read start at the working folder, relative paths
        to write at `--out`; what a script has written it finds by the same path.

        **Dry runs.** With `--dry-run` nothing is sent and no file changes. What the script writes, renames and removes
        stays in an overlay of at most 1 GiB and 100,000 paths: every function sees it there, and it is listed at the
        end. A result is a placeholder: it can be saved, read, opened and shown as a grey picture of 1024 by 1024 pixels,
        sent on and printed; it is not text to search, nor a number to calculate with.

        **What is not there.** Some names of other Luas, and some that the sandbox leaves out, are nil, so that a script can
        ask for them; one that uses that nil ends with what to use instead, which `speedpix check` says as well:

        \(AbsentNames.table)
        """
}

extension ScriptHost {
    /// For descriptions alone: they depend on nothing that a host has.
    fileprivate static var unconnected: ScriptHost {
        let dependencies = ClientDependencies(transport: UnconnectedTransport())
        // Not empty, which is all that is asked of them.
        guard let configuration = try? SpeedPixClient.Configuration(appKey: "none", appSecret: "none") else {
            preconditionFailure("a key and a secret are enough for a configuration")
        }
        return ScriptHost(
            client: SpeedPixClient(configuration, dependencies: dependencies),
            files: FileAccess(workingDirectory: "/", homeDirectory: "/"), streams: .none)
    }
}

private struct UnconnectedTransport: HTTPTransport {
    func send(_ request: TransportRequest) async throws -> TransportResponse {
        throw TransportError("nothing is sent from here", mayHaveReachedService: false)
    }
}
