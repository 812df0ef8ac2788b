import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What was given with a file when it was stored, and its bytes do not contain.
struct FileAttributes: Sendable, Equatable {
    var contentType: String
    /// The name the file came under. It is never a path here.
    var filename: String
    /// By the gateway's clock, to the millisecond.
    var created: Date

    init(contentType: String, filename: String, created: Date) {
        self.contentType = contentType
        self.filename = filename
        self.created = Date(
            timeIntervalSince1970: (created.timeIntervalSince1970 * 1000).rounded() / 1000)
    }

    /// Reads what ``encoded()`` wrote; nil for anything else.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes), let contentType = json["contentType"]?.stringValue,
            let filename = json["originalFilename"]?.stringValue, let created = json["createTime"]?.lenientInteger
        else { return nil }
        self.init(
            contentType: contentType, filename: filename, created: Date(timeIntervalSince1970: Double(created) / 1000))
    }

    func encoded() throws -> [UInt8] {
        let json: JSONValue = [
            "contentType": .string(contentType), "originalFilename": .string(filename),
            "createTime": .integer(milliseconds),
        ]
        return try json.encoded()
    }

    /// ``created`` in milliseconds since 1970.
    var milliseconds: Int64 { Int64((created.timeIntervalSince1970 * 1000).rounded()) }
}
