import SpeedPix
import SpeedPixBatch
import SpeedPixLua

// What a script does, as events.
extension EventStream {
    /// - Parameter row: The row of a batch that the script runs for.
    func send(_ event: ScriptEvent, of row: RowKey? = nil) {
        switch event {
        case .uploaded: break  // Reported as a transfer.
        case .created(let prediction, let options):
            var fields = Self.fields(prediction, options)
            fields["estimated_seconds"] = prediction.estimatedDuration.map { .seconds($0) }
            send("prediction.created", fields, of: row)
        case .reused(let prediction, let options):
            var fields = Self.fields(prediction, options)
            fields["status"] = .string(prediction.status.rawValue)
            send("prediction.reused", fields, of: row)
        case .progressed(let prediction):
            guard !prediction.status.isTerminal else { return }
            var fields = Self.fields(prediction)
            fields["status"] = .string(prediction.status.rawValue)
            fields["progress"] = .number(prediction.progress.fraction)
            fields["eta"] = prediction.progress.eta.map { .seconds($0) }
            fields["queue_length"] = prediction.progress.queueLength.map { .integer(Int64($0)) }
            fields["step"] = prediction.progress.step.map { .string($0) }
            send("prediction.progress", fields, of: row)
        case .ended(let prediction): sendEnd(of: prediction, row)
        case .notCanceled(let id, let error):
            send(
                "prediction.not_canceled",
                ["id": .string(id), "code": .string(error.code.rawValue), "message": .string(error.message)], of: row)
        case .inDoubt(let workflow, let label, let error):
            let fields: [String: JSONValue] = [
                "workflow": .string(workflow), "label": .optional(label), "message": .string(error.message),
            ]
            send("prediction.in_doubt", fields.withoutNulls, of: row)
        case .itemFailed(let index, let label, let message):
            let fields: [String: JSONValue] = [
                "item": .integer(Int64(index)), "label": .optional(label), "message": .string(message),
            ]
            send("item.failed", fields.withoutNulls, of: row)
        case .saved(let path, let bytes):
            send("file.written", ["path": .string(path), "bytes": .integer(bytes)], of: row)
        case .kept(let path, let bytes, let url):
            send("file.kept", ["path": .string(path), "bytes": .integer(bytes), "url": .string(url)], of: row)
        case .used(let url): send("file.used", ["url": .string(url)], of: row)
        case .transfer(let transfer): send(transfer, of: row)
        case .retried(let operation): send("call.retried", ["operation": .string(operation.rawValue)], of: row)
        }
    }

    private func sendEnd(of prediction: Prediction, _ row: RowKey?) {
        var fields = Self.fields(prediction)
        fields["predict_seconds"] = prediction.metrics.predictTime.map { .seconds($0) }
        fields["total_seconds"] = prediction.metrics.totalTime.map { .seconds($0) }
        switch prediction.status {
        case .succeeded:
            fields["output"] = prediction.outputIncludingInfo
            fields["info"] = prediction.info
            if prediction.succeededWithoutOutput { fields["without_output"] = true }
            send("prediction.succeeded", fields, of: row)
        case .canceled: send("prediction.canceled", fields, of: row)
        default:
            fields["error"] = .string(prediction.error ?? "the prediction failed without a reason")
            send("prediction.failed", fields, of: row)
        }
    }

    private func send(_ transfer: ScriptTransfer, of row: RowKey?) {
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
        send("\(transfer.direction.rawValue).\(stage)", fields, of: row)
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
