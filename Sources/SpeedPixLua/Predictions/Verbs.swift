import LuaRuntime
import SpeedPix
import SystemPackage

/// The functions of `speedpix` that call the service, and `sleep`.
struct Verbs: Sendable {
    private let host: ScriptHost
    private let inputs: InputConversion
    private let calls: PredictionCalls

    init(host: ScriptHost) {
        self.host = host
        inputs = InputConversion(host: host)
        calls = PredictionCalls(host: host)
    }

    var run: LuaFunctionDefinition {
        .waiting(
            "run",
            .init(
                """
                Creates a prediction, waits for it and returns its output. Files anywhere in the input, named by a path such \
                as "./shoe.jpg", are uploaded, the same content once. Of the local gateway, `text-to-image` draws by the words \
                that it knows: mountains, forests, the sea, lakes, deserts, cities, flowers, mugs, vases, bottles, bowls, abstract \
                patterns, a stage for a product, with hour, weather and colour; `info` says when a prompt had none of them.
                """, CreateRequest.parameters, options: CreateRequest.options + WaitRequest.options,
                returns: "table<string, any>",
                errors: ["prediction_failed", "timeout", "unknown_outcome", "output_expired"]
                    + ScriptErrorCodes.service + ScriptErrorCodes.reading,
                example: "local out = run(\"white-background\", { image = \"./shoe.jpg\" })")
        ) { arguments in
            let request = try CreateRequest(arguments)
            let wait = try WaitRequest(request.options)
            return { context in
                // Not the SDK's `run`, whose timeout is that of the whole run: a script's bounds the wait alone, as that of `wait`
                // does, and the create reports events of its own, also where it fails.
                let object = try await create(request, context.label)
                let done = try await calls.wait(for: object, wait, context)
                return OutputConversion(host: host, isRecorded: done.isReused, owner: done.shownName).output(of: done)
                    ?? .table(LuaTable())
            }
        }
    }

    var create: LuaFunctionDefinition {
        .waiting(
            "create",
            .init(
                "Creates a prediction and returns at once.", CreateRequest.parameters,
                options: CreateRequest.options, returns: "Prediction",
                errors: ["unknown_outcome", "output_expired"] + ScriptErrorCodes.service + ScriptErrorCodes.reading,
                example: "local job = create(\"white-background\", { image = \"./shoe.jpg\" })")
        ) { arguments in
            let request = try CreateRequest(arguments)
            return { context in
                let object = try await create(request, context.label)
                // The script was stopped meanwhile, and will not get the prediction.
                if Task.isCancelled, host.cancelsOnStop { await calls.cancelAfterStop(object) }
                return .object(object)
            }
        }
    }

    var wait: LuaFunctionDefinition {
        .waiting(
            "wait",
            .init(
                "Waits until a prediction has succeeded; raises if it did not.", ["job: Prediction"],
                options: WaitRequest.options, returns: "Prediction",
                errors: ["prediction_failed", "timeout"] + ScriptErrorCodes.service,
                example: "wait(job, { timeout = 600, on_progress = function(p) print(p.progress, p.eta) end })")
        ) { arguments in
            let object = try arguments.object(1, as: PredictionObject.self)
            let request = try WaitRequest(try arguments.options())
            return { context in
                _ = try await calls.wait(for: object, request, context)
                return .object(object)
            }
        }
    }

    var get: LuaFunctionDefinition {
        .waiting(
            "get",
            .init(
                """
                A prediction by its id, such as one of an earlier run; of one that this run created, the beginning will do.
                """, ["id: string"], returns: "Prediction", errors: ScriptErrorCodes.service)
        ) { arguments in
            let id = try arguments.string(1)
            return { _ in
                let prediction = try await host.requireClient().predictions.get(host.createdIDs.whole(id))
                return .object(PredictionObject(prediction, host: host))
            }
        }
    }

    var cancel: LuaFunctionDefinition {
        .waiting(
            "cancel",
            .init(
                "Ends a prediction at the service, by its id. One that has ended already stays as it is.",
                ["id: string"], returns: "Prediction", errors: ["unsupported"] + ScriptErrorCodes.service)
        ) { arguments in
            let id = try arguments.string(1)
            return { _ in
                let object = PredictionObject(Prediction(id: host.createdIDs.whole(id)), host: host)
                try await calls.cancel(object)
                return .object(object)
            }
        }
    }

    var upload: LuaFunctionDefinition {
        .waiting(
            "upload",
            .init(
                "Uploads a file, or bytes, unless the same content was uploaded before.",
                ["source: string|Source — a path or speedpix.bytes(…)"],
                options: [
                    "filename: string — the name the service sees",
                    "content_type: string — default: by the name's extension, else by the content",
                    "on_progress: function — called with the bytes sent so far, and all of them",
                ], returns: "File", errors: ScriptErrorCodes.service + ScriptErrorCodes.reading,
                example: "local file = upload(\"./shoe.jpg\")")
        ) { arguments in
            let source: ScriptUploadSource
            switch try arguments.value(1) {
            case .string(let path):
                source = try .file(FilePath(named: path.bytes), host.files)
            case .object(let object as SourceObject):
                source = try object.upload(host.files)
            default:
                throw arguments.mismatch(1, "a path or speedpix.bytes(…)")
            }
            let options = try arguments.options()
            let (filename, contentType) = (try options.string("filename"), try options.string("content_type"))
            let callback = try options.function("on_progress")
            return { context in
                var onProgress: TransferProgress.Handler?
                if let callback {
                    onProgress = { progress in
                        let total = progress.bytesTotal.map { LuaValue.integer($0) } ?? .nil
                        try await context.call(callback, [.integer(progress.bytesDone), total])
                    }
                }
                let file = try await inputs.uploads.file(
                    for: source, filename: filename, contentType: contentType, onProgress: onProgress)
                return .object(FileObject(file))
            }
        }
    }

    /// By the host's clock, for ``ConcurrencyLibrary``, which describes and checks it.
    var sleep: LuaFunctionDefinition {
        .waiting("sleep") { arguments in
            let seconds = try arguments.number(1)
            return { _ in
                try await host.clock.sleep(for: .seconds(seconds))
                return .nil
            }
        }
    }

    /// - Parameter item: What the task that creates it works on.
    private func create(_ request: CreateRequest, _ item: String?) async throws -> PredictionObject {
        let client = try host.requireClient()
        var options = request.createOptions
        options.label = options.label ?? PredictionLabel.standard(item, request.input)
        do {
            let prediction = try await client.predictions.create(
                request.workflowID, input: try await inputs.input(request.input), options: options)
            host.createdIDs.note(prediction.id)
            host.onEvent(prediction.isReused ? .reused(prediction, options) : .created(prediction, options))
            return PredictionObject(prediction, host: host, isOwn: true)
        } catch let error as SpeedPixError where error.code == .unknownOutcome {
            // Reported even if the script has been stopped meanwhile and never gets the error.
            host.onEvent(.inDoubt(workflow: request.workflowID, label: options.label, error))
            throw error
        } catch let error as SpeedPixError where error.code == .journalFailed {
            // It was created all the same; only these reports have its id.
            if let prediction = error.prediction {
                host.createdIDs.note(prediction.id)
                host.onEvent(.created(prediction, options))
            }
            throw error
        }
    }
}
