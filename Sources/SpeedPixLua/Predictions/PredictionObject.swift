import ImagingLua
import LuaRuntime
import SpeedPix
import Synchronization
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A prediction in a script: what is known of it is updated by `wait` and `reload`.
final class PredictionObject: LuaObject {
    static let luaClass = LuaClass(
        name: "prediction", summary: "One run of a workflow, as it was last heard of.",
        properties: [
            "id: string", "status: \"waiting\"|\"running\"|\"succeeded\"|\"failed\"|\"canceled\"",
            "workflow_id?: string", "label?: string — what the script calls it",
            "reused: boolean — an attempt of this run before has created it, and paid for it",
            "info?: any — what the service said beside the output; of a success without any output it says so",
            "input?: table", "output?: table<string, any> — files in it are output files", "error?: string",
            "logs: string", "metrics: {predict_time: number?, total_time: number?} — seconds",
            "progress: number — 0 to 1", "eta?: number — seconds that are left", "queue_length?: integer",
            "preview?: string — the URL of a picture of how far it is, while it runs",
            "created_at?: string — ISO 8601", "started_at?: string", "completed_at?: string",
            "files: OutputFile[] — all of the output",
        ],
        methods: [
            .waiting(
                "wait",
                .init(
                    "Waits until it has succeeded; raises if it did not.", options: WaitRequest.options,
                    returns: "Prediction", errors: ["prediction_failed", "timeout"] + ScriptErrorCodes.service)
            ) { arguments in
                let object = try arguments.receiver(PredictionObject.self)
                let request = try WaitRequest(try arguments.options())
                return { context in
                    _ = try await PredictionCalls(host: object.host).wait(for: object, request, context)
                    return .object(object)
                }
            },
            .waiting(
                "reload", .init("Asks how it stands.", returns: "Prediction", errors: ScriptErrorCodes.service)
            ) { arguments in
                let object = try arguments.receiver(PredictionObject.self)
                return { _ in
                    try await PredictionCalls(host: object.host).reload(object)
                    return .object(object)
                }
            },
            .waiting(
                "cancel",
                .init(
                    "Ends it at the service. One that has ended already stays as it is.", returns: "Prediction",
                    errors: ["unsupported"] + ScriptErrorCodes.service)
            ) { arguments in
                let object = try arguments.receiver(PredictionObject.self)
                return { _ in
                    try await PredictionCalls(host: object.host).cancel(object)
                    return .object(object)
                }
            },
            .waiting(
                "save_all",
                .init(
                    """
                    Saves every file of the output into a folder; returns the paths. Files of one output that have the same \
                    name get numbers before it.
                    """, ["folder: string"], options: [SaveConflict.option],
                    returns: "string[]", errors: ["network"] + ScriptErrorCodes.reading)
            ) { arguments in
                let object = try arguments.receiver(PredictionObject.self)
                let directory = try arguments.path(1)
                let conflict = try OutputFileObject.conflict(arguments)
                return { _ in try await object.saveAll(in: directory, conflict) }
            },
        ])

    let host: ScriptHost
    /// Whether this run has created it.
    let isOwn: Bool
    private let state: Mutex<Prediction>

    init(_ prediction: Prediction, host: ScriptHost, isOwn: Bool = false) {
        self.host = host
        self.isOwn = isOwn
        state = Mutex(prediction)
    }

    var prediction: Prediction { state.withLock { $0 } }

    /// What a script has seen of an output stays: an older answer may come in later than a newer one.
    func update(_ prediction: Prediction) {
        state.withLock { known in
            if prediction.output != nil || known.output == nil { known = prediction }
        }
    }

    var luaDescription: String {
        let prediction = prediction
        return "prediction \(prediction.id) (\(prediction.status))"
    }

    func luaEquals(_ other: any LuaObject) -> Bool {
        (other as? PredictionObject)?.prediction.id == prediction.id
    }

    func luaProperty(_ name: String) -> LuaValue? {
        let prediction = prediction
        let outputs = OutputConversion(host: host, isRecorded: prediction.isReused, owner: prediction.shownName)
        switch name {
        case "id": return .string(prediction.id)
        case "status": return .string(prediction.status.rawValue)
        case "workflow_id": return .optional(prediction.workflowID)
        case "label": return .optional(prediction.label)
        case "reused": return .boolean(prediction.isReused)
        case "info": return prediction.info.map(LuaValue.init(json:))
        case "input": return prediction.input.map { LuaValue(json: .object($0)) }
        case "output": return outputs.output(of: prediction)
        case "error": return .optional(prediction.error)
        case "logs": return .string(prediction.logs)
        case "metrics":
            var metrics = LuaTable()
            metrics["predict_time"] = prediction.metrics.predictTime.map { .number($0 / .seconds(1)) }
            metrics["total_time"] = prediction.metrics.totalTime.map { .number($0 / .seconds(1)) }
            return .table(metrics)
        case "progress": return .number(prediction.progress.fraction)
        case "eta": return prediction.progress.eta.map { .number($0 / .seconds(1)) }
        case "queue_length": return prediction.progress.queueLength.map { .integer(Int64($0)) }
        case "preview": return .optional(prediction.progress.preview)
        case "created_at": return prediction.createdAt.map(LuaValue.init(date:))
        case "started_at": return prediction.startedAt.map(LuaValue.init(date:))
        case "completed_at": return prediction.completedAt.map(LuaValue.init(date:))
        case "files":
            if prediction.output != nil, let placeholder = host.placeholder("files", of: prediction) {
                return .object(placeholder)
            }
            return .table(
                LuaTable(
                    items: prediction.files.map {
                        .object(
                            OutputFileObject(
                                $0, host: host, isRecorded: prediction.isReused, owner: prediction.shownName))
                    }, shape: .array))
        default: return nil
        }
    }

    /// Saves every file under a name of its own; returns the paths.
    private func saveAll(in directory: FilePath, _ conflict: SaveConflict) async throws -> LuaValue {
        if let placeholder = host.placeholder("files[1]", of: prediction) {
            let path = try await placeholder.save(SavePath(directory.bytes + Array("/".utf8)), conflict)
            return .table(LuaTable(items: [.path(path)], shape: .array))
        }
        let files = prediction.files
        // Not "a (2).png", as the SDK's own downloads have it: scripts are promised the number before the name.
        let names = Files.distinctNames(files.map(\.filename)) { "\($1)-\($0)" }
        var paths: [LuaValue] = []
        for (file, name) in zip(files, names) {
            let object = OutputFileObject(file, host: host, owner: prediction.shownName)
            paths.append(.path(try await object.save(SavePath(directory.appending(name)), conflict)))
        }
        return .table(LuaTable(items: paths, shape: .array))
    }
}
