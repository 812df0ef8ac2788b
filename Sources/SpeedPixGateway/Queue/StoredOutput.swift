import SpeedPix

/// A named output of a finished prediction. Files are in the store; their URLs are signed for each answer.
enum StoredOutput: Sendable {
    case data(JSONValue)
    case file(StoredFile)
    case files([StoredFile])
}

/// A file among the outputs.
struct StoredFile: Sendable {
    let key: ObjectKey
    let filename: String
    let mimeType: String
    let size: Int64
    let facts: [String: JSONValue]
}
