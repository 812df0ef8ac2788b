/// The name of a batch in a queue: 1 to 64 of `A-Z a-z 0-9 _ -`. It is a part of subjects, of which it is one token, and the name of the
/// batch's consumer.
package struct BatchName: Sendable, Hashable, CustomStringConvertible {
    package static let longest = 64

    package let text: String

    /// - Returns: Nil for anything else.
    package init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    /// The name that the same content always gets, so that who gives the same command again goes on with the same batch:
    /// `card-products-3f9a0c11`.
    ///
    /// - Parameters:
    ///   - script: The name of its file.
    ///   - rows: The name of their source.
    ///   - digest: Of the content, see ``BatchManifest/contentDigest``.
    package init(script: String, rows: String, digest: String) {
        let parts = [Self.stem(script, longest: 24), Self.stem(rows, longest: 24), String(digest.prefix(8))]
        text = parts.filter { !$0.isEmpty }.joined(separator: "-")
    }

    package var description: String { text }

    /// What a refused name is told.
    package static let rule = "a name has 1 to 64 of the letters A to Z, digits, - and _"

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The last part of a path, without its extension, and with `-` for all that a name cannot have.
    private static func stem(_ path: String, longest: Int) -> String {
        let file = path.split(separator: "/").last ?? ""
        let stem = file.lastIndex(of: ".").map { $0 > file.startIndex ? file[..<$0] : file } ?? file
        var bytes: [UInt8] = []
        for byte in stem.utf8 where bytes.count < longest {
            if isAllowed(byte) {
                bytes.append(byte)
            } else if let last = bytes.last, last != UInt8(ascii: "-") {
                bytes.append(UInt8(ascii: "-"))
            }
        }
        while bytes.last == UInt8(ascii: "-") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
