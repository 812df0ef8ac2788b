import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// The script that a command runs.
struct ScriptFile {
    /// No script that a person wrote comes near.
    static let largest = 64 << 20

    let chunk: LuaChunk
    /// Where it really lies, also if the path is a link: modules, settings and assets lie beside it. Nil for standard input and
    /// pipes.
    let directory: String?
    /// Whether it was all of standard input, of which the script itself then has nothing.
    let isStandardInput: Bool

    /// Reads it. A pipe is read to its end, which may take its time: a signal, a time limit, or cancelling the task ends the wait.
    ///
    /// - Parameter path: `-` for standard input.
    /// - Throws: ``CommandFailure``; `CancellationError` if the wait for a pipe was ended.
    init(_ path: String, in context: CommandContext) throws {
        isStandardInput = Self.isStandardInput(path)
        if isStandardInput {
            chunk = LuaChunk(try context.readInput(), name: "stdin")
            directory = nil
            return
        }
        let full = FilePath(context.absolute(path))
        let kind: FileKind
        do {
            kind = try FileKind(of: full)
        } catch {
            throw Self.unreachable(path, error, in: context)
        }
        let content: [UInt8]
        do {
            switch kind {
            case .folder: throw CommandFailure(.usage, "\(path) is a folder, not a script".printable())
            case .file: content = try ScriptContent.read(full, limit: Self.largest)
            case .other: content = try ScriptContent.readStream(full, limit: Self.largest, context.end)
            }
        } catch let error as Errno {
            guard error != .fileTooLarge else {
                throw CommandFailure(.usage, "\(path) is larger than 64 MiB".printable())
            }
            throw CommandFailure(.usage, "could not read \(path): \(error)".printable())
        }
        chunk = LuaChunk(content, name: path)
        directory = Self.directory(of: path, in: context)
    }

    /// A script whose text is at hand.
    ///
    /// - Parameter directory: Where its modules lie.
    init(_ chunk: LuaChunk, directory: String) {
        self.chunk = chunk
        self.directory = directory
        isStandardInput = false
    }

    /// The folder in which a script really lies; nil for standard input, pipes and what is not there.
    static func directory(of path: String, in context: CommandContext) -> String? {
        let full = FilePath(context.absolute(path))
        guard !isStandardInput(path), FileKind(full) == .file, let real = try? RealPath.resolve(full) else {
            return nil
        }
        // A real path that is not UTF-8 cannot be a String; then the path that was given counts.
        return (real.text.map { FilePath($0) } ?? full).removingLastComponent().string
    }

    /// The names of standard input: as a file it could be opened only once, and not everywhere.
    static func isStandardInput(_ path: String) -> Bool {
        ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(path)
    }

    private static func unreachable(_ path: String, _ error: Errno, in context: CommandContext) -> CommandFailure {
        guard error == .noSuchFileOrDirectory || error == .notDirectory else {
            return CommandFailure(.usage, "could not read \(path): \(error)".printable())
        }
        let nearest = NearestFile(to: FilePath(path), from: FilePath(context.workingDirectory))
        let hint = nearest.map { "; \($0.hint)" } ?? ""
        return CommandFailure(.usage, "there is no script \(path)\(hint)".printable())
    }

    /// The text of a module, by the name that messages give it; nil for anything that lies elsewhere.
    func module(named name: String, in context: CommandContext) -> LuaChunk? {
        guard let directory, name.hasSuffix(".lua") else { return nil }
        let path = FilePath(context.absolute(name)).lexicallyNormalized()
        guard path.starts(with: FilePath(directory).lexicallyNormalized()), FileKind(path) == .file,
            let content = try? ScriptContent.read(path, limit: Self.largest)
        else { return nil }
        return LuaChunk(content, name: name)
    }
}
