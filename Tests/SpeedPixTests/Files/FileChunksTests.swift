import NIOCore
import SystemPackage
import Testing
import _NIOFileSystem

@testable import SpeedPix

@Suite("Chunks of files")
struct FileChunksTests {
    /// Bytes that differ from chunk to chunk.
    private let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31) }

    private func chunks(_ range: Range<Int64>, length: Int) async throws -> [ByteBuffer] {
        var all: [ByteBuffer] = []
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.bin", content)
            all = try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { handle in
                var chunks: [ByteBuffer] = []
                for try await chunk in FileChunks(handle: handle, range: range, length: length) { chunks.append(chunk) }
                return chunks
            }
        }
        return all
    }

    /// Memory is used again only when nobody has it: all of many chunks are still what they were.
    @Test(arguments: [1000, 4096, 99_999, 200_000])
    func whatIsHeldStaysAsItIs(length: Int) async throws {
        let all = try await chunks(0..<100_000, length: length)
        #expect(all.count == (100_000 + length - 1) / length)
        let isSame = all.flatMap { Array($0.readableBytesView) } == content
        #expect(isSame)
    }

    @Test func aPartIsThatPart() async throws {
        let part = try await chunks(10_000..<25_001, length: 4096)
        #expect(part.map(\.readableBytes) == [4096, 4096, 4096, 2713])
        let isSame = part.flatMap { Array($0.readableBytesView) } == Array(content[10_000..<25_001])
        #expect(isSame)
    }

    @Test func aFileThatIsShorterJustEnds() async throws {
        let part = try await chunks(90_000..<120_000, length: 4096)
        #expect(part.reduce(0) { $0 + $1.readableBytes } == 10_000)
    }
}
