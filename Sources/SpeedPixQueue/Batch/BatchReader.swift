import NATS

/// Reads what a batch in the queue is, and what was decided about it.
package struct BatchReader: Sendable {
    package let access: QueueAccess
    package let name: BatchName

    package init(_ name: BatchName, _ access: QueueAccess) {
        self.name = name
        self.access = access
    }

    private var store: any WriteOnceStore { access.writeOnce(.batches) }
    private var subject: QueueSubject { QueueSubject(name) }

    /// - Throws: ``QueueError`` `notFound`, `malformed`, `version`.
    package func manifest() async throws -> BatchManifest {
        guard let message = try await store.read(subject.manifest) else {
            throw QueueError(
                .notFound, "there is no batch \(name) in this queue",
                remedy: "speedpix batch list shows those there are")
        }
        return try BatchManifest(parsing: message.payload, of: name)
    }

    /// Nil while rows are still put into the queue.
    package func sealed() async throws -> SealedRows? {
        try await store.read(subject.sealed).flatMap { SealedRows(payload: $0.payload) }
    }

    package func isCancelled() async throws -> Bool { try await store.read(subject.cancelled) != nil }

    /// No row begins any more, for good.
    ///
    /// - Returns: False if the batch was cancelled before.
    package func cancel(token: String) async throws -> Bool {
        let payload = Array(token.utf8)
        return try await store.create(subject.cancelled, payload) == payload
    }

    /// All rows, whose digests are checked.
    ///
    /// - Throws: ``QueueError`` `malformed` for pieces that are not what was sealed.
    package func rows(_ sealed: SealedRows, of manifest: BatchManifest) async throws -> BatchLines {
        var lines = BatchLines()
        for (index, digest) in sealed.pieces.enumerated() {
            let piece = try await store.read(subject.rows(index + 1))?.payload
            guard let piece, QueuePieces.digest(piece) == digest, lines.append(piece) else {
                throw QueueError(.malformed, "the rows of \(name) in the queue are damaged (piece \(index + 1))")
            }
        }
        return lines
    }

    /// Lists of rows that were opened once more, from a number on.
    package func reopened(from number: Int) async throws -> [ReopenedRows] {
        var lists: [ReopenedRows] = []
        while let message = try await store.read(subject.again(number + lists.count)) {
            guard let list = ReopenedRows(payload: message.payload) else {
                throw QueueError(.malformed, "a list of rows of \(name) that were opened again cannot be read")
            }
            lists.append(list)
        }
        return lists
    }

    // MARK: Stops

    /// Why workers begin no row of the batch; nil while they do.
    package func stop() async throws -> QueueStop? {
        let (number, stop) = try await lastStop()
        guard let stop, try await store.read(subject.resumed(number)) == nil else { return nil }
        return stop
    }

    /// Writes down that no worker is to begin a row, unless one has done so.
    package func announce(_ stop: QueueStop) async throws {
        let (number, known) = try await lastStop()
        if known != nil, try await store.read(subject.resumed(number)) == nil { return }
        _ = try await access.writeOnce(.leases).create(subject.stop(number + 1), stop.payload)
    }

    /// Workers begin rows again.
    ///
    /// - Returns: Why they did not; nil if they did.
    package func resume() async throws -> QueueStop? {
        let (number, stop) = try await lastStop()
        guard let stop, try await store.read(subject.resumed(number)) == nil else { return nil }
        _ = try await store.create(subject.resumed(number), Array("{}".utf8))
        return stop
    }

    private func lastStop() async throws -> (number: Int, stop: QueueStop?) {
        let leases = access.writeOnce(.leases)
        var (number, last) = (0, QueueStop?.none)
        while let message = try await leases.read(subject.stop(number + 1)) {
            number += 1
            last = QueueStop(payload: message.payload)
        }
        return (number, last)
    }
}
