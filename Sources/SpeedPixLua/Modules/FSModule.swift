import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// `fs`: the files that the script may see, and those it may make.
enum FSModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        let files = host.files
        return LuaModule(
            name: "fs", summary: "Files that the script may see, and those it may make.",
            functions: facts(files) + folders(files) + [images(files)] + contents(files))
    }

    private static func facts(_ files: FileAccess) -> [LuaFunctionDefinition] {
        [
            .immediate(
                "exists",
                .init(
                    "Whether there is a file or folder.", ["path: string"], returns: "boolean",
                    errors: ["not_allowed"])
            ) { .boolean(try files.existing(try $0.path(1)) != nil) },
            .immediate(
                "is_file",
                .init(
                    "Whether it is a regular file.", ["path: string"], returns: "boolean", errors: ["not_allowed"])
            ) { .boolean(try kind(try $0.path(1), files) == .file) },
            .immediate(
                "is_dir",
                .init("Whether it is a folder.", ["path: string"], returns: "boolean", errors: ["not_allowed"])
            ) { .boolean(try kind(try $0.path(1), files) == .folder) },
            .immediate(
                "size",
                .init("Bytes of a file.", ["path: string"], returns: "integer", errors: ScriptErrorCodes.reading)
            ) { .integer(try files.open(try $0.path(1)).size) },
        ]
    }

    private static func folders(_ files: FileAccess) -> [LuaFunctionDefinition] {
        [
            .waiting(
                "list",
                .init(
                    """
                    The names in a folder, as the system has them, in the order of their bytes: capitals before small letters. \
                    A name need not be UTF-8, and names that look the same may differ in their Unicode form.
                    """, ["folder?: string — default: the working folder"],
                    returns: "string[]", errors: ScriptErrorCodes.reading)
            ) { arguments in
                let path: FilePath = arguments.isAbsent(1) ? "." : try arguments.path(1)
                return { _ in
                    let names = try await BlockingWork.run { try FolderListing(path, files).names }
                    return .table(LuaTable(items: names.map { .string(LuaString($0.bytes)) }, shape: .array))
                }
            },
            .waiting(
                "glob",
                .init(
                    """
                    Paths that match a pattern, in the order of their bytes. `*` is any part of a name and `?` one character, \
                    `[a-z]` one of these and `[!a-z]` any other, `{jpg,png}` either; `**` stands for folders at any depth. A \
                    character in brackets stands for itself: `[*]`, `[?]`, `[{]`, `[[]`. Names that begin with a dot must be \
                    asked for with a dot. Capitals count, but not where the last name is only an extension: `*.jpg` and \
                    `*.{jpg,png}` find DSC_0042.JPG. Letters match in each of their Unicode forms. The paths start with ./ \
                    and so go into an input as files.
                    """, ["pattern: string"], returns: "string[]", errors: ["not_allowed"],
                    example: "for _, path in ipairs(fs.glob(\"./photos/*.jpg\")) do upload(path) end")
            ) { arguments in
                let pattern = try GlobPattern(try arguments.bytes(1).bytes)
                return { _ in
                    let paths = try await BlockingWork.run { try pattern.matches(files) }
                    return .table(LuaTable(items: paths.map { .string(LuaString($0)) }, shape: .array))
                }
            },
            .waiting(
                "mkdir",
                .init(
                    "Makes a folder, and those on its way; it may be there already. Returns its full path.",
                    ["folder: string"], returns: "string", errors: ScriptErrorCodes.writing)
            ) { arguments in
                let path = try arguments.path(1)
                return { _ in
                    try await BlockingWork.run {
                        guard try !files.isRoot(files.writable(path)) else { return }
                        let (folder, name) = try files.folder(forWriting: path, makesParents: true)
                        try folder.makeFolder(name)
                    }
                    return .path(try files.writable(path))
                }
            },
            .waiting(
                "remove",
                .init(
                    "Removes a file or an empty folder.", ["path: string"], returns: "boolean",
                    errors: ScriptErrorCodes.reading)
            ) { arguments in
                let path = try arguments.path(1)
                return { _ in
                    try await BlockingWork.run { try files.remove(path) }
                    return true
                }
            },
        ]
    }

    private static func images(_ files: FileAccess) -> LuaFunctionDefinition {
        .waiting(
            "images",
            .init(
                """
                The pictures in a folder, by their extension in any case or by their content: what `image.open` can read, unless \
                it is damaged. Paths that go into an input as files, in the order of `fs.list`. Without those in folders below, \
                and without names that begin with a dot.
                """, ["folder?: string — default: the working folder"], returns: "string[]",
                errors: ScriptErrorCodes.reading,
                example: "for _, photo in ipairs(fs.images(\"./photos\")) do upload(photo) end")
        ) { arguments in
            let folder: FilePath = arguments.isAbsent(1) ? "." : try arguments.path(1)
            return { _ in
                let paths = try await BlockingWork.run { try PictureListing(folder, files).paths }
                return .table(LuaTable(items: paths.map { .path($0) }, shape: .array))
            }
        }
    }

    private static func contents(_ files: FileAccess) -> [LuaFunctionDefinition] {
        [
            .waiting(
                "read",
                .init(
                    "The content of a file, byte for byte.", ["path: string"], returns: "string",
                    errors: ScriptErrorCodes.reading)
            ) { arguments in
                let path = try arguments.path(1)
                return { _ in .string(LuaString(try await BlockingWork.run { try files.open(path).read() })) }
            },
            .waiting(
                "lines",
                .init(
                    """
                    The lines of a text file, such as a list of prompts: without their ends (CR LF, LF or CR) and without a byte \
                    order mark. The last line need not have an end.
                    """, ["path: string"], options: [ScriptText.option], returns: "string[]",
                    errors: ["invalid_text"] + ScriptErrorCodes.reading,
                    example: "for _, prompt in ipairs(fs.lines(\"prompts.txt\")) do print(prompt) end")
            ) { arguments in
                let path = try arguments.path(1)
                let encoding = try ScriptText.encoding(try arguments.options(), "fs.lines")
                return { _ in
                    try await BlockingWork.run {
                        let bytes = try files.open(path).read()
                        let text = try ScriptText.decode(bytes, path.shown, as: encoding, code: "invalid_text")
                        let lines = text.lines.map { LuaValue.string(LuaString($0)) }
                        return .table(LuaTable(items: lines, shape: .array))
                    }
                }
            },
            .waiting(
                "write",
                .init(
                    "Writes a file in one step, with the folders on its way; returns its full path.",
                    ["path: string", "content: string"], returns: "string", errors: ScriptErrorCodes.writing)
            ) { arguments in
                let path = try arguments.path(1)
                let bytes = try arguments.bytes(2).bytes
                return { _ in .path(try await files.save(bytes, to: path)) }
            },
            .waiting(
                "copy",
                .init(
                    "Copies a file; returns the full path of the copy.", ["path: string", "new_path: string"],
                    returns: "string", errors: ScriptErrorCodes.reading)
            ) { arguments in
                let (path, target) = (try arguments.path(1), try arguments.path(2))
                return { _ in
                    let bytes = try await BlockingWork.run { try files.open(path).read() }
                    return .path(try await files.save(bytes, to: target))
                }
            },
        ]
    }

    private static func kind(_ path: FilePath, _ files: FileAccess) throws -> FileKind? {
        guard let real = try files.existing(path) else { return nil }
        return files.kind(of: real)
    }
}

extension FileAccess {
    /// Writes a file in one step, with the folders on its way.
    ///
    /// - Returns: The full path.
    func save(_ bytes: [UInt8], to path: FilePath) async throws -> FilePath {
        try await BlockingWork.run {
            let (folder, name) = try self.folder(forWriting: path, makesParents: true)
            guard !folder.isFolder(name) else {
                throw SpeedPixError(.invalidArgument, "\(path.shown) is a folder", remedy: "name a file in it")
            }
            try folder.replace(name, with: bytes)
            return folder.fullPath(of: name)
        }
    }

    /// Removes a file, a link or an empty folder.
    ///
    /// - Throws: ``SpeedPixError``: `file_not_found` with what was perhaps meant, `not_allowed`, `file_system`.
    func remove(_ path: FilePath) throws {
        let (folder, name) = try self.folder(forWriting: path, isThere: true)
        do {
            try folder.remove(name)
        } catch let error as SpeedPixError where error.code == .fileNotFound {
            throw notFound(path)
        }
    }

    /// Whether a path is one of the folders that are there anyway.
    func isRoot(_ full: FilePath) -> Bool {
        guard let real = real(full) else { return false }
        return writeRoots.contains { self.real(FilePath($0)) == real }
    }
}
