import LocalFiles
import SpeedPix
import SystemPackage

/// Which files a script may read and write. Symbolic links and `..` are followed before a path is judged, and what was
/// opened is judged once more.
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
    /// Folders that may be written, besides the working and the output folder.
    public var writable: [String]
    /// Files and folders that may be neither read nor written, whatever else is allowed: those with credentials, and journals.
    /// They are known by what they are, too: under another name, or in a folder that was renamed, they stay withheld.
    public var withheld: [String] {
        get { withheldFiles.paths }
        set { withheldFiles = WithheldFiles(newValue) }
    }
    private var withheldFiles = WithheldFiles([])
    /// If set, what the script writes, removes and renames stays in it, and is read from it: the files themselves stay as
    /// they are. What the script may do is judged as without it.
    public var overlay: FileOverlay?
    /// Called with the real path of each file that is opened for reading, and with the path of each that was looked for and
    /// is not there, from any thread.
    public var onRead: (@Sendable (String) -> Void)?
    /// Called with the path of each file that is about to be written, from any thread.
    public var onWrite: (@Sendable (String) -> Void)?

    /// Results go to the working folder unless `outputDirectory` is given; nothing else is allowed unless listed.
    public init(
        workingDirectory: String, outputDirectory: String? = nil, homeDirectory: String, readable: [String] = [],
        readableFiles: [String] = [], writable: [String] = []
    ) {
        self.workingDirectory = workingDirectory
        self.outputDirectory = outputDirectory ?? workingDirectory
        self.homeDirectory = homeDirectory
        self.readable = readable
        self.readableFiles = readableFiles
        self.writable = writable
    }

    /// The same with an overlay that takes what the script writes; nil for none.
    public func overlaid(by overlay: FileOverlay?) -> FileAccess {
        var files = self
        files.overlay = overlay
        return files
    }

    func absolute(_ path: String, from folder: String) -> String {
        if path.hasPrefix("/") { return path }
        if path.hasPrefix("~/") { return FilePath(homeDirectory).appending(String(path.dropFirst(2))).string }
        return FilePath(folder).appending(path).lexicallyNormalized().string
    }

    // MARK: Reading

    /// The full path of something to read: what a script has written with a relative path is found by the same path.
    func located(_ path: String, from folder: String? = nil) -> String {
        let first = absolute(path, from: folder ?? workingDirectory)
        guard real(first) == nil else { return first }
        let other = absolute(path, from: folder == outputDirectory ? workingDirectory : outputDirectory)
        return real(other) == nil ? first : other
    }

    /// The real path of a file or folder that a script wants to read.
    ///
    /// - Throws: ``SpeedPixError``: `file_not_found`, or `not_allowed` outside the script's folders.
    func readable(_ path: String) throws -> String {
        try Self.check(path)
        guard let real = self.real(located(path)) else {
            onRead?(located(path))
            throw SpeedPixError(
                .fileNotFound, "there is no file \(path)",
                remedy: "relative paths start at the working folder, \(workingDirectory)")
        }
        try checkReading(real, as: path)
        return real
    }

    /// The real path if the script may know that it is there; nil if it is not there.
    ///
    /// - Throws: ``SpeedPixError`` `not_allowed` outside the script's folders, whether or not something is there.
    func existing(_ path: String) throws -> String? {
        try Self.check(path)
        let full = located(path)
        if let real = self.real(full) {
            try checkReading(real, as: path)
            return real
        }
        guard let nearest = nearestExisting(full), isInside(nearest, readRoots) else {
            throw Self.notReadable(path)
        }
        onRead?(full)
        return nil
    }

    /// The real path of a string in an input that looks like a path; nil if it is text after all.
    ///
    /// - Throws: ``SpeedPixError`` for a path with an extension that names no file, a folder, or one out of bounds.
    func existingFile(_ path: String) throws -> String? {
        if real(located(path)) == nil {
            guard !MediaType.fileExtension(of: path).isEmpty else { return nil }
            onRead?(located(path))
            throw SpeedPixError(
                .fileNotFound, "there is no file \(path)",
                remedy: "relative paths start at the working folder, \(workingDirectory);"
                    + " if it is meant as text, say speedpix.text(…)")
        }
        return try readable(path)
    }

    var readRoots: [String] { [workingDirectory, outputDirectory] + readable }

    func mayRead(_ real: String) -> Bool {
        guard !isWithheld(real) else { return false }
        return isInside(real, readRoots)
            || readableFiles.contains { self.real(absolute($0, from: workingDirectory)) == real }
    }

    func checkReading(_ real: String, as path: String) throws {
        guard !isWithheld(real) else { throw Self.withheld(path) }
        guard mayRead(real) else { throw Self.notReadable(path) }
    }

    private static func notReadable(_ path: String) -> SpeedPixError {
        SpeedPixError(
            .notAllowed, "\(path) lies outside the folders that this script may read",
            remedy: "copy it beside the script, name it on the command line, or add --allow-read DIR;"
                + " for text say speedpix.text(…)")
    }

    // MARK: Writing

    var writeRoots: [String] { [workingDirectory, outputDirectory] + writable }

    /// The full path of a file that a script wants to write.
    ///
    /// - Parameter isThere: Whether it is about something that exists, which may lie in either folder.
    /// - Throws: ``SpeedPixError`` `not_allowed` outside the folders that it may write.
    func writable(_ path: String, isThere: Bool = false) throws -> String {
        try Self.check(path)
        let start = isThere ? located(path, from: outputDirectory) : absolute(path, from: outputDirectory)
        let full = FilePath(start).lexicallyNormalized().string
        guard !isWithheld(full) else { throw Self.withheld(path) }
        // What does not exist yet cannot be a link: the nearest folder that exists decides.
        guard let real = nearestExisting(full), mayWrite(real, toMake: full) else { throw Self.notWritable(path) }
        return full
    }

    /// - Parameter full: What is to be made below it, for a root that does not exist yet.
    func mayWrite(_ real: String, toMake full: String? = nil) -> Bool {
        // A file that is not there yet is judged by its name.
        !isWithheld(full ?? real) && !isWithheld(real)
            && isInside(real, writeRoots, orMade: full.map { FilePath($0) })
    }

    static func withheld(_ path: String) -> SpeedPixError {
        SpeedPixError(
            .notAllowed, "\(path) is there for settings, credentials or journals, and no script may read or write it",
            remedy: "give the file another name, if it holds none")
    }

    func isWithheld(_ real: String) -> Bool {
        if Self.isSecret(real) { return true }
        return withheldFiles.contains(real)
    }

    static func notWritable(_ path: String) -> SpeedPixError {
        SpeedPixError(
            .notAllowed, "\(path) lies outside the folders that this script may write",
            remedy: "save below the working folder, choose another with --out, or add --allow-write DIR")
    }

    // MARK: Paths

    /// C sees a path only up to its first zero: what is judged and what is opened would be two different files.
    private static func check(_ path: String) throws {
        guard path.utf8.count <= PathText.longest else {
            throw SpeedPixError(
                .invalidArgument,
                "a path of \(path.utf8.count) bytes names no file (\(path.prefix(60).description.printable())…)",
                remedy: "the longest has \(PathText.longest) bytes")
        }
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SpeedPixError(
                .invalidArgument, path.isEmpty ? "an empty path names no file" : "a path cannot hold a zero byte")
        }
    }

    /// What no folder that is allowed opens up: the kernel's view of processes, whose environments hold the secret, and
    /// files that are there to hold credentials.
    private static func isSecret(_ real: String) -> Bool {
        let path = FilePath(real)
        if ["/proc", "/sys"].contains(where: { path.starts(with: FilePath($0)) }) { return true }
        let name = path.lastComponent?.string.lowercased() ?? ""
        // Settings may hold credentials, and say where files are sent.
        return name == "speedpix.toml" || name == ".env" || name.hasPrefix(".env.")
            || name.hasPrefix("speedpix-credentials-")
    }

    private func isInside(_ real: String, _ folders: [String], orMade full: FilePath? = nil) -> Bool {
        let path = FilePath(real)
        return folders.contains { folder in
            if let root = self.real(folder) { return path.starts(with: FilePath(root)) }
            // --out may name a folder that is only made by the first save.
            return full?.starts(with: FilePath(folder).lexicallyNormalized()) ?? false
        }
    }

    func nearestExisting(_ path: String) -> String? {
        var existing = FilePath(path).lexicallyNormalized()
        while real(existing.string) == nil, !existing.components.isEmpty { existing.removeLastComponent() }
        return real(existing.string)
    }

    /// The real path on the disk, whatever an overlay says.
    static func real(_ path: String) -> String? {
        try? RealPath.resolve(path)
    }
}
