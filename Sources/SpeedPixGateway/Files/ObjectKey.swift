import SpeedPix

/// The name of a stored file: a folder of the store, whose it is, and a unique name, with nothing in it that a client chose
/// but the ending. A value that exists is safe to append to the data directory.
struct ObjectKey: Sendable, Hashable, CustomStringConvertible {
    enum Folder: String, Sendable, CaseIterable {
        case uploads
        case results
    }

    let folder: Folder
    /// Nil for a file of a gateway that knew one application key.
    let owner: OwnerTag?
    /// `OWNER_UNIQUE.ENDING`, of which the owner and the ending may be missing.
    let name: String

    /// - Parameters:
    ///   - uniqueName: Letters, digits and hyphens.
    ///   - filename: Gives the ending, if it has a plain one: viewers and libraries go by it.
    init(_ folder: Folder, owner: OwnerTag? = nil, uniqueName: String, filename: String) {
        self.folder = folder
        self.owner = owner
        let ending = MediaType.fileExtension(of: filename)
        let stem = (owner.map { $0.text + "_" } ?? "") + uniqueName
        name = Self.isEnding(ending) ? "\(stem).\(ending)" : stem
    }

    /// Reads `uploads/NAME` or `results/NAME`; nil for anything else, so that no text leads out of the store.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let folder = Folder(rawValue: String(parts[0])) else { return nil }
        let pieces = parts[1].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard var stem = pieces.first, pieces.count == 1 || Self.isEnding(String(pieces[1])) else { return nil }
        if let end = stem.firstIndex(of: "_") {
            guard let owner = OwnerTag(stem[..<end]) else { return nil }
            self.owner = owner
            stem = stem[stem.index(after: end)...]
        } else {
            owner = nil
        }
        guard (1...80).contains(stem.utf8.count), stem.utf8.allSatisfy(Self.isPlain) else { return nil }
        self.folder = folder
        name = String(parts[1])
    }

    var text: String { "\(folder.rawValue)/\(name)" }
    var description: String { text }

    private static func isEnding(_ text: String) -> Bool {
        (1...10).contains(text.utf8.count) && text.utf8.allSatisfy { isPlain($0) && $0 != 0x2D }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
    }
}
