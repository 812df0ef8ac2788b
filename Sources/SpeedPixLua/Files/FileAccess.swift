import SpeedPix
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Which files a script may read and write. Symbolic links and `..` are followed before a path is judged.
public struct FileAccess: Sendable {
    /// Where relative paths start.
    public var workingDirectory: String
    /// Where relative paths of results start.
    public var outputDirectory: String
    /// What `~/` stands for.
    public var homeDirectory: String
    /// Folders that may be read, besides the working and the output folder.
    public var readable: [String]
    /// Files that may be read wherever they lie: those named on the command line.
    public var readableFiles: [String]

    /// Results go to the working folder unless `outputDirectory` is given; nothing else is readable unless listed.
    public init(
        workingDirectory: String, outputDirectory: String? = nil, homeDirectory: String, readable: [String] = [],
        readableFiles: [String] = []
    ) {
        self.workingDirectory = workingDirectory
        self.outputDirectory = outputDirectory ?? workingDirectory
        self.homeDirectory = homeDirectory
        self.readable = readable
        self.readableFiles = readableFiles
    }

    func absolute(_ path: String, from folder: String) -> String {
        if path.hasPrefix("/") { return path }
        if path.hasPrefix("~/") { return FilePath(homeDirectory).appending(String(path.dropFirst(2))).string }
        return FilePath(folder).appending(path).lexicallyNormalized().string
    }

    /// The real path of a file that a script wants to read.
    ///
    /// - Throws: ``SpeedPixError``: `file_not_found`, or `not_allowed` outside the script's folders.
    func readable(_ path: String) throws -> String {
        let full = absolute(path, from: workingDirectory)
        guard let real = Self.real(full) else {
            throw SpeedPixError(
                .fileNotFound, "there is no file \(path)",
                remedy: "relative paths start at the working folder, \(workingDirectory)")
        }
        let folders = [workingDirectory, outputDirectory] + readable
        guard
            Self.isInside(real, folders)
                || readableFiles.contains(where: { Self.real(absolute($0, from: workingDirectory)) == real })
        else {
            throw SpeedPixError(
                .notAllowed, "\(path) lies outside the folders that this script may read",
                remedy: "copy it beside the script, or name it on the command line; for text say speedpix.text(…)")
        }
        return real
    }

    /// The real path of a string in an input that looks like a path; nil if it is text after all.
    ///
    /// - Throws: ``SpeedPixError`` for a path with an extension that names no file, a folder, or one out of bounds.
    func existingFile(_ path: String) throws -> String? {
        let full = absolute(path, from: workingDirectory)
        if Self.real(full) == nil {
            guard !MediaType.fileExtension(of: path).isEmpty else { return nil }
            throw SpeedPixError(
                .fileNotFound, "there is no file \(path)",
                remedy: "relative paths start at the working folder, \(workingDirectory);"
                    + " if it is meant as text, say speedpix.text(…)")
        }
        return try readable(path)
    }

    /// The full path of a file that a script wants to write.
    ///
    /// - Throws: ``SpeedPixError`` `not_allowed` outside the working and the output folder.
    func writable(_ path: String) throws -> String {
        let full = FilePath(absolute(path, from: outputDirectory)).lexicallyNormalized()
        // What does not exist yet cannot be a link: the nearest folder that exists decides.
        var existing = full
        while Self.real(existing.string) == nil, !existing.components.isEmpty { existing.removeLastComponent() }
        guard let real = Self.real(existing.string),
            Self.isInside(real, [workingDirectory, outputDirectory], orMade: full)
        else {
            throw SpeedPixError(
                .notAllowed, "\(path) lies outside the folders that this script may write",
                remedy: "save below the working folder, or choose another with --out")
        }
        return full.string
    }

    private static func isInside(_ real: String, _ folders: [String], orMade full: FilePath? = nil) -> Bool {
        let path = FilePath(real)
        return folders.contains { folder in
            if let root = Self.real(folder) { return path.starts(with: FilePath(root)) }
            // --out may name a folder that is only made by the first save.
            return full?.starts(with: FilePath(folder).lexicallyNormalized()) ?? false
        }
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
