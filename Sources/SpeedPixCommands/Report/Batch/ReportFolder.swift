import Crypto
import LocalFiles
import SystemPackage

/// The folder of what a large report has beside its page: `report_files` for `report.html`, as browsers name it.
///
/// A thumbnail is named by the version of the picture that it was made of. So a batch that was stopped and goes on makes none twice,
/// and the page that is there stays whole while the next one is prepared.
struct ReportFolder: Sendable {
    let path: FilePath
    /// As the page names it: relative, with a slash at its end.
    let link: String

    /// - Parameter page: The page's absolute path.
    init(beside page: FilePath) {
        let name = FileName(bytes: Array((page.stem ?? "report").utf8) + Array("_files".utf8))
        path = page.removingLastComponent().appending(name)
        link = RelativeLink.encoded(name.bytes) + "/"
    }

    /// Looks whether it can be made.
    ///
    /// - Throws: ``CommandFailure`` for something there that is no folder.
    func check() throws {
        let kind = FileKind(path)
        guard kind == nil || kind == .folder else {
            throw CommandFailure(
                .usage, "\(path.shown) is not a folder, and the report's pictures are to go there".printable(),
                hint: "move it away, or name another file with --report")
        }
    }

    /// - Throws: `Errno`.
    func make() throws(Errno) { try Folder.make(path, permissions: .readWriteExecuteForAll) }

    /// - Throws: `Errno`; nothing is left behind then.
    func write(_ name: String, _ bytes: [UInt8]) throws(Errno) {
        try AtomicFile.replace(path.appending(name), with: CollectionOfOne(bytes))
    }

    func has(_ name: String) -> Bool { FileKind(path.appending(name)) == .file }

    // MARK: Names

    /// What the thumbnail of a picture is called, without an extension; nil if the picture is no file.
    static func thumbnail(of picture: FilePath, side: Int) -> String? {
        guard let version = WatchedVersion(picture).text else { return nil }
        return digest(picture.bytes + Array(" \(version) \(side)".utf8), digits: 16)
    }

    static let thumbnailExtension = ".webp"

    /// What the names of a page's files of rows begin with.
    ///
    /// - Parameter token: Another one for each page.
    static func rowsPrefix(_ token: String) -> String { "rows-\(digest(Array(token.utf8), digits: 8))-" }

    private static func digest(_ bytes: [UInt8], digits: Int) -> String {
        String(SHA256.hash(data: bytes).hexadecimal.prefix(digits))
    }

    // MARK: Removal

    /// Removes what reports before have left here, and nothing else.
    ///
    /// - Parameter used: The names of what the newest page needs.
    func removeOthers(than used: Set<String>) {
        guard let names = try? FolderNames.read(path) else { return }
        for name in names {
            guard let text = name.text, !used.contains(text), Self.isOwn(text) else { continue }
            // What cannot be removed only takes room.
            try? FileRemoval.remove(path.appending(name))
        }
    }

    /// Whether a report has given a file this name.
    static func isOwn(_ name: String) -> Bool {
        name.wholeMatch(of: /[0-9a-f]{16}\.webp|rows-[0-9a-f]{8}-[0-9]+\.js/) != nil
    }
}
