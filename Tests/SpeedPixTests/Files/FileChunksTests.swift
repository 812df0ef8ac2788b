import NIOCore
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPix

@Suite("Chunks of files")
struct FileChunksTests {
    /// Bytes that differ from chunk to chunk, of more chunks than there are slots.
    private static let content = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31) }

    /// All chunks of a part, held until the last one is there.
    private func chunks(_ range: Range<Int64>) async throws -> [ByteBuffer] {
        var all: [ByteBuffer] = []
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.bin", Self.content)
            all = try await UploadSource.Reopenable.path(FilePath(path)).withContent { content in
                var chunks: [ByteBuffer] = []
                for try await chunk in content.chunks(range) { chunks.append(chunk) }
                return chunks
            }
        }
        return all
    }

    /// Memory is used again only when nobody has it.
    @Test("The memory of a chunk that is in use is not reused")
    func chunksInUseAreKept() async throws {
        let all = try await chunks(0..<5_000_000)
        #expect(all.count == (5_000_000 + UploadContent.chunkLength - 1) / UploadContent.chunkLength)
        let isSame = all.flatMap { Array($0.readableBytesView) } == Self.content
        #expect(isSame)
    }

    @Test("Chunks of a range have the bytes of that range")
    func rangeOfAFile() async throws {
        let part = try await chunks(10_000..<1_000_001)
        let isSame = part.flatMap { Array($0.readableBytesView) } == Array(Self.content[10_000..<1_000_001])
        #expect(isSame)
    }

    @Test("Chunks of a range beyond the end stop at the end of the file")
    func rangeBeyondTheEnd() async throws {
        let part = try await chunks(4_900_000..<6_000_000)
        #expect(part.reduce(0) { $0 + $1.readableBytes } == 100_000)
    }
}
