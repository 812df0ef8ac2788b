import ComfyUI
import LocalFiles
import SpeedPix
import SystemPackage

/// What is to be published, as it came.
enum WorkflowSource: Sendable {
    /// From ComfyUI.
    case graph(WorkflowDocument)
    /// Written in Lua.
    case script([UInt8])

    /// Bytes. A picture may be large, and the workflow in it has a limit of its own.
    private static let largestFile = 512 << 20

    /// Reads a file: Lua by its name, else API format, or a PNG that ComfyUI has saved.
    ///
    /// - Throws: ``CommandFailure``.
    init(file: String, in context: CommandContext) throws {
        let path = context.absolute(file)
        switch FileKind(path) {
        case .file, .other: break
        case .folder: throw CommandFailure(.failure, "\(file) is a folder; name the workflow in it".printable())
        case nil:
            let nearest = NearestFile(to: FilePath(file), from: FilePath(context.workingDirectory))
            throw CommandFailure(.failure, "there is no file \(file)".printable(), hint: nearest?.hint.printable())
        }
        let bytes: [UInt8]
        do {
            bytes = try Self.content(of: path)
        } catch {
            throw CommandFailure(.failure, "\(file) cannot be read: \(error)".printable())
        }
        guard bytes.count <= Self.largestFile else {
            throw CommandFailure(
                .failure, "\(file) is larger than \(Self.largestFile >> 20) MiB: no workflow is".printable())
        }
        if file.lowercased().hasSuffix(".lua") {
            self = .script(bytes)
            return
        }
        do throws(GraphProblem) {
            self = .graph(try WorkflowDocument(parsing: bytes))
        } catch {
            let isSomethingElse = if case .notJSON = error { true } else { false }
            throw CommandFailure(
                .failure, "\(file): \(error.description)".printable(),
                hint: isSomethingElse
                    ? "a workflow is a file of File ▸ Export (API), a PNG that ComfyUI has saved, or a .lua file" : nil)
        }
    }

    /// All of a file, and of one that is too large somewhat more than is allowed.
    private static func content(of path: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while bytes.count <= largestFile {
                let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                if count == 0 { break }
                bytes += buffer[..<count]
            }
            return bytes
        }
    }

    /// The graph that ran, from a server's history.
    ///
    /// - Throws: ``CommandFailure``.
    init(_ entry: HistoryEntry) throws {
        do throws(GraphProblem) {
            self = .graph(try entry.document())
        } catch {
            throw CommandFailure(.failure, "the prompt \(entry.promptID): \(error.description)".printable())
        }
    }
}
