import LocalFiles
import SpeedPix
import SystemPackage

/// An open file of results and where each row stands in it; not their values, of which there may be more than fits into memory.
///
/// The file at the path is replaced in one step whenever more is to change than a line at its end. Every line is a whole one, but
/// for the last one of a process that was killed.
struct ResultsTable {
    private struct Line {
        var start: Int64
        var length: Int
        /// How many columns of what scripts return there were when it was written.
        var width: Int
    }

    /// How much is gathered before it is written into a new file.
    private static let portion = 1 << 18

    private let path: FilePath
    private let format: ResultsFormat
    private var columns: ResultsColumns
    /// Open for reading and writing.
    private var file: FileDescriptor
    private var end: Int64 = 0
    /// By the number of a row, less one; of a row that was written twice, the newer one.
    private var lines: [Line?] = []
    /// Whether ``file`` is the one at the path.
    private var isPublished = false
    /// What could not be written yet, the oldest first.
    private(set) var unwritten: [ResultRecord] = []

    /// An empty table, of which nothing is at the path before ``publish()``.
    init(_ path: FilePath, _ format: ResultsFormat, source columns: [String]) throws(Errno) {
        self.path = path
        self.format = format
        self.columns = ResultsColumns(source: columns)
        let scratch = try TemporaryFile.make(beside: path, permissions: .ownerReadWrite, access: .readWrite)
        file = scratch.descriptor
        // Without a name it goes with the process.
        try? FileRemoval.remove(scratch.path)
    }

    func close() { try? file.close() }

    /// Writes a row at the end, and before it what could not be written.
    ///
    /// - Throws: `Errno`, or a ``SpeedPixError`` if another program has changed the file. The row is kept in ``unwritten`` then.
    mutating func append(_ record: ResultRecord) throws {
        unwritten.append(record)
        try writeUnwritten()
    }

    private mutating func writeUnwritten() throws {
        var count = 0
        defer { unwritten.removeFirst(count) }
        for record in unwritten {
            try write(record)
            count += 1
        }
    }

    private mutating func write(_ record: ResultRecord) throws {
        var columns = columns
        if columns.add(record.result.values.lazy.filter { $0.value != .null }.map(\.name)) {
            if isPublished, format == .csv { try replace(columns) } else { self.columns = columns }
        }
        let bytes = ResultsLine(columns: columns, format: format).bytes(record)
        do {
            try file.writeAll(toAbsoluteOffset: end, bytes)
        } catch {
            // What a full disk has taken of it is no line.
            try? file.resize(to: end)
            throw error
        }
        let index = record.number - 1
        if index >= lines.count { lines += [Line?](repeating: nil, count: index + 1 - lines.count) }
        lines[index] = Line(start: end, length: bytes.count, width: columns.returned.count)
        end += Int64(bytes.count)
    }

    /// Writes what could not be written, and puts the table at the path, its rows in their order.
    ///
    /// - Throws: As ``append(_:)``. What was at the path before is there then.
    mutating func publish() throws {
        try writeUnwritten()
        try replace(columns)
    }

    private mutating func replace(_ columns: ResultsColumns) throws {
        let kept = FileMode.ofFile(at: path)
        let new = try TemporaryFile.make(beside: path, permissions: kept ?? .readWriteForAll, access: .readWrite)
        do {
            if let kept { try FileMode.set(kept, of: new.descriptor) }
            // For the same batch in another process, see `ResultsFile`.
            _ = FileLock.take(new.descriptor)
            let (newLines, newEnd) = try copy(to: new.descriptor, columns)
            try FileRename.move(new.path, over: path)
            close()
            (file, lines, end, self.columns, isPublished) = (new.descriptor, newLines, newEnd, columns, true)
        } catch {
            try? new.descriptor.close()
            try? FileRemoval.remove(new.path)
            throw error
        }
    }

    /// The head and all lines in the order of the rows, with the columns that are new.
    private func copy(to new: FileDescriptor, _ columns: ResultsColumns) throws -> (lines: [Line?], end: Int64) {
        var newLines = lines
        var portion = ResultsLine(columns: columns, format: format).head
        var end = Int64(portion.count)
        for (index, line) in lines.enumerated() {
            guard let line else { continue }
            let missing = format == .csv ? columns.returned.count - line.width : 0
            let bytes = ResultsLine.padded(try read(line), by: missing)
            newLines[index] = Line(start: end, length: bytes.count, width: columns.returned.count)
            end += Int64(bytes.count)
            portion += bytes
            if portion.count >= Self.portion {
                try new.writeAll(portion)
                portion.removeAll(keepingCapacity: true)
            }
        }
        try new.writeAll(portion)
        return (newLines, end)
    }

    private func read(_ line: Line) throws -> [UInt8] {
        let bytes = try file.read(fromAbsoluteOffset: line.start, count: line.length)
        guard bytes.count == line.length else {
            throw SpeedPixError(
                .fileSystem, "another program has shortened the results while the batch wrote them",
                remedy: "the journal has every result: --resume writes the table anew")
        }
        return bytes
    }
}
