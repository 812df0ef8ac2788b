import LocalFiles
import SpeedPix
public import SystemPackage

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
    private let realFolders = RealFolders()
    /// If set, what the script writes, removes and renames stays in it, and is read from it: the files themselves stay as
    /// they are. What the script may do is judged as without it.
    public var overlay: FileOverlay?
    /// Called with the real path of each file that is opened for reading and of each folder that is listed, and with the path of
    /// each file that a script has named and is not there, from any thread.
    public var onRead: (@Sendable (FilePath) -> Void)?
    /// Called with the path of each file that is about to be written, from any thread.
    public var onWrite: (@Sendable (FilePath) -> Void)?

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

    func absolute(_ path: FilePath, from folder: String) -> FilePath {
        if path.isAbsolute { return path }
        if path.components.first.map(FileName.init) == "~" {
            return FilePath(homeDirectory).appending(path.components.dropFirst())
        }
        return FilePath(folder).appending(path.components).lexicallyNormalized()
    }

    // MARK: Reading

    /// The full path of something to read: what a script has written with a relative path is found by the same path.
    func located(_ path: FilePath, from folder: String? = nil) -> FilePath { found(path, from: folder).path }

    /// The same with the real path, which is nil if nothing is there.
    private func found(_ path: FilePath, from folder: String? = nil) -> (path: FilePath, real: FilePath?) {
        let first = absolute(path, from: folder ?? workingDirectory)
        if let real = real(first) { return (first, real) }
        let other = absolute(path, from: folder == outputDirectory ? workingDirectory : outputDirectory)
        guard other != first, let real = real(other) else { return (first, nil) }
        return (other, real)
    }

    /// The real path of a file or folder that a script wants to read.
    ///
    /// - Throws: ``SpeedPixError``: `file_not_found`, or `not_allowed` outside the script's folders.
    func readable(_ path: FilePath) throws -> FilePath {
        try Self.check(path)
        let found = found(path)
        guard let real = found.real else {
            onRead?(found.path)
            throw notFound(path)
        }
        try checkReading(real, as: path)
        return real
    }

    /// The real path if the script may know that it is there; nil if it is not there.
    ///
    /// - Throws: ``SpeedPixError`` `not_allowed` outside the script's folders, whether or not something is there.
    func existing(_ path: FilePath) throws -> FilePath? {
        try Self.check(path)
        let (full, real) = found(path)
        if let real {
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
    func existingFile(_ path: FilePath) throws -> FilePath? {
        let found = found(path)
        if found.real == nil {
            guard !MediaType.fileExtension(of: path.shown).isEmpty else { return nil }
            onRead?(found.path)
            var error = notFound(path)
            error.remedy = "\(error.remedy ?? ""); if it is meant as text, say speedpix.text(…)"
            throw error
        }
        return try readable(path)
    }

    var readRoots: [String] { [workingDirectory, outputDirectory] + readable }

    func mayRead(_ real: FilePath) -> Bool { !isWithheld(real) && isReadable(real) }

    private func isReadable(_ real: FilePath) -> Bool {
        isInside(real, readRoots)
            || readableFiles.contains { self.real(absolute(FilePath($0), from: workingDirectory)) == real }
    }

    func checkReading(_ real: FilePath, as path: FilePath) throws {
        guard !isWithheld(real) else { throw Self.withheld(path.shown) }
        guard isReadable(real) else { throw Self.notReadable(path) }
    }

    private static func notReadable(_ path: FilePath) -> SpeedPixError {
        SpeedPixError(
            .notAllowed, "\(path.shown) lies outside the folders that this script may read",
            remedy: "copy it beside the script, name it on the command line, or add --allow-read DIR;"
                + " for text say speedpix.text(…)")
    }

    // MARK: Writing

    var writeRoots: [String] { [workingDirectory, outputDirectory] + writable }

    /// The full path of a file that a script wants to write.
    ///
    /// - Parameter isThere: Whether it is about something that exists, which may lie in either folder.
    /// - Throws: ``SpeedPixError`` `not_allowed` outside the folders that it may write.
    func writable(_ path: FilePath, isThere: Bool = false) throws -> FilePath {
        try Self.check(path)
        let start = isThere ? located(path, from: outputDirectory) : absolute(path, from: outputDirectory)
        let full = start.lexicallyNormalized()
        // A file that is not there yet is judged by its name.
        guard !isWithheld(full) else { throw Self.withheld(path.shown) }
        // What does not exist yet cannot be a link: the nearest folder that exists decides.
        guard let real = nearestExisting(full), isWritable(real, toMake: full) else {
            throw Self.notWritable(path.shown)
        }
        return full
    }

    /// - Parameter full: What is to be made below it, for a root that does not exist yet.
    func mayWrite(_ real: FilePath, toMake full: FilePath) -> Bool {
        !isWithheld(full) && isWritable(real, toMake: full)
    }

    /// Whether a file of this name may be written in a folder that is there.
    ///
    /// - Parameter folder: A real path.
    func mayWrite(_ name: FileName, in folder: FilePath) -> Bool {
        // Whether the folder is withheld was judged with the file's path.
        !isWithheld(folder.appending(name)) && !Self.isSecret(folder) && isInside(folder, writeRoots)
    }

    /// - Parameter full: Known to be no withheld file.
    private func isWritable(_ real: FilePath, toMake full: FilePath) -> Bool {
        // Whether a folder on the way to a path is withheld was judged with that path. A name is judged only at the end of one.
        let isRefused = full.isInside(real) ? Self.isSecret(real) : isWithheld(real)
        return !isRefused && isInside(real, writeRoots, orMade: full)
    }

    static func withheld(_ path: String) -> SpeedPixError {
        SpeedPixError(
            .notAllowed, "\(path) is there for settings, credentials or journals, and no script may read or write it",
            remedy: "give the file another name, if it holds none")
    }

    func isWithheld(_ real: FilePath) -> Bool {
        if Self.isSecret(real) { return true }
        return withheldFiles.contains(real)
    }

    /// Has to be called before something is renamed, which may be a folder with withheld files in it.
    func willRename() { withheldFiles.refresh() }

    static func notWritable(_ path: String) -> SpeedPixError {
        SpeedPixError(
            .notAllowed, "\(path) lies outside the folders that this script may write",
            remedy: "save below the working folder, choose another with --out, or add --allow-write DIR")
    }

    // MARK: Paths

    private static func check(_ path: FilePath) throws {
        guard path.length <= PathText.longest else { throw PathText.tooLong(path.bytes) }
        guard !path.isEmpty else { throw SpeedPixError(.invalidArgument, "an empty path names no file") }
    }

    /// The error for what is not there, with what was perhaps meant.
    func notFound(_ path: FilePath) -> SpeedPixError {
        SpeedPixError(
            .fileNotFound, "there is no file \(path.shown)",
            remedy: nearest(to: path)?.hint ?? "relative paths start at the working folder, \(workingDirectory)")
    }

    /// Nil if nothing near is there that the script may read.
    func nearest(to path: FilePath) -> NearestFile? {
        // The script has not asked for what lies in the folder.
        var unnoticed = self
        unnoticed.onRead = nil
        let nearest = NearestFile(
            to: path,
            exists: { real(located($0)) != nil },
            names: { (try? FolderListing($0, unnoticed, limit: NearestFile.mostNames))?.names ?? [] })
        guard let nearest, let real = real(located(nearest.path)), mayRead(real) else { return nil }
        return nearest
    }

    private static let kernelFolders: [FilePath] = ["/proc", "/sys"]

    /// What no folder that is allowed opens up: the kernel's view of processes, whose environments hold the secret, and
    /// files that are there to hold credentials.
    private static func isSecret(_ path: FilePath) -> Bool {
        if kernelFolders.contains(where: { path.isInside($0) }) { return true }
        let name = path.fileName?.text?.lowercased() ?? ""
        // Settings may hold credentials, and say where files are sent.
        return name == "speedpix.toml" || name == ".env" || name.hasPrefix(".env.")
            || name.hasPrefix("speedpix-credentials-")
    }

    private func isInside(_ path: FilePath, _ folders: [String], orMade full: FilePath? = nil) -> Bool {
        // In an overlay a folder may come and go.
        if overlay == nil, folders.contains(where: { realFolders[$0].map(path.isInside) ?? false }) { return true }
        // A folder may be there only now, or have become another one.
        return folders.contains { folder in
            let root = overlay == nil ? realFolders.resolve(folder) : real(FilePath(folder))
            if let root { return path.isInside(root) }
            // --out may name a folder that is only made by the first save.
            return full?.isInside(FilePath(folder).lexicallyNormalized()) ?? false
        }
    }

    func nearestExisting(_ path: FilePath) -> FilePath? {
        var existing = path.lexicallyNormalized()
        while real(existing) == nil, !existing.components.isEmpty { existing.removeLastComponent() }
        return real(existing)
    }

    /// The real path on the disk, whatever an overlay says.
    static func real(_ path: FilePath) -> FilePath? {
        try? RealPath.resolve(path)
    }

    /// The real path of what may not be there yet: that of the nearest folder that is there, and the rest as it is given.
    func realPlace(_ path: FilePath) -> FilePath { Self.realPlace(path) { self.real($0) } }

    /// The same on the disk, whatever an overlay says.
    static func realPlace(_ path: FilePath) -> FilePath { realPlace(path) { Self.real($0) } }

    private static func realPlace(_ path: FilePath, _ real: (FilePath) -> FilePath?) -> FilePath {
        var nearest = path
        var rest: [FilePath.Component] = []
        while true {
            if let found = real(nearest) { return found.appending(rest) }
            guard let last = nearest.lastComponent else { return path }
            rest.insert(last, at: 0)
            nearest.removeLastComponent()
        }
    }
}
