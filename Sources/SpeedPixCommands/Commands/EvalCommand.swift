import ArgumentParser
import LuaRuntime
import SpeedPix
import SpeedPixLua

/// `speedpix eval 'CODE'`: a line of Lua and what it is worth.
struct EvalCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Runs a line of Lua and prints the values of an expression.",
        discussion: """
            Examples:
              speedpix eval '1 + 1'
              speedpix eval 'run("text-to-image", { prompt = "a lake" }).images' --local
              speedpix eval 'for _, p in ipairs(fs.glob("./*.jpg")) do print(p) end'

            An expression prints its values, one a line; statements print what they print.
            It is a script like any other: the same functions, the same sandbox.
            """)

    @Argument(help: ArgumentHelp("An expression, or statements.", valueName: "CODE"))
    var code: String

    @OptionGroup var service: ServiceOptions
    @OptionGroup var sandbox: SandboxOptions
    @OptionGroup var stopping: StopOptions

    @OptionGroup var timeout: TimeoutOptions

    @Flag(help: "Shows what it logs with log.debug, too.")
    var verbose = false

    func run(in context: CommandContext) async throws {
        let service = service.selection(context)
        if service.hasService {
            try await service.withTarget { try await evaluate(at: $0, of: service, refusing: nil, in: context) }
        } else {
            // `eval '1 + 1'` needs no account; a call to the service fails with the message that there is none.
            try await evaluate(
                at: ServiceTarget(try SpeedPixClient.Configuration(appKey: "none", appSecret: "none")),
                of: service, refusing: MissingAccount(), in: context)
        }
    }

    private func evaluate(
        at target: ServiceTarget, of service: ServiceSelection, refusing: MissingAccount?, in context: CommandContext
    ) async throws {
        let plan = try HostPlan(
            target.configuration, sandbox: sandbox, withheld: service.withheldFiles, directory: nil,
            middleware: refusing.map { [$0] } ?? [],
            cancelsOnStop: stopping.cancels(target.settings), createCheck: target.createCheck, in: context)
        let recorder = RunRecorder(clock: context.clock)
        let outputFailure = OutputFailure()
        var streams = ScriptStreams(context, isVerbose: verbose)
        streams.write = outputFailure.recording(context.writeOutput)
        let host = ScriptHost(plan, streams: streams, context, onEvent: recorder.note)
        let error: (any Error)?
        do {
            let vm = try SpeedPixModule.makeVM(host)
            try await BoundedRun(
                vm: vm, timeout: timeout.duration, context: context, outputFailure: outputFailure
            )
            .execute(LuaChunk(Self.evaluation, name: "eval"), arguments: [.string(code)])
            error = nil
        } catch var failure as LuaError {
            // It would show the chunk that evaluates the code.
            failure.traceback = ""
            error = CommandFailure(
                ErrorText.status(failure), ErrorText.describe(failure, chunk: LuaChunk(code, name: "code")))
        } catch let failure {
            error = failure
        }
        let end = RunEnd.decide(error, outputFailure: outputFailure.error, in: context)
        guard let failure = end.failure else { return }
        if host.cancelsOnStop { await host.cancelAbandoned(recorder.state.abandoned) }
        context.reportUnfinished(recorder.state, at: target.localMode)
        throw failure
    }

    /// Tries the code as an expression, then as statements; prints what comes out. Tables are shown with sorted keys, six
    /// deep.
    private static let evaluation = """
        local code = ...
        local compiled, message = load("return " .. code, "=code", "t")
        if not compiled then compiled, message = load(code, "=code", "t") end
        if not compiled then error(message, 0) end
        local function show(value, indent, seen)
          if type(value) == "string" then return indent == "" and value or string.format("%q", value) end
          if type(value) ~= "table" or (getmetatable(value) or {}).__tostring then return tostring(value) end
          if seen[value] then return "{ … }" end
          if #indent >= 12 then return "{ … }" end
          seen[value] = true
          local names, parts, inner = {}, {}, indent .. "  "
          for key in pairs(value) do names[#names + 1] = key end
          table.sort(names, function(a, b)
            if math.type(a) and math.type(b) then return a < b end
            if math.type(a) or math.type(b) then return math.type(a) ~= nil end
            return tostring(a) < tostring(b)
          end)
          for i, key in ipairs(names) do
            local text = show(value[key], inner, seen)
            if key ~= i then
              local isName = type(key) == "string" and key:find("^[%a_][%w_]*$") and load("local " .. key)
              text = (isName and key or "[" .. (type(key) == "string" and string.format("%q", key) or tostring(key)) .. "]")
                .. " = " .. text
            end
            parts[i] = inner .. text
          end
          seen[value] = nil
          return #parts == 0 and "{}" or "{\\n" .. table.concat(parts, ",\\n") .. "\\n" .. indent .. "}"
        end
        local values = table.pack(compiled())
        for i = 1, values.n do print(show(values[i], "", {})) end
        """
}

/// Stands before a client without an account: nothing is sent.
private struct MissingAccount: ClientMiddleware {
    func intercept(
        _ request: TransportRequest, operation: ClientOperation, next: Next
    ) async throws -> TransportResponse {
        throw SpeedPixError(
            .configuration, "the app key is missing",
            remedy: "set SPEEDPIX_APP_KEY and SPEEDPIX_APP_SECRET, or add --local for a gateway on this machine")
    }
}
