public import SpeedPix
import Synchronization

/// A transport that answers in the service's place, from memory: for tests of code that uses a ``SpeedPixClient``.
///
/// It speaks all of the protocol's calls. What a workflow's predictions do is said beforehand, and what the client sent is
/// there afterwards:
///
/// ```swift
/// let (client, stub) = SpeedPixClient.stubbed()
/// stub.on("white-background", .progress(0.5), .succeed(output: ["images": stub.file(png, named: "shoe.png")]))
///
/// let done = try await client.run("white-background", input: ["image": .path("./shoe.jpg")])
///
/// #expect(done.files.map(\.filename) == ["shoe.png"])
/// #expect(stub.predictions.map(\.workflowID) == ["white-background"])
/// ```
///
/// Signatures are not checked. A request that fits nothing fails at once and for good, with a message that says what is
/// missing, and is in ``unexpectedRequests``: a workflow that was not set, a URL that serves nothing, a call that the service
/// does not have.
public final class StubTransport: HTTPTransport {
    /// The base of every URL that it gives out, and the endpoint of its clients. The domain `test` exists nowhere (RFC 2606).
    public static let endpoint = "https://speedpix.test"

    /// The service's date, and its clients'.
    public let date: ManualDate
    let state = CountedState(StubState()) { $0.requests.count }
    private let onUnexpectedRequest: @Sendable (String) -> Void

    /// A service without workflows.
    ///
    /// - Parameters:
    ///   - date: The date of its answers.
    ///   - onUnexpectedRequest: Called with each request that fits nothing, from any thread. `{ Issue.record("\($0)") }`
    ///     makes a test fail for it even if the code under test ignores the error. By default nothing more happens.
    public init(
        date: ManualDate = ManualDate(), onUnexpectedRequest: @escaping @Sendable (_ message: String) -> Void = { _ in }
    ) {
        self.date = date
        self.onUnexpectedRequest = onUnexpectedRequest
    }

    // MARK: What workflows do

    /// Says what each prediction of a workflow does from now on.
    ///
    /// - Parameters:
    ///   - workflowID: What the client names in its creates.
    ///   - steps: One for each poll; the last one is repeated. Without an end among them the prediction goes on for ever, and
    ///     a wait for it as long as its options let it.
    public func on(_ workflowID: String, _ steps: StubStep...) {
        on(workflowID) { _ in steps }
    }

    /// Says what each prediction of a workflow does from now on, given what was sent for it.
    ///
    /// ```swift
    /// stub.on("echo") { created in [.succeed(output: .object(created.input))] }
    /// ```
    public func on(_ workflowID: String, steps: @escaping @Sendable (StubPrediction) -> [StubStep]) {
        state.withLock { $0.workflows[workflowID] = steps }
    }

    /// Says what the next prediction of a workflow does; called again, the one after it. Those that follow do as
    /// ``on(_:_:)`` says.
    public func onNext(_ workflowID: String, _ steps: StubStep...) {
        state.withLock { $0.next[workflowID, default: []].append(steps) }
    }

    /// Says what predictions do of all workflows that were not named.
    public func onOthers(_ steps: StubStep...) {
        state.withLock { $0.others = { _ in steps } }
    }

    /// Adds a prediction that the client has not created, as of a program that ran before.
    ///
    /// It is not among ``predictions``.
    public func add(_ id: String, of workflowID: String = "", _ steps: StubStep...) {
        state.withLock { state in
            state.runs[id] = StubRun(prediction: StubPrediction(id: id, workflowID: workflowID), steps: steps)
        }
    }

    // MARK: What goes wrong

    /// Lets calls go wrong, whatever else they would do. Each fault strikes as many calls as it says, the one that was
    /// injected first before the others; a retry is a call of its own.
    ///
    /// - Parameters:
    ///   - fault: What happens.
    ///   - operation: Which calls, ``ClientOperation/create`` for example.
    ///   - workflowID: Only calls about this workflow's predictions; nil for all. Transfers are about none.
    ///   - times: How many calls; `.max` for all of them.
    public func inject(
        _ fault: StubFault, into operation: ClientOperation, of workflowID: String? = nil, times: Int = 1
    ) {
        state.withLock {
            $0.faults.append(.init(fault: fault, operation: operation, workflowID: workflowID, remaining: times))
        }
    }

