import HTTPTypes
import SystemPackage
import _NIOFileSystem

extension Files {
    /// Bytes that are compared at once. A file of up to three times as many is compared whole.
    private static let comparedPart: Int64 = 256 << 10

    /// Whether a file on disk is a whole copy of what the URL holds, as far as its size, its beginning, its middle and
    /// its end show.
    ///
    /// False whenever that cannot be found out, also for a store without ranges.
    package func isCopy(_ path: String, of url: String) async throws -> Bool {
        guard let info = try? await FileSystem.shared.info(forFileAt: FilePath(path)), info.type == .regular,
            info.size > 0
        else { return false }
        let (size, part) = (info.size, Self.comparedPart)
        let middle = size / 2
        let ranges =
            size <= 3 * part ? [0..<size] : [size - part..<size, 0..<part, middle..<middle + part]
        do {
            for range in ranges {
                let theirs = try await bytes(range, of: url, size: size)
                let own = try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { handle in
                    try await handle.readChunk(fromAbsoluteOffset: range.lowerBound, length: .bytes(Int64(range.count)))
                }
                guard let theirs, theirs.elementsEqual(own.readableBytesView) else { return false }
            }
            return true
        } catch let error as CancellationError {
            throw error
        } catch {
            return false
        }
    }

    /// A part of a file of that very size; nil for anything else.
    private func bytes(_ range: Range<Int64>, of url: String, size: Int64) async throws -> [UInt8]? {
        let response = try await fetch(url, [.range: "bytes=\(range.lowerBound)-\(range.upperBound - 1)"])
        guard response.status.code == 206, let contentRange = response.headers[.contentRange],
            contentRange.split(separator: "/").last.flatMap({ Int64($0) }) == size
        else { return nil }
        var bytes: [UInt8] = []
        for try await chunk in response.body {
            bytes.append(contentsOf: chunk.readableBytesView)
            guard bytes.count <= range.count else { return nil }
        }
        return bytes
    }
}
