import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// `fs`: the files that the script may see, and those it may make.
enum FSModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        let files = host.files
        return LuaModule(
            name: "fs",
            functions: [
                .immediate("exists") { .boolean(try files.existing(try $0.string(1, "path")) != nil) },
                .immediate("is_file") { .boolean(try kind(try $0.string(1, "path"), files) == .file) },
                .immediate("is_dir") { .boolean(try kind(try $0.string(1, "path"), files) == .folder) },
                .immediate("size") { .integer(try files.open(try $0.string(1, "path")).size) },
                .waiting("list") { arguments in
                    let path = arguments.isAbsent(1) ? "." : try arguments.string(1, "folder")
                    return { _ in
                        let names = try await BlockingWork.run { try FolderListing(path, files).names }
                        return .table(LuaTable(items: names.map { .string($0) }, shape: .array))
                    }
                },
                .waiting("glob") { arguments in
                    let pattern = try GlobPattern(try arguments.string(1, "pattern"))
                    return { _ in
                        let paths = try await BlockingWork.run { try pattern.matches(files) }
                        return .table(LuaTable(items: paths.map { .string($0) }, shape: .array))
                    }
                },
                .waiting("mkdir") { arguments in
                    let path = try arguments.string(1, "folder")
                    return { _ in
                        try await BlockingWork.run {
                            guard try !files.isRoot(files.writable(path)) else { return }
                            let (folder, name) = try files.folder(forWriting: path, makesParents: true)
                            try folder.makeFolder(name)
                        }
                        return .string(try files.writable(path))
                    }
                },
                .waiting("remove") { arguments in
                    let path = try arguments.string(1, "path")
                    return { _ in
                        try await BlockingWork.run {
                            let (folder, name) = try files.folder(forWriting: path, isThere: true)
                            try folder.remove(name)
                        }
                        return true
                    }
                },
                .waiting("read") { arguments in
                    let path = try arguments.string(1, "path")
                    return { _ in .string(LuaString(try await BlockingWork.run { try files.open(path).read() })) }
                },
                .waiting("write") { arguments in
                    let path = try arguments.string(1, "path")
                    let bytes = try arguments.bytes(2, "content").bytes
                    return { _ in .string(try await files.save(bytes, to: path)) }
                },
                .waiting("copy") { arguments in
                    let (path, target) = (try arguments.string(1, "path"), try arguments.string(2, "new_path"))
                    return { _ in
                        let bytes = try await BlockingWork.run { try files.open(path).read() }
                        return .string(try await files.save(bytes, to: target))
                    }
                },
            ])
    }

    private static func kind(_ path: String, _ files: FileAccess) throws -> FileKind? {
        guard let real = try files.existing(path) else { return nil }
        return files.kind(of: real)
    }
}

extension FileAccess {
    /// Writes a file in one step, with the folders on its way.
    ///
    /// - Returns: The full path.
    func save(_ bytes: [UInt8], to path: String) async throws -> String {
        try await BlockingWork.run {
            let (folder, name) = try self.folder(forWriting: path, makesParents: true)
            guard !folder.isFolder(name) else {
                throw SpeedPixError(.invalidArgument, "\(path) is a folder", remedy: "name a file in it")
            }
            try folder.replace(name, with: bytes)
            return folder.fullPath(of: name)
        }
    }

    /// Whether a path is one of the folders that are there anyway.
    func isRoot(_ full: String) -> Bool {
        guard let real = real(full) else { return false }
        return writeRoots.contains { self.real($0) == real }
    }
}
