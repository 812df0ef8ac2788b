/// Bytes that grow: what a document is written into. An array would check its uniqueness at every byte.
struct JSONOutput: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init() {
        capacity = 4096
        start = .allocate(capacity: capacity)
    }

    deinit {
        start.deallocate()
    }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if count == capacity { grow(1) }
        start[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        if capacity - count < bytes.count { grow(bytes.count) }
        (start + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    mutating func append(repeating byte: UInt8, count: Int) {
        for _ in 0..<count { append(byte) }
    }

    mutating func append(_ number: Int64) {
        append(number.magnitude, isNegative: number < 0)
    }

    mutating func append(_ number: UInt64, isNegative: Bool = false) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 21) { digits in
            var rest = number
            var at = 21
            repeat {
                at -= 1
                digits[at] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
                rest /= 10
            } while rest > 0
            if isNegative {
                at -= 1
                digits[at] = UInt8(ascii: "-")
            }
            append(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(digits)[at...]))
        }
    }

    /// Puts what was appended since `first` into another order; the ranges cover it without gaps.
    mutating func reorder(from first: Int, _ ranges: [Range<Int>]) {
        var ordered: [UInt8] = []
        ordered.reserveCapacity(count - first)
        for range in ranges { ordered.append(contentsOf: bytes[range]) }
        ordered.withUnsafeBufferPointer {
            (start + first).update(from: $0.baseAddress ?? UnsafePointer(start), count: $0.count)
        }
    }

    /// Takes the last byte back.
    mutating func removeLast() {
        count -= 1
    }

    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: start, count: count)
        start.deallocate()
        start = moved
        capacity = larger
    }
}
