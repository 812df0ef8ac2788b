import HTTPTypes
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a ``StubTransport`` was set to do and what it got: a value that takes requests and gives answers.
struct StubState: Sendable {
    typealias Steps = @Sendable (StubPrediction) -> [StubStep]

    struct InjectedFault: Sendable {
        var fault: StubFault
        var operation: ClientOperation
        var workflowID: String?
        var remaining: Int
    }

    struct StoredFile: Sendable {
        var bytes: [UInt8]
        var contentType: String
    }

    /// What becomes of a request.
    enum Answer: Sendable {
        case reply(StubReply, StubFault?)
        /// The steps are still to be asked for; ``StubState/begin(_:_:_:)`` answers then.
        case create(StubPrediction, Steps, StubFault?)
        case unexpected(_ message: String, remedy: String?)
    }

    /// How long signed URLs last, as the service says.
    private static let urlLifetime = 3600.0

    var workflows: [String: Steps] = [:]
    var next: [String: [[StubStep]]] = [:]
    var others: Steps?
    var faults: [InjectedFault] = []
    /// By id.
    var runs: [String: StubRun] = [:]
    /// Ids, in the order of the creates.
    private(set) var created: [String] = []
    private var creates = 0
    /// By URL.
    var files: [String: StoredFile] = [:]
    private var served = 0
    /// By the URL to upload to.
    private var signed: [String: StubUpload] = [:]
    private(set) var uploads: [StubUpload] = []
    private(set) var requests: [StubRequest] = []
    private(set) var unexpected: [String] = []

    func callCount(of operation: ClientOperation) -> Int {
        requests.count { $0.operation == operation }
    }

    /// - Returns: The URL.
    mutating func serve(_ bytes: [UInt8], named filename: String, contentType: String) -> String {
        served += 1
        let url = "\(StubTransport.endpoint)/results/\(served)/\(PercentEncoding.encode(filename))"
        files[url] = StoredFile(bytes: bytes, contentType: contentType)
        return url
    }

    mutating func receive(_ request: StubRequest, now: Date) -> Answer {
        requests.append(request)
        let json = request.json
        switch request.operation {
        case .create?: return create(json, request.headers)
        case .upload?: return put(request)
        case .download?: return get(request)
        case .signUpload?:
            return struck(.signUpload) { $0.signUpload(json, now: now) }
        case .getFile?:
            return struck(.getFile) { $0.describe(json["objectKey"]?.stringValue ?? "", now: now) }
        case .deleteFile?:
            return struck(.deleteFile) { $0.delete(json["objectKey"]?.stringValue ?? "") }
        case .progress?: return poll(json["taskId"]?.stringValue ?? "")
        case .result?:
            return about(.result, json["taskId"]?.stringValue ?? "") { $0.result(now: now) }
        case .cancel?:
            return about(.cancel, json["taskId"]?.stringValue ?? "") { run in
                run.cancel()
                return run.status
            }
        default:
            return refuse("\(request.method) \(request.url) is no call of the service", remedy: nil)
        }
    }

    private mutating func refuse(_ message: String, remedy: String?) -> Answer {
        unexpected.append(message)
        return .unexpected("StubTransport: \(message)", remedy: remedy)
    }

    // MARK: Faults

    private mutating func takeFault(_ operation: ClientOperation, _ workflowID: String? = nil) -> StubFault? {
        let index = faults.firstIndex {
            $0.operation == operation && ($0.workflowID == nil || $0.workflowID == workflowID)
        }
        guard let index else { return nil }
        let fault = faults[index].fault
        if faults[index].remaining < .max { faults[index].remaining -= 1 }
        if faults[index].remaining <= 0 { faults.remove(at: index) }
        return fault
    }

    /// The answer to a call, with the effect that the fault which strikes it leaves it.
    private mutating func struck(_ operation: ClientOperation, _ answer: (inout StubState) -> StubReply) -> Answer {
        let fault = takeFault(operation)
        if let fault, !fault.hasEffect { return .reply(StubReply(), fault) }
        return .reply(answer(&self), fault)
    }

    // MARK: Predictions

    private mutating func create(_ json: JSONValue, _ headers: HTTPFields) -> Answer {
        guard let workflowID = json["workflow_id"]?.stringValue else {
            return refuse("a create without a workflow_id", remedy: nil)
        }
        let fault = takeFault(.create, workflowID)
        if let fault, !fault.hasEffect { return .reply(StubReply(), fault) }
        let steps: Steps
        if var coming = next[workflowID], !coming.isEmpty {
            let first = coming.removeFirst()
            next[workflowID] = coming
            steps = { _ in first }
        } else if let known = workflows[workflowID] ?? others {
            steps = known
        } else {
            return refuse(
                "nothing was said of the workflow \"\(workflowID)\"",
                remedy: "call stub.on(\"\(workflowID)\", .succeed(output: …)) first")
        }
        creates += 1
        var prediction = StubPrediction(id: "stub-\(creates)", workflowID: workflowID)
        prediction.input = json["inputs"]?.objectValue ?? [:]
        prediction.aliasID = json["alias_id"]?.stringValue
        prediction.versionID = json["version_id"]?.stringValue
        prediction.randomizeSeeds = json["randomise_seeds"]?.lenientBool
        prediction.returnTempFiles = json["return_temp_files"]?.lenientBool
        prediction.resourceConfigIDs = (headers[.resourceConfigID] ?? "").split(separator: ",").map(String.init)
        return .create(prediction, steps, fault)
    }

