import LocalFiles
import SpeedPix
import SystemPackage
import Tables

extension ResultsFile {
    /// Whether a table of results can be begun at a path; to be asked before anything is paid for.
    ///
    /// - Parameters: As those of ``init(path:shown:format:columns:rows:known:)``.
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a folder, a folder that is missing, something that is no file, the file
    ///   of the rows and a file that no batch has written; `file_system` for one that another batch writes, and where nothing can
    ///   be written.
    package static func check(path: String, shown: String, rows: String?) throws {
        let existing = try openReplaceable(path, shown: shown, rows: rows)
        try? existing?.close()
        do {
            try TemporaryFile.checkCreation(in: FilePath(path).removingLastComponent())
        } catch {
            throw SpeedPixError.writing(error, path: shown)
        }
    }

    /// The file at a path, locked; nil if there is none.
    static func openReplaceable(_ path: String, shown: String, rows: String?) throws -> FileDescriptor? {
        let parent = FilePath(path).removingLastComponent()
        guard FileKind(parent) == .folder else {
            throw refusal("\(shown): there is no folder \(parent.string)", "make it first")
        }
        switch FileKind(path) {
        case nil: return nil
        case .folder: throw refusal("\(shown) is a folder")
        case .other: throw refusal("\(shown) is not a file that could be replaced")
        case .file: break
        }
        if let rows, let file = try? RealPath.resolve(path), let source = try? RealPath.resolve(rows), file == source {
            throw refusal("\(shown) has the rows: results would replace them")
        }
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw SpeedPixError(
                .fileSystem, "could not read \(shown), which is there already: \(Errno(from: error).description)",
                remedy: remedy, cause: error)
        }
        do {
            guard FileLock.take(file) else {
                throw SpeedPixError(
                    .fileSystem, "another batch writes its results to \(shown)",
                    remedy: "wait for its end, or name another file with --results")
            }
            guard isResults(try beginning(of: file)) else {
                throw refusal("\(shown) is there already, and it has no results of a batch")
            }
        } catch {
            try? file.close()
            throw error
        }
        return file
    }

    private static let remedy = "name another file with --results"

    private static func refusal(_ message: String, _ remedy: String = remedy) -> SpeedPixError {
        SpeedPixError(.invalidArgument, message, remedy: remedy)
    }

    /// The whole lines of the first MiB, which may have the columns of a very wide table.
    private static func beginning(of file: FileDescriptor) throws -> ArraySlice<UInt8> {
        let most = 1 << 20
        var count = 0
        let bytes = try [UInt8](unsafeUninitializedCapacity: most) { buffer, initialized in
            while count < most {
                let rest = UnsafeMutableRawBufferPointer(buffer)[count..<most]
                let read = try file.read(
                    fromAbsoluteOffset: Int64(count), into: UnsafeMutableRawBufferPointer(rebasing: rest))
                guard read > 0 else { break }
                count += read
            }
            initialized = count
        }
        guard count == most, let last = bytes.lastIndex(of: 0x0A) else { return bytes[...] }
        return bytes[...last]
    }

    /// Whether a file that begins like this was written by a batch, and perhaps by a spreadsheet since; true for an empty one.
    static func isResults(_ beginning: ArraySlice<UInt8>) -> Bool {
        guard let first = beginning.first else { return true }
        if first == UInt8(ascii: "{") {
            let line = beginning.prefix { $0 != 0x0A }
            guard let object = (try? JSONValue(parsing: line))?.objectValue else { return false }
            let state = object.first { ResultsColumns.isVariant($0.key, of: .state) }?.value.stringValue
            return state.flatMap(RowResult.State.init) != nil
                && object.keys.contains { ResultsColumns.isVariant($0, of: .predictions) }
        }
        guard let text = try? DecodedText(Array(beginning)) else { return false }
        var reader = DelimitedReader(text.utf8)
        guard let head = try? reader.next() else { return false }
        return ResultsColumns.areResults(head.fields.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Where results go if the command line does not say: `ROWS-results.csv` beside the file of the rows, else `results.csv` in
    /// the working folder.
    ///
    /// - Parameter rows: The file as the user named it; nil for standard input and for a pattern.
    package static func defaultName(forRows rows: String?) -> String {
        guard let rows, let stem = FilePath(rows).stem else { return "results.csv" }
        return FilePath(rows).removingLastComponent().appending("\(stem)-results.csv").string
    }
}
