import Crypto
import LuaRuntime
import SpeedPix

/// By what it is known whether a row that was done is still done: its script and its values. Its files count besides, see
/// ``RowReads``.
struct RowVersion: Sendable, Equatable {
    let script: String
    let values: String

    /// - Parameters:
    ///   - script: Of ``scriptDigest(_:)``.
    ///   - values: All that the script is called with.
    init(script: String, values: [String: String]) {
        self.script = script
        var hasher = SHA256()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            // With their lengths: "a" and "bc" is not "ab" and "c".
            hasher.update(data: Array("\(name.utf8.count):\(name)\(value.utf8.count):\(value)".utf8))
        }
        self.values = Self.short(hasher.finalize())
    }

    static func scriptDigest(_ chunk: LuaChunk) -> String { short(SHA256.hash(data: chunk.source)) }

    /// 64 bits: enough to notice a change.
    private static func short(_ digest: SHA256.Digest) -> String { String(digest.hexadecimal.prefix(16)) }
}

extension RowVersion {
    /// As a journal keeps it.
    var text: String { "\(script):\(values)" }

    /// - Returns: Nil for anything else.
    init?(text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2 else { return nil }
        (script, values) = (String(parts[0]), String(parts[1]))
    }
}
