import HTTPTypes
import SystemPackage
import _NIOFileSystem

extension Files {
    /// How much of a file's end is compared, in bytes: no two files of one size that a workflow makes end alike.
    private static let comparedEnd: Int64 = 4096

    /// Whether a file on disk is a whole copy of what the URL holds, as far as its size and its end tell.
    ///
    /// It takes one small request. False whenever that cannot be told, also for a store that knows no ranges.
    package func isCopy(_ path: String, of url: String) async throws -> Bool {
        guard let info = try? await FileSystem.shared.info(forFileAt: FilePath(path)), info.type == .regular,
            info.size > 0
        else { return false }
        let count = min(info.size, Self.comparedEnd)
        let request = TransportRequest(
            method: .get, url: url,
            headers: [
                .range: "bytes=\(info.size - count)-\(info.size - 1)", .userAgent: caller.configuration.userAgent,
            ],
            timeout: caller.configuration.timeout, followsRedirects: true)
        do {
            let response = try await caller.pipeline.send(request, for: .download)
            guard response.status.code == 206, let range = response.headers[.contentRange],
                range.split(separator: "/").last.flatMap({ Int64($0) }) == info.size
            else { return false }
            var end: [UInt8] = []
            for try await chunk in response.body {
                end.append(contentsOf: chunk.readableBytesView)
                guard end.count <= count else { return false }
            }
            let own = try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { handle in
                try await handle.readChunk(fromAbsoluteOffset: info.size - count, length: .bytes(count))
            }
            return end.elementsEqual(own.readableBytesView)
        } catch let error as CancellationError {
            throw error
        } catch {
            return false
        }
    }
}
