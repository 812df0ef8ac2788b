package import SpeedPix
import SpeedPixTesting

/// A transport that answers from a script, in order, and keeps what it was asked.
package final class ScriptedTransport: HTTPTransport {
    private struct State {
        var replies: [ScriptedReply]
        var requests: [RecordedRequest] = []
    }

    private let state: CountedState<State>
    private let last: ScriptedReply

    /// - Parameters:
    ///   - replies: One for each request.
    ///   - last: For every request after those. By default the network fails, saying that nothing was scripted.
    package init(
        _ replies: [ScriptedReply],
        then last: ScriptedReply = .failure("the script has no further reply", mayHaveReachedService: true)
    ) {
        state = CountedState(State(replies: replies)) { $0.requests.count }
        self.last = last
    }

    /// Every request so far, in the order in which their bodies ended.
    package var requests: [RecordedRequest] { state.withLock { $0.requests } }

    package func send(_ request: TransportRequest) async throws -> TransportResponse {
        let recorded = try await RecordedRequest(request)
        let reply = state.withLock { state in
            state.requests.append(recorded)
            return state.replies.isEmpty ? last : state.replies.removeFirst()
        }
        return try await reply.respond(recorded)
    }

    /// Waits until this many requests have come.
    package func waitForRequests(_ count: Int) async {
        await state.waitForCount(count)
    }
}
