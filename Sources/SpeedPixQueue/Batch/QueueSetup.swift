package import NATS

/// Makes the streams of batches where there are none, and looks whether those that exist are as batches need them.
package enum QueueSetup {
    /// For whoever begins a batch.
    ///
    /// - Parameter replicas: On how many servers of a cluster streams that are made here are kept.
    /// - Throws: ``QueueError`` `stream` for one that exists and cannot be worked with, and for a server whose messages are too small;
    ///   `NATSError` without JetStream, for a server that is too old, and for credentials that may not make streams.
    package static func prepare(_ jetStream: JetStream, replicas: Int) async throws {
        try await jetStream.checkAvailable()
        let largest = jetStream.connection.maxPayload
        guard largest >= QueuePieces.neededPayload else {
            throw QueueError(
                .stream, "this NATS takes messages of \(largest) bytes, and a batch needs \(QueuePieces.neededPayload)",
                remedy: "set max_payload: 1MB in the server's configuration, which is its default")
        }
        for stream in QueueStream.allCases {
            let configuration = stream.configuration(replicas: replicas)
            do {
                try await jetStream.createStream(configuration)
            } catch let error as NATSError where mayExist(error) {
                guard let known = try await jetStream.stream(stream.name) else { throw error }
                try check(known.configuration, of: stream)
            }
        }
    }

    /// For whoever looks at batches: makes nothing.
    ///
    /// - Throws: ``QueueError`` `notFound` where no batch was ever begun.
    package static func checkExists(_ jetStream: JetStream) async throws {
        try await jetStream.checkAvailable()
        guard try await jetStream.stream(QueueStream.batches.name) != nil else {
            throw QueueError(
                .notFound, "no batch was begun at this NATS, or not with this account",
                remedy: "begin one: speedpix batch SCRIPT ROWS --queue URL")
        }
    }

    private static func mayExist(_ error: NATSError) -> Bool {
        error.code == .refused(JetStreamErrorCode.streamNameInUse) || error.code == .permission
    }

    /// What a stream that somebody has made himself must be like: otherwise rows or results would be lost, or paid for twice.
    static func check(_ known: StreamConfiguration, of stream: QueueStream) throws(QueueError) {
        let wanted = stream.configuration()
        var problems: [String] = []
        if Set(known.subjects) != Set(wanted.subjects) {
            problems.append("its subjects must be \(wanted.subjects.joined(separator: " "))")
        }
        if known.retention != wanted.retention { problems.append("its retention must be \(wanted.retention.rawValue)") }
        if known.discard != .new { problems.append("discard must be new") }
        if known.maxAge != nil { problems.append("it must have no max_age") }
        if wanted.discardsNewPerSubject, known.maxMessagesPerSubject != 1 || !known.discardsNewPerSubject {
            problems.append("max_msgs_per_subject must be 1, with discard_new_per_subject")
        }
        guard !problems.isEmpty else { return }
        throw QueueError(
            .stream,
            "the stream \(stream.name) exists, and batches cannot work with it: \(problems.joined(separator: "; "))",
            remedy: "delete it if no batch is in it, and speedpix makes it anew")
    }
}
