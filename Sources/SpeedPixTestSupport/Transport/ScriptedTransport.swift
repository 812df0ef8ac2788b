package import SpeedPix
import Synchronization

/// A transport that answers from a script, in order, and keeps what it was asked.
package final class ScriptedTransport: HTTPTransport {
    private struct State {
        var replies: [ScriptedReply]
        var requests: [RecordedRequest] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>
    private let last: ScriptedReply

    /// - Parameters:
    ///   - replies: One for each request.
    ///   - last: For every request after those. By default the network fails, saying that nothing was scripted.
    package init(
        _ replies: [ScriptedReply],
        then last: ScriptedReply = .failure("the script has no further reply", mayHaveReachedService: true)
    ) {
        state = Mutex(State(replies: replies))
        self.last = last
    }

    /// Every request so far, in the order in which their bodies ended.
    package var requests: [RecordedRequest] { state.withLock { $0.requests } }

    package func send(_ request: TransportRequest) async throws -> TransportResponse {
        let recorded = try await RecordedRequest(request)
        let (reply, ready) = state.withLock { state in
            state.requests.append(recorded)
            let count = state.requests.count
            let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return (state.replies.isEmpty ? last : state.replies.removeFirst(), ready)
        }
        for watcher in ready { watcher.resume() }
        return try await reply.respond(recorded)
    }

    /// Waits until this many requests have come.
    package func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.requests.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}
