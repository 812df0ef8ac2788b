import LocalFiles
import LuaRuntime
import SpeedPix
import SpeedPixBatch
import SpeedPixLua
import SystemPackage

/// What the argument ROWS of a batch leads to: a table in a file, on standard input or in a pipe, or the files that a pattern finds.
struct RowSource {
    let table: RowTable

    /// Reads all of it. Standard input and pipes are read to their ends.
    ///
    /// - Parameter rows: A path, `-`, or with `--as` a pattern of `fs.glob`.
    /// - Throws: ``CommandFailure`` with ``ExitStatus/usage``; `CancellationError`.
    init(_ rows: String, _ options: RowOptions, in context: CommandContext) throws {
        do {
            if let parameter = options.fileParameter {
                table = try RowTable(files: try Self.files(rows, context), pattern: rows, column: parameter)
            } else if ScriptFile.isStandardInput(rows) {
                table = try options.reading.table(try context.readInput(), name: "standard input", ending: nil)
            } else {
                let full = FilePath(context.absolute(rows))
                table = try options.reading.table(
                    try Self.content(rows, full, context), name: rows, ending: full.extension)
            }
        } catch let error as RowSourceError {
            throw CommandFailure(error)
        }
    }

    private static func content(_ path: String, _ full: FilePath, _ context: CommandContext) throws -> [UInt8] {
        let kind: FileKind
        do {
            kind = try FileKind(of: full)
        } catch .noSuchFileOrDirectory, .notDirectory {
            throw missing(path, context)
        } catch {
            throw RowSourceError("could not read \(path): \(error)")
        }
        do {
            switch kind {
            case .folder:
                throw RowSourceError(
                    "\(path) is a folder", hint: "for a row for each file in it: '\(path)/*' --as PARAMETER")
            case .file: return try ScriptContent.read(full, limit: RowReading.sizeLimit)
            case .other: return try ScriptContent.readStream(full, limit: RowReading.sizeLimit, context.end)
            }
        } catch Errno.fileTooLarge {
            throw RowReading.tooLarge(path)
        } catch let error as Errno {
            throw RowSourceError("could not read \(path): \(error)")
        }
    }

    private static func missing(_ path: String, _ context: CommandContext) -> RowSourceError {
        let hint =
            path.contains { "*?[{".contains($0) }
            ? "for a row for each file that a pattern finds, add --as and the parameter that gets its path"
            : NearestFile(to: FilePath(path), from: FilePath(context.workingDirectory))?.hint
        return RowSourceError("there is no file \(path)", hint: hint)
    }

    /// The files, and no folders, that a pattern finds, as `fs.glob` does. The command line may name any folder.
    private static func files(_ pattern: String, _ context: CommandContext) throws -> [[UInt8]] {
        let folders = FileAccess(
            workingDirectory: context.workingDirectory, homeDirectory: context.homeDirectory, readable: ["/"])
        let paths: [[UInt8]]
        do {
            guard !pattern.isEmpty, pattern.utf8.count < 4096 else {
                throw RowSourceError("a pattern of \(pattern.utf8.count) bytes finds no files")
            }
            paths = try GlobPattern(Array(pattern.utf8)).matches(folders)
        } catch let error as LuaArgumentError {
            throw RowSourceError(error.message, hint: error.hint)
        } catch let error as SpeedPixError {
            throw RowSourceError("\(pattern): \(error.message)", hint: nil)
        }
        let home = Array("~/".utf8)
        let files = paths.filter { path in
            let full =
                path.starts(with: home)
                ? FilePath(context.homeDirectory).pushing(FilePath(bytes: path.dropFirst(home.count)))
                : FilePath(context.workingDirectory).pushing(FilePath(bytes: path))
            return FileKind(full) == .file
        }
        guard !files.isEmpty else {
            throw RowSourceError(
                "no file matches \(pattern)",
                hint: "relative patterns start at the working folder, \(context.workingDirectory)")
        }
        return files
    }
}

extension CommandFailure {
    /// What is wrong with the rows that a batch was called with.
    init(_ error: RowSourceError) {
        self.init(.usage, error.message.printable(), hint: error.hint?.printable())
    }
}
