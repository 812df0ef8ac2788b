import NATS

/// A batch as a list shows it. A value.
package struct BatchListing: Sendable, Equatable {
    package enum State: String, Sendable {
        /// Rows are still put into the queue, or whoever did so was stopped.
        case publishing
        /// No worker has a row at present.
        case waiting
        case running
        case stopped
        case cancelled
        case done
    }

    package var manifest: BatchManifest
    package var done: Int
    package var running: Int
    package var state: State

    /// All batches, the newest first. What is no manifest, or one of a later version, is left out.
    package static func all(_ access: QueueAccess) async throws -> [BatchListing] {
        let subjects = try await access.persistently {
            try await access.jetStream.subjects(in: QueueStream.batches.name, filter: QueueSubject.manifests)
        }
        var listings: [BatchListing] = []
        for name in subjects.keys.compactMap(QueueSubject.batch(ofManifest:)) {
            let reader = BatchReader(name, access)
            guard let manifest = try? await reader.manifest() else {
                try Task.checkCancellation()
                continue
            }
            listings.append(try await BatchListing(manifest, reader))
        }
        return listings.sorted { ($1.manifest.time, $0.manifest.name) < ($0.manifest.time, $1.manifest.name) }
    }

    /// The batch that a reader reads.
    package init(_ manifest: BatchManifest, _ reader: BatchReader) async throws {
        self.manifest = manifest
        let access = reader.access
        let reopenings = try await reader.reopened(from: 1).reduce(0) { $0 + $1.rows.count }
        // Each row that was opened once more had a result before.
        done = max(try await Self.resultCount(reader) - reopenings, 0)
        let consumer = try await access.persistently {
            try await access.jetStream.consumer(reader.name.text, of: QueueStream.rows.name)
        }
        running = consumer?.ackPending ?? 0
        if done >= manifest.rows.count {
            state = .done
        } else if try await reader.isCancelled() {
            state = .cancelled
        } else if try await reader.sealed() == nil {
            state = .publishing
        } else if try await reader.stop() != nil {
            state = .stopped
        } else {
            state = running > 0 ? .running : .waiting
        }
    }

    /// How many results the queue has: by a consumer that is asked how many it would hand out, since of a million subjects a list
    /// would be long.
    private static func resultCount(_ reader: BatchReader) async throws -> Int {
        let access = reader.access
        var counter = ConsumerConfiguration(
            name: "speedpix-count-\(UInt64.random(in: 0 ... .max))", filter: QueueSubject(reader.name).results)
        counter.ackPolicy = .none
        counter.inactiveThreshold = .seconds(10)
        let stream = QueueStream.results.name
        return try await access.persistently { [counter] in
            try await access.jetStream.createConsumer(counter, on: stream)
            let count = try await access.jetStream.consumer(counter.name, of: stream)?.pending ?? 0
            try await access.jetStream.deleteConsumer(counter.name, of: stream)
            return count
        }
    }
}
