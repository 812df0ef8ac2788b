import NATS

/// Puts a batch into the queue: manifest, script, rows. Each step is created only if it is absent, so that two who do the same, and one
/// who goes on after another was killed anywhere, give the same batch.
package struct BatchPublisher: Sendable {
    package let access: QueueAccess
    /// How many rows are on their way to the server at once.
    private static let width = 64

    package init(_ access: QueueAccess) { self.access = access }

    private var store: any WriteOnceStore { access.writeOnce(.batches) }

    /// Begins a batch, or goes on with the one of this name if its content is the same.
    ///
    /// - Returns: The manifest that counts, which says of guards and seed what was said first, and whether it was begun now.
    /// - Throws: ``QueueError`` `nameInUse` for a name of other content, `cancelled`, `tooLarge`; `NATSError`.
    package func begin(_ manifest: BatchManifest) async throws -> (manifest: BatchManifest, isNew: Bool) {
        guard let name = BatchName(manifest.name) else { throw QueueError(.malformed, BatchName.rule) }
        let payload = try manifest.encoded()
        guard payload.count <= QueuePieces.size else {
            throw QueueError(
                .tooLarge,
                "the batch's columns and parameters have \(payload.count) bytes: at most \(QueuePieces.size) go",
                remedy: "leave columns out with --map COLUMN=")
        }
        let subject = QueueSubject(name)
        let holder = try await store.create(subject.manifest, payload)
        let known = try BatchManifest(parsing: holder)
        guard known.contentDigest == manifest.contentDigest else { throw Self.inUse(known, by: manifest) }
        try await checkIsGoingOn(name)
        try await makeConsumer(name)
        return (known, holder == payload)
    }

    private static func inUse(_ known: BatchManifest, by manifest: BatchManifest) -> QueueError {
        var differences: [String] = []
        if known.script.digest != manifest.script.digest { differences.append("script") }
        if known.rows.digest != manifest.rows.digest { differences.append("rows") }
        if known.rows.columns != manifest.rows.columns || known.rows.parameters != manifest.rows.parameters {
            differences.append("columns")
        }
        if known.constants != manifest.constants { differences.append("parameters") }
        if (known.endpoint, known.appKey) != (manifest.endpoint, manifest.appKey) { differences.append("account") }
        return QueueError(
            .nameInUse,
            "the name \(known.name) has a batch already, with other \(differences.joined(separator: ", other "))",
            remedy: "give this one another name with --name")
    }

    /// - Throws: ``QueueError`` `cancelled`.
    package func checkIsGoingOn(_ name: BatchName) async throws {
        guard try await store.read(QueueSubject(name).cancelled) != nil else { return }
        throw QueueError(
            .cancelled, "the batch \(name) was cancelled", remedy: "begin it anew under another name, with --name")
    }

    /// The consumer from which workers pull the batch's rows. Made again where it is lost.
    package func makeConsumer(_ name: BatchName) async throws {
        var consumer = ConsumerConfiguration(name: name.text, filter: QueueSubject(name).waitingRows)
        consumer.ackWait = access.times.acknowledgement
        // The server's defaults would stop at 1,000 rows that run, and strand rows.
        consumer.maxAckPending = -1
        consumer.maxDeliver = -1
        try await access.persistently {
            try await access.jetStream.createConsumer(consumer, on: QueueStream.rows.name)
        }
    }

    /// - Parameter files: The contents of the manifest's files, in their order.
    package func publishScript(_ files: [[UInt8]], of manifest: BatchManifest) async throws {
        guard let name = BatchName(manifest.name) else { return }
        let subject = QueueSubject(name)
        for (index, piece) in files.flatMap(QueuePieces.cut).enumerated() {
            guard try await store.create(subject.script(index + 1), piece) == piece else {
                throw QueueError(
                    .malformed, "a piece of the script of \(name) in the queue is another than it should be")
            }
        }
    }

    /// Puts all rows into the queue, and seals them.
    ///
    /// A piece of the rows is created before its rows are handed to workers, and the next one after that: where the next piece
    /// exists, those of the one before are in the queue. So of a million rows at most a piece's are sent again by whoever goes on,
    /// and those are known again by their ids or their logs.
    ///
    /// - Parameter onProgress: Gets how many rows are in the queue, after each piece.
    package func publishRows(
        _ lines: some Sequence<RowLine>, of manifest: BatchManifest, onProgress: (Int) -> Void = { _ in }
    ) async throws {
        guard let name = BatchName(manifest.name) else { return }
        let subject = QueueSubject(name)
        guard try await store.read(subject.sealed) == nil else { return }
        var digests: [String] = []
        var count = 0
        func finish(_ piece: RowPiece) async throws {
            try Task.checkCancellation()
            digests.append(QueuePieces.digest(piece.bytes))
            guard try await store.create(subject.rows(digests.count), piece.bytes) == piece.bytes else {
                throw QueueError(.malformed, "a piece of the rows of \(name) in the queue is another than it should be")
            }
            if try await store.read(subject.rows(digests.count + 1)) == nil {
                try await checkIsGoingOn(name)
                try await publish(
                    piece.lines.map { RowMessage($0, parameters: manifest.rows.parameters) }, of: name)
            }
            count += piece.lines.count
            onProgress(count)
        }
        var piece = RowPiece()
        for line in lines where !piece.add(line) {
            try await finish(piece)
            piece = RowPiece()
            _ = piece.add(line)
        }
        if !piece.lines.isEmpty { try await finish(piece) }
        let sealed = SealedRows(count: count, pieces: digests).payload
        guard try await store.create(subject.sealed, sealed) == sealed else {
            throw QueueError(.malformed, "the rows of \(name) in the queue were sealed otherwise than they should be")
        }
    }

    /// Hands rows to workers, several at once. A stream that is full is waited for.
    package func publish(_ rows: some Sequence<RowMessage>, of name: BatchName) async throws {
        let subject = QueueSubject(name).waitingRows
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            for row in rows {
                if running == Self.width {
                    try await group.next()
                    running -= 1
                }
                running += 1
                group.addTask {
                    try await access.persistently {
                        _ = try await access.jetStream.publish(subject, headers: row.headers(name), row.payload)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
