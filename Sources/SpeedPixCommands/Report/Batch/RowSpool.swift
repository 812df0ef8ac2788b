import LocalFiles
import SpeedPix
import Synchronization
import SystemPackage

/// What a report says of each row, in a file without a name beside the report: memory grows by a few bytes for each row, whatever
/// the rows say.
final class RowSpool: Sendable {
    private struct Slot {
        var start: Int64
        var length: Int
        var rank: Int
    }

    private struct State {
        var end: Int64 = 0
        /// By the number of a row; of a row that was written twice, the newer one.
        var slots: [Int: Slot] = [:]
    }

    private let file: FileDescriptor
    private let state = Mutex(State())

    /// - Throws: `Errno`.
    init(beside path: FilePath) throws(Errno) {
        let scratch = try TemporaryFile.make(beside: path, permissions: .ownerReadWrite, access: .readWrite)
        file = scratch.descriptor
        // Without a name it goes with the process.
        try? FileRemoval.remove(scratch.path)
    }

    deinit { try? file.close() }

    /// Keeps what there is to say of a row, in place of what was kept of it before.
    ///
    /// - Parameter rank: Rows of a lower rank come first.
    /// - Throws: `Errno`; what was kept of the row before stays then.
    func append(_ number: Int, rank: Int, _ bytes: [UInt8]) throws {
        try state.withLock { state in
            try file.writeAll(toAbsoluteOffset: state.end, bytes)
            state.slots[number] = Slot(start: state.end, length: bytes.count, rank: rank)
            state.end += Int64(bytes.count)
        }
    }

    /// The numbers of the rows, by rank, and then as the source has them.
    var order: [Int] {
        state.withLock { $0.slots.map { (rank: $0.value.rank, number: $0.key) } }.sorted { $0 < $1 }.map(\.number)
    }

    /// - Throws: `Errno`; ``SpeedPixError`` `file_system` for a file that has become shorter.
    func read(_ number: Int) throws -> [UInt8] {
        guard let slot = state.withLock({ $0.slots[number] }) else { return [] }
        let bytes = try file.read(fromAbsoluteOffset: slot.start, count: slot.length)
        guard bytes.count == slot.length else {
            throw SpeedPixError(
                .fileSystem, "the report's temporary file has become shorter", remedy: "write it once more")
        }
        return bytes
    }
}
