import Synchronization

/// A request's body in memory that notes when it is read.
///
/// AsyncHTTPClient reads a body only when a connection stands, its TLS included, and the request's head is on its way. So
/// of a body that was never read the service has nothing, whatever the error is.
final class ObservedBytes: RandomAccessCollection, Sendable {
    typealias Index = Int
    typealias Element = UInt8

    private let bytes: [UInt8]
    private let isRead = Atomic(false)

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether any of it has been read.
    var wasRead: Bool { isRead.load(ordering: .acquiring) }

    var startIndex: Int { 0 }
    var endIndex: Int { bytes.count }

    subscript(index: Int) -> UInt8 {
        isRead.store(true, ordering: .releasing)
        return bytes[index]
    }

    func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        isRead.store(true, ordering: .releasing)
        return try bytes.withContiguousStorageIfAvailable(body)
    }
}
