package import NATS

/// The streams of batches as commands and workers use them: what fails and passes by itself is tried again, for as long as it takes.
package struct QueueAccess: Sendable {
    /// How it stands with a call that takes its time.
    package enum Notice: Sendable, Equatable {
        /// It failed, and is tried again.
        case waiting(NATSError)
        /// It has succeeded after that.
        case goingOn
    }

    package let jetStream: JetStream
    package let clock: any Clock<Duration>
    package let times: QueueTimes
    /// Called from any task; for each call that waits once for each error, and once when it goes on.
    package let onNotice: @Sendable (Notice) -> Void

    package init(
        _ jetStream: JetStream, clock: any Clock<Duration>, times: QueueTimes = QueueTimes(),
        onNotice: @escaping @Sendable (Notice) -> Void = { _ in }
    ) {
        self.jetStream = jetStream
        self.clock = clock
        self.times = times
        self.onNotice = onNotice
    }

    private static let firstPause: Duration = .milliseconds(250)
    private static let longestPause: Duration = .seconds(5)

    /// Tries again whatever may succeed later without anything being changed by hand, and what fails since the queue is full: somebody
    /// may make room.
    ///
    /// - Throws: Other errors; `CancellationError`.
    package func persistently<Result>(_ body: () async throws -> Result) async throws -> Result {
        var pause = Self.firstPause
        var said: NATSError.Code?
        while true {
            do {
                let result = try await body()
                if said != nil { onNotice(.goingOn) }
                return result
            } catch let error as NATSError where Self.mayPass(error) {
                if said != error.code { onNotice(.waiting(error)) }
                said = error.code
            }
            try await clock.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Without an answer for JetStream's subjects its streams are not up yet: that they exist was seen before.
    private static func mayPass(_ error: NATSError) -> Bool {
        error.isTransient || error.isFull || error.code == .noResponders
    }

    /// The last message of a subject, as the stream's leader knows it.
    package func message(in stream: QueueStream, _ subject: String) async throws -> StoredMessage? {
        try await persistently { try await jetStream.message(in: stream.name, last: subject) }
    }

    /// The streams' part for which ``WriteOnceStore`` is meant.
    package func writeOnce(_ stream: QueueStream) -> any WriteOnceStore { StreamStore(access: self, stream: stream) }
}

/// A stream with one message a subject.
private struct StreamStore: WriteOnceStore {
    let access: QueueAccess
    let stream: QueueStream

    func create(_ subject: String, _ payload: [UInt8]) async throws -> [UInt8] {
        try await access.persistently {
            switch try await access.jetStream.publish(subject, payload, ifAbsent: true) {
            case .stored: return payload
            case .exists:
                // A replica that is behind may not know it yet.
                guard let known = try await access.jetStream.message(in: stream.name, last: subject) else {
                    throw NATSError(.timeout, "what stands at \(subject) cannot be read yet")
                }
                return known.payload
            }
        }
    }

    func read(_ subject: String) async throws -> WrittenOnce? {
        try await access.message(in: stream, subject).map { WrittenOnce(payload: $0.payload, time: $0.time) }
    }
}