    // MARK: Files

    /// Takes the file of an output, and serves it.
    ///
    /// - Parameters:
    ///   - bytes: What a download of it gets.
    ///   - filename: As the service describes it.
    ///   - contentType: By the name's extension if nil.
    /// - Returns: The file as an output names it: an object with a `url`.
    public func file(
        _ bytes: some Collection<UInt8>, named filename: String, contentType: String? = nil
    ) -> JSONValue {
        let type = contentType ?? MediaType.guess(filename: filename)
        let bytes = Array(bytes)
        let url = state.withLock { $0.serve(bytes, named: filename, contentType: type) }
        return [
            "url": .string(url), "filename": .string(filename), "size": .integer(Int64(bytes.count)),
            "type": .string(String(type.prefix { $0 != "/" })), "mime_type": .string(type),
        ]
    }

    /// Sets what a download of any URL gets, for outputs that are written as texts.
    ///
    /// - Parameters:
    ///   - bytes: What it gets.
    ///   - url: The URL as the output has it.
    ///   - contentType: By the extension of the URL's path if nil.
    public func serve(_ bytes: some Collection<UInt8>, at url: String, contentType: String? = nil) {
        let type = contentType ?? MediaType.guess(filename: url.withoutQuery)
        let bytes = Array(bytes)
        state.withLock { $0.files[url] = StubState.StoredFile(bytes: bytes, contentType: type) }
    }

    // MARK: What was sent

    /// What was created, in order, each as it stands now. Creates that had no effect are not among them.
    public var predictions: [StubPrediction] {
        state.withLock { state in state.created.compactMap { state.runs[$0]?.prediction } }
    }

    /// What was uploaded, in order, as far as it arrived; files that were deleted since are still here.
    public var uploads: [StubUpload] { state.withLock { $0.uploads } }

    /// The upload behind a URL in an input; nil if there is none.
    public func upload(at url: JSONValue?) -> StubUpload? {
        uploads.last { .string($0.url) == url }
    }

    /// The URLs that were downloaded, one for each request, in order.
    public var downloads: [String] {
        requests.filter { $0.operation == .download }.map(\.url)
    }

    /// Every request, in the order in which their bodies ended.
    public var requests: [StubRequest] { state.withLock { $0.requests } }

    /// How many requests there were of one kind, those that went wrong included.
    public func callCount(of operation: ClientOperation) -> Int {
        state.withLock { $0.callCount(of: operation) }
    }

    /// What was said of each request that fitted nothing.
    public var unexpectedRequests: [String] { state.withLock { $0.unexpected } }

    /// Returns when so many requests of one kind have come in all, or the calling task is cancelled.
    public func waitForCalls(of operation: ClientOperation, count: Int = 1) async {
        await state.wait { $0.callCount(of: operation) >= count }
    }

    // MARK: Answers

    /// Answers as the service would.
    ///
    /// - Throws: `TransportError` for faults and for requests that fit nothing; `CancellationError`; a streamed body's own
    ///   error.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let request = try await StubRequest(request)
        let now = date.now
        var answer = state.withLock { $0.receive(request, now: now) }
        if case .create(let prediction, let plan, let fault) = answer {
            // Not under the lock: it may use the stub.
            let steps = plan(prediction)
            answer = state.withLock { $0.begin(prediction, steps, fault) }
        }
        switch answer {
        case .reply(let reply, let fault):
            guard let fault else { return try reply.response() }
            return try await fault.response(to: reply)
        case .unexpected(let message, let remedy):
            onUnexpectedRequest(message)
            throw TransportError(message, mayHaveReachedService: false, remedy: remedy, isRetryable: false)
        case .create: preconditionFailure("a create that has begun is answered")
        }
    }
}
