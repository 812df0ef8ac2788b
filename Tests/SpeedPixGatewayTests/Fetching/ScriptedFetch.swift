import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Synchronization

@testable import SpeedPixGateway

/// Names with addresses and URLs with answers that a test has written down, and what was asked for.
final class ScriptedFetch: FetchTransport {
    enum Reply: Sendable {
        case bytes([UInt8], type: String?)
        case redirect(to: String)
        case status(Int)
    }

    /// A request, with the address that it went to.
    struct Request: Sendable, Equatable {
        let url: String
        let address: String
    }

    struct Unknown: Error {}

    private let addresses: [String: [String]]
    private let replies: [String: Reply]
    private let state = Mutex((lookups: [String: Int](), requests: [Request]()))

    /// - Parameters:
    ///   - addresses: Of each name; of several the next one with each look-up, and the last one again.
    ///   - replies: By URL.
    init(addresses: [String: [String]], replies: [String: Reply]) {
        self.addresses = addresses
        self.replies = replies
    }

    var requests: [Request] { state.withLock { $0.requests } }

    func address(of target: FetchTarget) async throws -> String {
        guard !target.isAddress else { return target.host }
        guard let known = addresses[target.host], let last = known.last else { throw Unknown() }
        let count = state.withLock { state in
            state.lookups[target.host, default: 0] += 1
            return state.lookups[target.host, default: 1]
        }
        return known.count >= count ? known[count - 1] : last
    }

    func get<Output: Sendable>(
        _ target: FetchTarget, from address: String, _ body: (FetchAnswer) async throws -> Output
    ) async throws -> Output {
        state.withLock { $0.requests.append(Request(url: target.url, address: address)) }
        switch replies[target.url] {
        case .bytes(let bytes, let type)?:
            return try await body(
                FetchAnswer(status: 200, location: nil, contentType: type, body: AnyByteStream(bytes)))
        case .redirect(let location)?:
            return try await body(
                FetchAnswer(status: 302, location: location, contentType: nil, body: AnyByteStream([UInt8]())))
        case .status(let status)?:
            return try await body(
                FetchAnswer(status: status, location: nil, contentType: nil, body: AnyByteStream([UInt8]())))
        case nil: throw Unknown()
        }
    }
}

/// Answers each request once a test lets its path go, and counts how many are under way.
final class GatedFetch: FetchTransport {
    let gate = Gate()
    private let counts = Mutex((now: 0, most: 0))

    /// The most requests that were under way at the same time.
    var most: Int { counts.withLock { $0.most } }

    func address(of target: FetchTarget) async throws -> String { target.host }

    func get<Output: Sendable>(
        _ target: FetchTarget, from address: String, _ body: (FetchAnswer) async throws -> Output
    ) async throws -> Output {
        counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
        defer { counts.withLock { $0.now -= 1 } }
        try await gate.hold(target.path)
        return try await body(
            FetchAnswer(
                status: 200, location: nil, contentType: nil, body: AnyByteStream([UInt8](repeating: 1, count: 9))))
    }
}
