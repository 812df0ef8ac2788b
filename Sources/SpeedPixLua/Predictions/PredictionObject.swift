import LuaRuntime
import SpeedPix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A prediction in a script: what is known of it is updated by `wait` and `reload`.
final class PredictionObject: LuaObject {
    static let luaClass = LuaClass(
        name: "prediction",
        properties: [
            "id", "status", "workflow_id", "label", "reused", "info", "input", "output", "error", "logs", "metrics",
            "progress",
            "eta",
            "queue_length", "created_at", "started_at", "completed_at", "files",
        ],
        methods: [
            .waiting("wait") { arguments in
                let object = try arguments.receiver(PredictionObject.self)
                let request = try WaitRequest(try arguments.options(1, PredictionCalls.waitOptions))
                return { context in
                    _ = try await PredictionCalls(host: object.host).wait(for: object, request, context)
                    return .object(object)
                }
            },
            .waiting("reload") { arguments in
                let object = try arguments.receiver(PredictionObject.self)
                return { _ in
                    try await PredictionCalls(host: object.host).reload(object)
                    return .object(object)
                }
            },
            .waiting("cancel") { arguments in
                let object = try arguments.receiver(PredictionObject.self)
                return { _ in
                    try await PredictionCalls(host: object.host).cancel(object)
                    return .object(object)
                }
            },
            .waiting("save_all") { arguments in
                let object = try arguments.receiver(PredictionObject.self)
                let directory = try arguments.string(1, "folder")
                return { _ in try await object.saveAll(in: directory) }
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
        let outputs = OutputConversion(host: host, isRecorded: prediction.isReused)
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
        case "created_at": return prediction.createdAt.map(LuaValue.init(date:))
        case "started_at": return prediction.startedAt.map(LuaValue.init(date:))
        case "completed_at": return prediction.completedAt.map(LuaValue.init(date:))
        case "files":
            if host.isDryRun, !prediction.isReused, prediction.output != nil {
                return .object(host.placeholderFiles)
            }
            return .table(
                LuaTable(
                    items: prediction.files.map {
                        .object(OutputFileObject($0, host: host, isRecorded: prediction.isReused))
                    }, shape: .array))
        default: return nil
        }
    }

    /// Saves every file under a name of its own; returns the paths.
    private func saveAll(in directory: String) async throws -> LuaValue {
        if host.isDryRun, !prediction.isReused {
            let path = try await PlaceholderObject("files[1]", host: host).save(directory + "/")
            return .table(LuaTable(items: [.string(path)], shape: .array))
        }
        var taken: Set<String> = []
        var paths: [LuaValue] = []
        for file in prediction.files {
            var name = file.filename
            var count = 1
            while !taken.insert(name).inserted {
                count += 1
                name = "\(count)-\(file.filename)"
            }
            let saved = try await OutputFileObject(file, host: host).save("\(directory)/\(name)")
            paths.append(.string(saved))
        }
        return .table(LuaTable(items: paths, shape: .array))
    }
}
