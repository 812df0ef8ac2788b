import NIOCore

/// Takes the workflow out of a PNG while it passes: its text chunks `prompt` and `workflow`. What is no PNG passes as it is.
///
/// No more than the beginning of one chunk is held back.
struct PNGMetadataFilter: Sendable {
    private enum Phase: Sendable {
        case signature
        /// Length and type of a chunk, and of a text the beginning, which has its keyword.
        case header
        /// The rest of a chunk, its checksum included.
        case content(left: Int, isDropped: Bool)
        /// No PNG, or no whole one: nothing is looked at any more.
        case raw
    }

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let textTypes: Set<String> = ["tEXt", "zTXt", "iTXt"]
    private static let keywords = ["prompt", "workflow"].map { Array($0.utf8) + [0] }
    /// Of both keywords, the longer one with its end.
    private static let longestKeyword = 9

    private var phase = Phase.signature
    private var held = ByteBuffer()

    /// What of the next bytes may go on.
    mutating func pass(_ chunk: ByteBuffer) -> ByteBuffer {
        var (chunk, result) = (chunk, ByteBuffer())
        held.writeBuffer(&chunk)
        while step(&result) {}
        held.discardReadBytes()
        return result
    }

    /// What is still held back at the end of the file.
    mutating func finish() -> ByteBuffer {
        defer { held.clear() }
        return held
    }

    /// - Returns: Whether there may be more to do.
    private mutating func step(_ result: inout ByteBuffer) -> Bool {
        switch phase {
        case .raw:
            result.writeBuffer(&held)
            return false
        case .signature:
            guard held.readableBytes >= Self.signature.count else {
                if !Self.signature.starts(with: held.readableBytesView) { phase = .raw }
                return isRaw
            }
            guard held.readableBytesView.starts(with: Self.signature) else {
                phase = .raw
                return true
            }
            move(Self.signature.count, to: &result)
            phase = .header
            return true
        case .header:
            return readHeader(&result)
        case .content(let left, let isDropped):
            let count = min(left, held.readableBytes)
            guard count > 0 else { return false }
            if isDropped { held.moveReaderIndex(forwardBy: count) } else { move(count, to: &result) }
            phase = left == count ? .header : .content(left: left - count, isDropped: isDropped)
            return true
        }
    }

    private var isRaw: Bool {
        if case .raw = phase { true } else { false }
    }

    private mutating func readHeader(_ result: inout ByteBuffer) -> Bool {
        let start = held.readerIndex
        guard let length = held.getInteger(at: start, as: UInt32.self), held.readableBytes >= 8,
            let type = held.getString(at: start + 4, length: 4)
        else { return false }
        guard length <= UInt32(Int32.max) else {
            phase = .raw
            return true
        }
        var isDropped = false
        if Self.textTypes.contains(type) {
            let beginning = min(Int(length), Self.longestKeyword)
            guard held.readableBytes >= 8 + beginning else { return false }
            let content = held.readableBytesView.dropFirst(8).prefix(beginning)
            isDropped = Self.keywords.contains { content.starts(with: $0) }
        }
        // Length, type, content, checksum.
        phase = .content(left: Int(length) + 12, isDropped: isDropped)
        return true
    }

    private mutating func move(_ count: Int, to result: inout ByteBuffer) {
        guard var part = held.readSlice(length: count) else { return }
        result.writeBuffer(&part)
    }
}
