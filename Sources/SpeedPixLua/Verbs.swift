package import LuaRuntime
import SpeedPix

/// The verbs: `run`, `create`, `wait`, `upload`, and `speedpix.get` and `speedpix.sleep`.
struct Verbs: Sendable {
    let host: ScriptHost
    private let inputs: InputConversion

    init(host: ScriptHost) {
        self.host = host
        inputs = InputConversion(host: host)
    }

    private static let waitOptions = ["timeout", "polling_interval", "on_progress", "cancel_on"]

    var run: LuaFunctionDefinition {
        .waiting("run") { arguments in
            let request = try CreateRequest(arguments, more: Verbs.waitOptions)
            let wait = try WaitRequest(request.options)
            return { context in
                let object = try await create(request, context.label)
                let done = try await follow(object, wait, context)
                return OutputConversion(host: host).output(of: done) ?? .table(LuaTable())
            }
        }
    }

    var create: LuaFunctionDefinition {
        .waiting("create") { arguments in
            let request = try CreateRequest(arguments, more: [])
            return { context in
                let object = try await create(request, context.label)
                // Nobody will ever hear of it: the script was stopped meanwhile.
                if Task.isCancelled, host.cancelsOnStop { await cancelGivenUp(object) }
                return .object(object)
            }
        }
    }

    var wait: LuaFunctionDefinition {
        .waiting("wait") { arguments in
            let object = try arguments.object(1, "job", PredictionObject.self)
            let request = try WaitRequest(try arguments.options(2, Verbs.waitOptions))
            return { context in
                _ = try await follow(object, request, context)
                return .object(object)
            }
        }
    }

    var get: LuaFunctionDefinition {
        .waiting("get") { arguments in
            let id = try arguments.string(1, "id")
            return { _ in
                let prediction = try await host.reaching.predictions.get(host.createdIDs.whole(id))
                return .object(PredictionObject(prediction, verbs: self))
            }
        }
    }

    var cancel: LuaFunctionDefinition {
        .waiting("cancel") { arguments in
            let id = try arguments.string(1, "id")
            return { _ in
                let object = PredictionObject(Prediction(id: host.createdIDs.whole(id)), verbs: self)
                try await cancel(object)
                return .object(object)
            }
        }
    }

    var upload: LuaFunctionDefinition {
        .waiting("upload") { arguments in
            let source: UploadContent
            switch try arguments.value(1) {
            case .string(let path):
                source = try .file(path.text ?? path.lossyText, host.files)
            case .object(let object as SourceObject):
                source = try object.upload(host.files)
            default:
                throw arguments.mismatch(1, "source", "a path or speedpix.bytes(…)")
            }
            let options = try arguments.options(2, ["filename", "content_type", "on_progress"])
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

    var sleep: LuaFunctionDefinition {
        .waiting("sleep") { arguments in
            let seconds = try arguments.number(1, "seconds")
            guard seconds >= 0, seconds <= 1e9 else {
                throw LuaArgumentError("seconds, argument 1 of speedpix.sleep, must not be negative")
            }
            return { _ in
                try await host.clock.sleep(for: .seconds(seconds))
                return .nil
            }
        }
    }

    /// `job:wait(options)`.
    static let waitMethod = LuaFunctionDefinition.waiting("wait") { arguments in
        let object = try arguments.receiver(PredictionObject.self)
        let request = try WaitRequest(try arguments.options(1, waitOptions))
        return { context in
            _ = try await object.verbs.follow(object, request, context)
            return .object(object)
        }
    }

    // MARK: Work

    /// - Parameter item: What the task that creates it works on.
    private func create(_ request: CreateRequest, _ item: String?) async throws -> PredictionObject {
        let client = try host.reaching
        var options = request.createOptions
        options.label = options.label ?? PredictionLabel.standard(item, request.input)
        // Before anything is uploaded for it.
        try host.createLimit?.take()
        do {
            let input = try await inputs.input(request.input)
            let prediction = try await client.predictions.create(
                request.workflowID, resolved: input, options: options)
            host.createdIDs.note(prediction.id)
            host.onEvent(.accepted(id: prediction.id, options: options))
            host.onEvent(.created(prediction))
            return PredictionObject(prediction, verbs: self, isOwn: true)
        } catch let error as SpeedPixError where error.code == .unknownOutcome {
            // Told even if the script has been stopped meanwhile and never sees the error.
            host.onEvent(.inDoubt(workflow: request.workflowID, label: options.label, error))
            throw error
        } catch {
            host.createLimit?.giveBack()
            throw error
        }
    }

    /// Ends a prediction at the service; one that has ended already stays as it is.
    func cancel(_ object: PredictionObject) async throws {
        do {
            let now = try await host.reaching.predictions.cancel(object.prediction)
            object.update(now)
            if now.status == .canceled { host.onEvent(.ended(now)) }
        } catch let error as SpeedPixError {
            throw error.raised(with: object)
        }
    }

    /// Ends a prediction at the service that the script was stopped in the middle of.
    private func cancelGivenUp(_ object: PredictionObject) async {
        guard let client = try? host.reaching else { return }
        let (prediction, failure) = await client.predictions.cancelGivenUp(object.prediction)
        note(canceled: object, prediction, failure)
    }

    private func note(canceled object: PredictionObject, _ prediction: Prediction, _ failure: SpeedPixError?) {
        object.update(prediction)
        host.tell(givenUp: prediction, failure)
    }

    private func follow(
        _ object: PredictionObject, _ request: WaitRequest, _ context: LuaContext
    ) async throws -> Prediction {
        var options = request.options
        // One that an earlier run created is not this run's to end, unless the script says so.
        options.cancelOn = request.cancelOn.condition(isCanceledOnStop: host.cancelsOnStop && object.isOwn)
        if host.cancelsOnStop, options.cancelOn != .stop { host.sparedIDs.note(object.prediction.id) }
        // The prediction goes on for whoever else waits for it.
        if context.watchesOnly { options.cancelOn = nil }
        options.onCancel = { note(canceled: object, $0, $1) }
        options.onProgress = { prediction in
            object.update(prediction)
            host.onEvent(.progressed(prediction))
            if let callback = request.onProgress { try await context.call(callback, [.object(object)]) }
        }
        do {
            let done = try await host.reaching.predictions.wait(for: object.prediction, options: options)
            object.update(done)
            host.onEvent(.ended(done))
            return done
        } catch let error as SpeedPixError {
            if let prediction = error.prediction { object.update(prediction) }
            // A refused result is not the prediction's end: it succeeded, and is still there to be fetched.
            if [.predictionFailed, .canceled].contains(error.code) { host.onEvent(.ended(object.prediction)) }
            throw error.raised(with: object)
        }
    }
}

extension Verbs {
    /// What stands for the files of a prediction in a rehearsal.
    var placeholderFiles: PlaceholderObject { PlaceholderObject("files", host: host) }
}

extension ScriptHost {
    /// The client, unless the script is only being asked for its parameters.
    var reaching: SpeedPixClient {
        get throws {
            guard onParameters == nil else {
                throw LuaArgumentError(Self.helpRefusal)
            }
            return client
        }
    }

    private static let helpRefusal = "the script is only asked for its parameters; nothing is sent"

    /// Whether a script that was asked for its parameters ended because it wanted to reach the service.
    package static func isHelpRefusal(_ error: LuaError) -> Bool {
        error.value.tableValue?["message"]?.text == helpRefusal
    }
}
