import LocalFiles
import SpeedPix
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The inputs of earlier sessions, in a file that only its owner can read. An input with the secret in it is never kept,
/// and neither is one that begins with a space.
///
/// The file has a line for each input; a line break within one is kept as U+2028, a line separator.
struct LineHistory: Sendable {
    /// Lines that are read back.
    static let longest = 1000
    /// Bytes beyond which the file is rewritten with the last lines only.
    private static let largest = 1 << 20

    /// Nil if there is no folder for it.
    let path: String?
    private var secrets: [String]

    /// - Parameter secrets: What no line may contain; the empty string counts as none.
    init(path: String?, secrets: [String]) {
        self.path = path
        self.secrets = secrets.filter { !$0.isEmpty }
    }

    /// From now on no line may contain this, either.
    mutating func hide(_ secret: String) {
        if !secret.isEmpty { secrets.append(secret) }
    }

    /// Where the XDG Base Directory Specification wants a history: the state folder.
    static func path(_ environment: [String: String], home: String) -> String? {
        BaseDirectories(environment, home: home).state?.appending("speedpix").appending("repl_history").string
    }

    /// Whether a line may be kept.
    func isKept(_ line: String) -> Bool {
        !line.isEmpty && line.first?.isWhitespace == false && !hasSecret(line)
    }

    /// Whether the secret is part of a text.
    func hasSecret(_ text: String) -> Bool {
        secrets.contains { text.contains($0) }
    }

    /// The lines of earlier sessions, the oldest first; none if they cannot be read.
    func load() -> [String] {
        guard let path, let data = try? Data(contentsOf: URL(filePath: path)) else { return [] }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        let kept = lines.filter(isKept).suffix(Self.longest)
        // Whichever program made the file, only its owner may read it.
        try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        if data.count > Self.largest { try? rewrite(Array(kept), path) }
        return kept.map { $0.replacing(Self.lineBreak, with: "\n") }
    }

    private static let lineBreak = "\u{2028}"

    /// Adds an input. That one cannot be written is not reported: it matters too little.
    func append(_ line: String) {
        guard let path, isKept(line) else { return }
        let file = FilePath(path)
        guard let descriptor = try? open(file) else { return }
        // Several sessions may write at once: one call, at the end.
        _ = try? descriptor.closeAfter {
            try descriptor.writeAll(Array((line.replacing("\n", with: Self.lineBreak) + "\n").utf8))
        }
    }

    private func open(_ file: FilePath) throws -> FileDescriptor {
        try Folder.makePrivate(file.removingLastComponent())
        return try FileDescriptor.open(
            file, .writeOnly, options: [.append, .create, .noFollow, .closeOnExec], permissions: .ownerReadWrite)
    }

    private func rewrite(_ lines: [String], _ path: String) throws {
        try AtomicFile.replace(
            FilePath(path), with: lines.lazy.map { Array(($0 + "\n").utf8) }, permissions: .ownerReadWrite)
    }
}
