import SpeedPix
import SpeedPixTestSupport

/// An answer of the service with something wrong in it.
struct SpoiledAnswer: Sendable {
    let kind: Kind
    var bytes: [UInt8]
    /// What was done to it, for messages.
    var story: String
    /// The one field that was spoiled, if it was one.
    var field: String?

    var isLarge: Bool { bytes.count > 10_000 }

    /// What is still JSON of it.
    var json: JSONValue? { try? JSONValue(parsingAnswer: bytes) }

    /// A call, and an answer to it that has every documented field.
    enum Kind: String, CaseIterable, Sendable {
        case create, progress, result, signUpload, cancel, getFile

        var data: JSONValue {
            switch self {
            case .create: ["taskId": "t-1", "status": "waiting", "estimatedDurationInSeconds": 4.5]
            case .progress:
                [
                    "taskId": "t-1", "status": "succeeded", "progress": 0.5, "etaRelative": 3, "message": "drawing",
                    "lastQueueRemaining": 2, "state": ["nodeLabel": "KSampler", "step": 5, "maxSteps": 20],
                ]
            case .result:
                [
                    "taskId": "t-1", "status": "succeeded",
                    "result": [
                        "images": [["url": "https://cdn.test/a.png", "width": 64, "filename": "a.png"]], "text": "done",
                    ],
                    "images": ["https://cdn.test/a.png"], "info": ["message": "well done"], "parameters": ["steps": 20],
                    "imgsBytes": nil, "taskDuration": 1500, "taskBeginTime": 1_700_000_000_000,
                    "taskEndTime": 1_700_000_001_500,
                ]
            case .signUpload:
                [
                    "uploadUrl": "https://store.test/put", "objectKey": "k/1.txt", "path": "k",
                    "expireTime": 1_700_003_600, "accessUrl": "https://store.test/get",
                ]
            case .cancel: ["taskId": "t-1", "status": "canceled"]
            case .getFile:
                [
                    "accessUrl": "https://store.test/get", "objectKey": "k/1.txt", "originalFilename": "1.txt",
                    "size": 12, "contentType": "text/plain", "createTime": 1_700_000_000, "expireTime": 1_700_003_600,
                ]
            }
        }

        var envelope: JSONValue {
            [
                "status": 10, "apiInvokeId": "invoke-1", "errCode": nil, "errMessage": "", "subErrCode": nil,
                "subErrMessage": nil, "data": data,
            ]
        }

        /// Every field, by its path.
        var fields: [[String]] { Self.paths(in: envelope) }

        private static func paths(in value: JSONValue) -> [[String]] {
            (value.objectValue ?? [:]).sorted { $0.key < $1.key }.flatMap { key, value in
                [[key]] + paths(in: value).map { [key] + $0 }
            }
        }

        /// Fields without which the answer says something else; all others must do no harm whatever is in them.
        var essential: Set<String> {
            let common: Set<String> = ["status", "errCode", "subErrCode", "data"]
            return switch self {
            case .create: common.union(["data.taskId"])
            case .progress: common.union(["data.status"])
            case .result: common.union(["data.status", "data.result"])
            case .signUpload: common.union(["data.uploadUrl", "data.accessUrl"])
            case .cancel: common.union(["data.status"])
            case .getFile: common.union(["data.accessUrl"])
            }
        }
    }

    /// What may stand in place of a value, as JSON or as what is none any more; nil takes the field away.
    static let values: [String?] =
        [
            nil, "null", "true", "false", "0", "-1", "10", "20", "0.5", "1e308", "-1e300", "1e400", "9e18",
            "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e-320", "\"\"", "\" \"", "\"x\"",
            "\"20\"", "\"NaN\"", "\"-inf\"", "\"1e300\"", "\"9223372036854775807\"", "\"succeeded\"", "\"Failed\"",
            "\"running\"", "\"canceled\"", "\"https://x.test/y\"", "\"\\u0000\\r\\n\\u001b[2J\"", "\"\\ud800\"",
            "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999Z\"", "[]", "{}", "[null]", "{\"url\":5}",
            "[\"a\",1,{}]", "{\"\":{}}", "tru", "\"open",
        ] + [
            "\"\(String(repeating: "long ", count: 20_000))\"", nested(100, open: "[", close: "]"),
            nested(400, open: "[", close: "]"),
            nested(400, open: "{\"a\":", close: "}"), nested(3000, open: "[", close: "]"),
        ]

    private static func nested(_ depth: Int, open: String, close: String) -> String {
        String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }

    /// Puts something else in place of some fields.
    init(_ kind: Kind, _ changes: [(path: [String], value: String?)]) throws {
        self.kind = kind
        var envelope = kind.envelope
        for (index, change) in changes.enumerated() {
            envelope = Self.put(change.value.map { _ in .string("@\(index)@") }, at: change.path[...], in: envelope)
        }
        var text = String(decoding: try envelope.encoded(), as: UTF8.self)
        for (index, change) in changes.enumerated() {
            if let value = change.value {
                text = text.split(separator: "\"@\(index)@\"", omittingEmptySubsequences: false).joined(
                    separator: value)
            }
        }
        bytes = Array(text.utf8)
        let names = changes.map { "\($0.path.joined(separator: ".")) = \(($0.value ?? "(gone)").prefix(40))" }
        story = "\(kind.rawValue): " + names.joined(separator: ", ")
        field = changes.count == 1 ? changes[0].path.joined(separator: ".") : nil
    }

    /// What can happen to an answer's bytes on the way.
    mutating func damage(_ random: inout some RandomNumberGenerator) {
        guard !bytes.isEmpty else { return }
        field = nil
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            bytes.removeSubrange(index...)
            story += ", cut at \(index)"
        case 1:
            bytes[index] = UInt8.random(in: 0...255, using: &random)
            story += ", byte \(index) is \(bytes[index])"
        case 2:
            bytes.insert(contentsOf: [0xFF, 0xC3, 0x28], at: index)
            story += ", no UTF-8 at \(index)"
        case 3:
            bytes.insert(contentsOf: [0xEF, 0xBB, 0xBF], at: 0)
            story += ", with a byte order mark"
        default:
            bytes += bytes
            story += ", twice"
        }
    }

    private static func put(_ value: JSONValue?, at path: ArraySlice<String>, in json: JSONValue) -> JSONValue {
        guard let key = path.first, case .object(var members) = json else { return json }
        if path.count > 1 {
            members[key] = members[key].map { put(value, at: path.dropFirst(), in: $0) }
        } else {
            members[key] = value
        }
        return .object(members)
    }
}
