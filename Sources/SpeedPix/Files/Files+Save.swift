import SystemPackage
import _NIOFileSystem

extension Files {
    /// Downloads one file of a result.
    ///
    /// - Parameter path: The target file. A path that ends with a slash, or an existing folder, keeps the file's own
    ///   name in it.
    /// - Returns: The path it was written to.
    /// - Throws: As ``download(_:to:onProgress:)``.
    @discardableResult
    public func save(
        _ output: FileOutput, to path: String, onProgress: TransferProgress.Handler? = nil
    ) async throws -> String {
        var target = path
        var isFolder = path.hasSuffix("/")
        if !isFolder, let info = try? await FileSystem.shared.info(forFileAt: FilePath(path)) {
            isFolder = info.type == .directory
        }
        if isFolder { target = FilePath(path).appending(output.filename).string }
        try await download(output.url, to: target, onProgress: onProgress)
        return target
    }

    /// Downloads files of a result, several at once, each under its own name.
    ///
    /// The first failure cancels the rest; files that were complete by then stay, and no part of one does.
    ///
    /// - Parameters:
    ///   - folder: Made if it is missing. Files of the same name in it are replaced; two results of the same name become
    ///     `a.png` and `a (2).png`, without regard to case.
    ///   - concurrency: How many are downloaded at the same time, at least one.
    ///   - onProgress: Called with how far each one is; calls for several files alternate.
    /// - Returns: The paths, in the order of `outputs`.
    /// - Throws: As ``download(_:to:onProgress:)``.
    @discardableResult
    public func download(
        _ outputs: [FileOutput], into folder: String, concurrency: Int = 4,
        onProgress: (@Sendable (_ output: FileOutput, _ progress: TransferProgress) async throws -> Void)? = nil
    ) async throws -> [String] {
        let folder = FilePath(folder)
        let paths = Self.distinctNames(outputs.map(\.filename)).map { folder.appending($0).string }
        try await zip(outputs, paths).concurrentMap(limit: concurrency) { output, path in
            var tell: TransferProgress.Handler?
            if let onProgress { tell = { try await onProgress(output, $0) } }
            try await download(output.url, to: path, onProgress: tell)
        }
        return paths
    }

    /// The names, with a number where one was given before. File systems may ignore case.
    ///
    /// - Parameter numbered: The form of a name with a number.
    package static func distinctNames(
        _ names: [String], numbered: (_ name: String, _ number: Int) -> String = Files.numbered
    ) -> [String] {
        var taken: Set<String> = []
        let natural = Set(names.map { $0.lowercased() })
        return names.map { name in
            guard !taken.insert(name.lowercased()).inserted else { return name }
            var number = 2
            while true {
                let candidate = numbered(name, number)
                // A later file may have this very name of its own.
                let key = candidate.lowercased()
                if !natural.contains(key), taken.insert(key).inserted { return candidate }
                number += 1
            }
        }
    }

    /// "a.png" as "a (2).png".
    package static func numbered(_ name: String, _ number: Int) -> String {
        let ending = MediaType.fileExtension(of: name)
        // The extension as it is written, with its dot.
        let suffix = ending.isEmpty ? "" : String(name.suffix(ending.count + 1))
        let end = " (\(number))\(suffix)"
        var stem = name.dropLast(suffix.count)
        // File systems allow 255 bytes.
        while stem.utf8.count + end.utf8.count > 255, !stem.isEmpty { stem.removeLast() }
        return stem + end
    }
}
