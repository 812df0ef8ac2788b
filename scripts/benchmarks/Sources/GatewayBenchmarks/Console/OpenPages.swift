import NIOCore
import ProcessKit
import SpeedPix
import Synchronization

/// Pages that are left open: streams of events, which are read at once.
final class OpenPages: Sendable {
    private struct State: Sendable {
        var readers: [Task<Void, Never>] = []
        var bytes = 0
        /// Streams that have ended, or broken off.
        var ended = 0
    }

    private let state = Mutex(State())

    /// Opens as many. Each has an answer by then.
    static func open(_ count: Int, by client: ConsoleClient) async throws -> OpenPages {
        let pages = OpenPages()
        for _ in 0..<count {
            let events = try await client.events()
            let reader = Task { await pages.read(events) }
            pages.state.withLock { $0.readers.append(reader) }
        }
        return pages
    }

    private func read(_ events: AnyByteStream) async {
        do {
            for try await chunk in events { state.withLock { $0.bytes += chunk.readableBytes } }
        } catch {
            // It is counted below, and so are streams that end too early.
        }
        state.withLock { $0.ended += 1 }
    }

    /// What has arrived so far on all of them.
    var bytes: Int { state.withLock { $0.bytes } }

    /// Closes them, and waits until they are.
    ///
    /// - Throws: ``ChildProcess/Failure`` if one was not open any more.
    func close() async throws {
        let (readers, ended) = state.withLock { ($0.readers, $0.ended) }
        for reader in readers { reader.cancel() }
        for reader in readers { await reader.value }
        guard ended == 0 else {
            throw ChildProcess.Failure(message: "\(ended) of \(readers.count) streams of events ended by themselves")
        }
    }
}
