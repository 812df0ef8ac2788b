import SpeedPix
import SpeedPixLua

// What a script does, as events.
extension EventStream {
    func send(_ event: ScriptEvent) {
        switch event {
        case .uploaded: break  // Reported as a transfer.
        case .created(let prediction, let options):
            var fields = Self.fields(prediction, options)
            fields["estimated_seconds"] = prediction.estimatedDuration.map { .seconds($0) }
            send("prediction.created", fields)
        case .reused(let prediction, let options):
            var fields = Self.fields(prediction, options)
            fields["status"] = .string(prediction.status.rawValue)
            send("prediction.reused", fields)
        case .progressed(let prediction):
            guard !prediction.status.isTerminal else { return }
            var fields = Self.fields(prediction)
            fields["status"] = .string(prediction.status.rawValue)
            fields["progress"] = .number(prediction.progress.fraction)
            fields["eta"] = prediction.progress.eta.map { .seconds($0) }
            fields["queue_length"] = prediction.progress.queueLength.map { .integer(Int64($0)) }
            fields["step"] = prediction.progress.step.map { .string($0) }
            send("prediction.progress", fields)
        case .ended(let prediction): sendEnd(of: prediction)
        case .notCanceled(let id, let error):
            send(
                "prediction.not_canceled",
                ["id": .string(id), "code": .string(error.code.rawValue), "message": .string(error.message)])
        case .inDoubt(let workflow, let label, let error):
            let fields: [String: JSONValue] = [
                "workflow": .string(workflow), "label": .optional(label), "message": .string(error.message),
            ]
            send("prediction.in_doubt", fields.withoutNulls)
        case .itemFailed(let index, let label, let message):
            let fields: [String: JSONValue] = [
                "item": .integer(Int64(index)), "label": .optional(label), "message": .string(message),
            ]
            send("item.failed", fields.withoutNulls)
        case .saved(let path, let bytes):
            send("file.written", ["path": .string(path), "bytes": .integer(bytes)])
        case .kept(let path, let bytes, let url):
            send("file.kept", ["path": .string(path), "bytes": .integer(bytes), "url": .string(url)])
        case .used(let url): send("file.used", ["url": .string(url)])
        case .transfer(let transfer): send(transfer)
        case .retried(let operation): send("call.retried", ["operation": .string(operation.rawValue)])
        }
    }

    private func sendEnd(of prediction: Prediction) {
        var fields = Self.fields(prediction)
        fields["predict_seconds"] = prediction.metrics.predictTime.map { .seconds($0) }
        fields["total_seconds"] = prediction.metrics.totalTime.map { .seconds($0) }
        switch prediction.status {
        case .succeeded:
            fields["output"] = prediction.outputIncludingInfo
            fields["info"] = prediction.info
            if prediction.succeededWithoutOutput { fields["without_output"] = true }
            send("prediction.succeeded", fields)
        case .canceled: send("prediction.canceled", fields)
        default:
            fields["error"] = .string(prediction.error ?? "the prediction failed without a reason")
            send("prediction.failed", fields)
        }
    }

    private func send(_ transfer: ScriptTransfer) {
        var fields: [String: JSONValue] = [
            "transfer": .integer(Int64(transfer.number)), "name": .string(transfer.name),
            "bytes": .integer(transfer.progress.bytesDone),
        ]
        fields["bytes_total"] = transfer.progress.bytesTotal.map { .integer($0) }
        fields["path"] = transfer.path.map { .string($0) }
        fields["url"] = transfer.url.map { .string($0) }
        let stage: String
        switch transfer.stage {
        case .started: stage = "started"
        case .progressed: stage = "progress"
        case .finished: stage = "finished"
        case .failed(let reason):
            stage = "failed"
            fields["error"] = .string(reason)
        }
        send("\(transfer.direction.rawValue).\(stage)", fields)
    }

    private static func fields(_ prediction: Prediction) -> [String: JSONValue] {
        [
            "id": .string(prediction.id), "workflow": .optional(prediction.workflowID),
            "label": .optional(prediction.label),
        ].withoutNulls
    }

    private static func fields(_ prediction: Prediction, _ options: CreateOptions) -> [String: JSONValue] {
        var fields = fields(prediction)
        fields["input"] = prediction.input.map { .object($0) }
        fields.merge(Self.fields(options)) { $1 }
        return fields
    }

    /// The options that were given; the others are the service's own.
    static func fields(_ options: CreateOptions) -> [String: JSONValue] {
        [
            "alias_id": .optional(options.aliasID), "version_id": .optional(options.versionID),
            "randomise_seeds": options.randomizeSeeds.map { .bool($0) } ?? .null,
            "return_temp_files": options.returnTempFiles.map { .bool($0) } ?? .null,
            "resource_config_id": options.resourceConfigIDs.isEmpty
                ? .null : .array(options.resourceConfigIDs.map { .string($0) }),
        ].withoutNulls
    }
}