    /// Takes a create whose steps are known.
    mutating func begin(_ prediction: StubPrediction, _ steps: [StubStep], _ fault: StubFault?) -> Answer {
        let run = StubRun(prediction: prediction, steps: steps)
        runs[prediction.id] = run
        created.append(prediction.id)
        return .reply(.succeeded(run.status), fault)
    }

    private mutating func poll(_ id: String) -> Answer {
        runs[id]?.prediction.pollCount += 1
        let workflowID = runs[id]?.prediction.workflowID
        if let fault = takeFault(.progress, workflowID) {
            return .reply(fault.hasEffect ? progress(of: id) : StubReply(), fault)
        }
        let fault = runs[id]?.advance()
        return .reply(progress(of: id), fault)
    }

    private func progress(of id: String) -> StubReply {
        runs[id].map { .succeeded($0.progress) } ?? Self.unknown(id)
    }

    private mutating func about(
        _ operation: ClientOperation, _ id: String, _ data: (inout StubRun) -> JSONValue
    ) -> Answer {
        let fault = takeFault(operation, runs[id]?.prediction.workflowID)
        if let fault, !fault.hasEffect { return .reply(StubReply(), fault) }
        guard var run = runs[id] else { return .reply(Self.unknown(id), fault) }
        let answer = data(&run)
        runs[id] = run
        return .reply(.succeeded(answer), fault)
    }

    private static func unknown(_ id: String) -> StubReply {
        .refused("TaskNotFound", "there is no prediction \(id): create it at the stub, or call stub.add(\"\(id)\", …)")
    }

    // MARK: Uploads

    private mutating func signUpload(_ json: JSONValue, now: Date) -> StubReply {
        let filename = json["originalFilename"]?.stringValue ?? "file"
        let number = signed.count + 1
        let key = "uploads/\(number)/\(filename)"
        let base = "\(StubTransport.endpoint)/uploads/\(number)/\(PercentEncoding.encode(filename))"
        let upload = StubUpload(
            url: base, objectKey: key, filename: filename,
            contentType: json["contentType"]?.stringValue ?? MediaType.unknown, bytes: [])
        signed["\(base)?upload"] = upload
        return .succeeded([
            "uploadUrl": .string("\(base)?upload"), "objectKey": .string(key), "path": .string(key),
            "expireTime": Self.expiry(now), "accessUrl": .string(base),
        ])
    }

    private static func expiry(_ now: Date) -> JSONValue {
        .integer(Int64(now.timeIntervalSince1970 + urlLifetime))
    }

    private mutating func put(_ request: StubRequest) -> Answer {
        guard let upload = signed[request.url] else {
            return refuse("nobody signed an upload to \(request.url)", remedy: nil)
        }
        guard request.headers[.contentType] == upload.contentType else {
            return refuse(
                "\(upload.filename) was signed as \(upload.contentType) and sent as"
                    + " \(request.headers[.contentType] ?? "nothing"): a store refuses that",
                remedy: "a middleware must not change the Content-Type of an upload")
        }
        return struck(.upload) { state in
            state.files[upload.url] = StoredFile(bytes: request.body, contentType: upload.contentType)
            state.uploads.append(
                StubUpload(
                    url: upload.url, objectKey: upload.objectKey, filename: upload.filename,
                    contentType: upload.contentType, bytes: request.body))
            return StubReply()
        }
    }

    /// The upload of a key, if it is still there.
    private func upload(_ key: String) -> StubUpload? {
        uploads.last { $0.objectKey == key && files[$0.url] != nil }
    }

    private static func noFile(_ key: String) -> StubReply {
        .refused("FileNotFound", "there is no file \(key)")
    }

    private func describe(_ key: String, now: Date) -> StubReply {
        guard let upload = upload(key) else { return Self.noFile(key) }
        return .succeeded([
            "objectKey": .string(key), "accessUrl": .string(upload.url), "expireTime": Self.expiry(now),
            "contentType": .string(upload.contentType), "size": .integer(Int64(upload.bytes.count)),
            "originalFilename": .string(upload.filename),
        ])
    }

    private mutating func delete(_ key: String) -> StubReply {
        guard let upload = upload(key) else { return Self.noFile(key) }
        files[upload.url] = nil
        return .succeeded(["objectKey": .string(key)])
    }

    // MARK: Downloads

    private mutating func get(_ request: StubRequest) -> Answer {
        guard let file = files[request.url] else {
            return refuse(
                "nothing is served at \(request.url)",
                remedy: "make the output's file with stub.file(_:named:), or call stub.serve(_:at:)")
        }
        return struck(.download) { _ in Self.reply(file, range: request.headers[.range]) }
    }

    /// The whole file, or what follows the first bytes: `bytes=200-`.
    private static func reply(_ file: StoredFile, range: String?) -> StubReply {
        var reply = StubReply(headers: [.contentType: file.contentType, .acceptRanges: "bytes"])
        reply.headers[.eTag] = "\"\(file.bytes.hashValue)\""
        var bytes = file.bytes
        let start = range?.wholeMatch(of: /bytes=(\d+)-/).flatMap { Int($0.output.1) } ?? 0
        if range != nil {
            guard start < bytes.count else { return StubReply(status: 416) }
            reply.status = 206
            reply.headers[.contentRange] = "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"
            bytes.removeFirst(start)
        }
        reply.headers[.contentLength] = String(bytes.count)
        reply.content = .bytes(bytes)
        return reply
    }
}
