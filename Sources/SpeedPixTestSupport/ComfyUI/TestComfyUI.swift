import NIOCore
import NIOPosix
import NIOSSL
import NIOWebSocket
package import SpeedPix
import SpeedPixTesting

/// A small ComfyUI in memory, on a port of its own, whose answers are those of a real one.
///
/// It runs one prompt at a time, when the test says so or at once. Only paths under `/api` are served, so that a test notices
/// a call of another. Whatever it sends is sent in order.
package final class TestComfyUI: Sendable {
    /// Whose behaviour it has.
    package enum Version: Sendable {
        /// 0.3.54: no `/api/jobs`; `/interrupt` stops whatever runs; `progress` instead of `progress_state`.
        case autumn2025
        /// 0.27.0.
        case summer2026
    }

    /// What goes wrong with calls of a route.
    package enum Fault: Sendable, Hashable {
        /// Nothing is done, and no answer comes.
        case hang
        /// Nothing is done, and the answer has this status and a text.
        case status(Int)
        /// Nothing is done, and the answer is 200 with bytes that are not ComfyUI's.
        case garbage
        /// Nothing is done, and the answer is a redirect to a place where nothing listens.
        case redirect
        /// Nothing is done, and the answer has so many bytes of JSON.
        case large(Int)
        /// It is done, and the connection is closed instead of an answer.
        case lostAnswer
        /// It is done, and the answer stops in the middle until ``TestComfyUI/releaseAnswers()``.
        case stalledAnswer
    }

    /// A prompt as it came.
    package struct PostedPrompt: Sendable {
        package let promptID: String
        package let clientID: String?
        package let prompt: JSONValue
        package let extraData: JSONValue
        /// The outputs that are to run; nil for all.
        package let targets: [String]?
    }

    struct State: Sendable {
        var engine: TestComfyUIEngine
        var requests: [String] = []
        var posted: [PostedPrompt] = []
        /// By method and path: `POST /prompt`; how often each still strikes.
        var faults: [String: (fault: Fault, times: Int)] = [:]
        /// The sockets that frames go to, by client id.
        var sockets: [String: any Channel] = [:]
        /// All that are open.
        var connections: [ObjectIdentifier: any Channel] = [:]
        /// How many were opened ever.
        var connectionCount = 0
        /// Text frames of clients.
        var received: [String] = []
        /// Pings of clients.
        var pings = 0
        var answersPings = true
        /// Answers to pings.
        var pongs = 0
        /// Who hears of previews with metadata.
        var previewClients: Set<String> = []
        /// Second halves of answers that stopped.
        var held: [(channel: any Channel, bytes: ByteBuffer)] = []
        /// A header that every request must have.
        var demandedHeader: (name: String, value: String)?
    }

    /// The port it listens on, at 127.0.0.1.
    package let port: Int
    /// Its address, prefix included.
    package let url: String
    let prefix: String
    let state: CountedState<State>

    private init(port: Int, prefix: String, isSecure: Bool, state: CountedState<State>) {
        self.port = port
        self.prefix = prefix
        url = "\(isSecure ? "https" : "http")://127.0.0.1:\(port)\(prefix)"
        self.state = state
    }

    /// Runs one for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - classes: What `/object_info` answers; nil for the usual classes.
    ///   - isAutomatic: Whether prompts end as soon as they begin; else the test ends them.
    ///   - prefix: A path before ComfyUI's own: `/comfy`.
    ///   - isSecure: Whether it speaks TLS, with ``TestCertificates/server``.
    package static func withRunning<Result: Sendable>(
        _ version: Version = .summer2026, classes: JSONValue? = nil, isAutomatic: Bool = true, prefix: String = "",
        isSecure: Bool = false, isolation: isolated (any Actor)? = #isolation,
        body: (TestComfyUI) async throws -> Result
    ) async throws -> Result {
        let engine = TestComfyUIEngine(version: version, classes: classes, isAutomatic: isAutomatic)
        let state = CountedState(State(engine: engine)) { $0.posted.count }
        let tls = isSecure ? try TestCertificates.serverContext() : nil
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try TestComfyUIConnection.configure(channel, tls: tls, prefix: prefix, state: state)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = TestComfyUI(
            port: listener.localAddress?.port ?? 0, prefix: prefix, isSecure: isSecure, state: state)
        do {
            let result = try await body(server)
            await server.end(listener)
            return result
        } catch {
            await server.end(listener)
            throw error
        }
    }

    private func end(_ listener: any Channel) async {
        try? await listener.close()
        for channel in state.withLock({ Array($0.connections.values) }) { try? await channel.close() }
    }

    // MARK: What came

    /// Method and path of each request, without prefix and query, in the order in which they came: `POST /api/prompt`.
    package var requests: [String] { state.withLock { $0.requests } }

    /// The prompts that were posted, those that were refused too.
    package var posted: [PostedPrompt] { state.withLock { $0.posted } }

    /// Returns when so many prompts were posted.
    package func waitForPosts(_ count: Int) async { await state.waitForCount(count) }

    /// Returns when so many WebSockets were opened, those that have ended included.
    package func waitForSockets(_ count: Int) async { await state.wait { $0.connectionCount >= count } }

    /// Returns when a request has come: `GET /api/queue`.
    package func waitForRequest(_ request: String, count: Int = 1) async {
        await state.wait { $0.requests.count { $0 == request } >= count }
    }

    /// Returns when so many requests have come, whatever they are.
    package func waitForRequests(_ count: Int) async { await state.wait { $0.requests.count >= count } }

    /// Returns when so many WebSockets are open, no more and no less.
    package func waitForOpenSockets(_ count: Int) async { await state.wait { $0.sockets.count == count } }

    /// Returns when so many answers to pings have come.
    package func waitForPongs(_ count: Int) async { await state.wait { $0.pongs >= count } }

    /// Returns when clients have asked so often whether the server is there.
    package func waitForPings(_ count: Int) async { await state.wait { $0.pings >= count } }

    /// The text frames that clients have sent.
    package var receivedTexts: [String] { state.withLock { $0.received } }

    /// Returns when so many text frames have come.
    package func waitForTexts(_ count: Int) async { await state.wait { $0.received.count >= count } }

    /// The ids of the prompts that wait, then that of the one that runs.
    package var queued: [String] {
        state.withLock { $0.engine.pending.map(\.id) + ($0.engine.running.map { [$0.id] } ?? []) }
    }

    /// The ids of the prompts in the history.
    package var remembered: Set<String> { state.withLock { Set($0.engine.history.keys) } }

    /// Files by `type/subfolder/name`.
    package var files: [String: [UInt8]] { state.withLock { $0.engine.files } }

    // MARK: What it does

    /// Ends the prompt that runs, as a success.
    package func finishNext() { update { $0.finish() } }

    /// Ends the prompt that runs, with an error of a node: the one that runs if none is named.
    package func failNext(
        node: String? = nil, type: String = "RuntimeError", message: String = "something went wrong"
    ) {
        update { $0.fail(node: node, type: type, message: message) }
    }

    /// Stops the prompt that runs, as ComfyUI's page can.
    package func interrupt() { update { $0.interrupt() } }

    /// Says how far the node is that runs.
    package func step(_ value: Int, of most: Int) { update { $0.step(value, of: most) } }

    /// Whether prompts end as soon as they begin, from the next one on.
    package func setAutomatic(_ isAutomatic: Bool) { update { $0.isAutomatic = isAutomatic } }

    /// What `/object_info` answers from now on.
    package func setClasses(_ classes: JSONValue) { update { $0.customClasses = classes } }

    /// Whether outputs are named in the history and missing at `/view`, as on a disk that is full.
    package func setLosingOutputs(_ isLosing: Bool) { update { $0.losesOutputs = isLosing } }

    /// Whether clients that ask are told that the server is there.
    package func setAnsweringPings(_ isAnswering: Bool) { state.withLock { $0.answersPings = isAnswering } }

    /// Puts a file there: `input/speedpix/a.png`.
    package func addFile(_ key: String, _ bytes: [UInt8]) { update { $0.files[key] = bytes } }

    /// Takes a file away.
    package func removeFile(_ key: String) { update { $0.files[key] = nil } }

    /// Forgets a prompt that has ended.
    package func forget(_ promptID: String) { update { $0.history[promptID] = nil } }

    /// Loses queue and history and closes every connection, as a server that is started again.
    package func restart() {
        let channels = state.withLock { state in
            state.engine.restart()
            return Array(state.connections.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }

    /// Calls of a route fail from now on.
    ///
    /// - Parameters:
    ///   - route: Method and path without `/api`, of which a part that varies is `*`: `POST /prompt`, `GET /history/*`.
    ///   - times: How often.
    package func fail(_ route: String, _ fault: Fault, times: Int = .max) {
        state.withLock { $0.faults[route] = (fault, times) }
    }

    /// No call fails any more.
    package func heal() { state.withLock { $0.faults = [:] } }

    /// Every request must have a header from now on, or is answered by 401.
    package func demandHeader(_ name: String, _ value: String) { state.withLock { $0.demandedHeader = (name, value) } }

    /// Sends the rest of answers that stopped in the middle.
    package func releaseAnswers() {
        state.withLock { state in
            for (channel, bytes) in state.held { TestComfyUIConnection.finish(channel, with: bytes) }
            state.held = []
        }
    }

    /// Changes the engine, and sends the frames that this gives.
    func update<Result: Sendable>(_ body: (inout TestComfyUIEngine) -> Result) -> Result {
        state.withLock { state in
            let result = body(&state.engine)
            state.flush()
            return result
        }
    }
}

extension TestComfyUI.State {
    /// Sends what the engine wants to send. Under the lock, so that all frames are in one order.
    mutating func flush() {
        for frame in engine.outbox {
            switch frame {
            case .text(let type, let data, let client):
                let json: JSONValue = ["type": .string(type), "data": data]
                let bytes = ByteBuffer(bytes: (try? json.encoded()) ?? [])
                send(WebSocketFrame(fin: true, opcode: .text, data: bytes), to: client)
            case .binary(let bytes, let client):
                send(WebSocketFrame(fin: true, opcode: .binary, data: ByteBuffer(bytes: bytes)), to: client)
            }
        }
        engine.outbox = []
    }

    /// - Parameter client: Nil for everybody.
    func send(_ frame: WebSocketFrame, to client: String?) {
        for (id, channel) in sockets where client == nil || id == client { channel.writeLater(frame) }
    }
}

extension Channel {
    /// Writes when the event loop comes to it, never within the call: that may be made under a lock.
    func writeLater(_ message: some Sendable) {
        eventLoop.execute { self.writeAndFlush(message, promise: nil) }
    }
}
