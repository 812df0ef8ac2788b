/// Which scripts a worker runs. A value.
package struct TrustList: Sendable, Equatable {
    package var allowsAny: Bool
    /// SHA-256 in lower-case hexadecimal, see ``BatchManifest/Script/digest``.
    package private(set) var digests: Set<String>

    /// - Parameter texts: What the command line has: digests, or `any`.
    /// - Returns: Nil if one is neither.
    package init?(_ texts: [String]) {
        allowsAny = texts.contains("any")
        digests = Set(texts.filter { $0 != "any" }.map { $0.lowercased() })
        guard digests.allSatisfy(Self.isDigest) else { return nil }
    }

    /// - Parameter text: The content of a file, see ``line(_:name:)``. Lines that say something else do not count.
    package init(file text: String) {
        allowsAny = false
        digests = Set(
            text.split(whereSeparator: \.isNewline).compactMap { $0.split(separator: " ").first.map(String.init) }
        )
        .filter(Self.isDigest)
    }

    package func allows(_ digest: String) -> Bool { allowsAny || digests.contains(digest) }

    package mutating func add(_ digest: String) { digests.insert(digest) }

    /// A line of the file that remembers scripts, with its end.
    ///
    /// - Parameter name: For people.
    package static func line(_ digest: String, name: String) -> String {
        "\(digest) \(name.filter { !$0.isNewline })\n"
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
