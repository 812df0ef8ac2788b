package import SpeedPixBatch
import Synchronization

/// Whether workers may begin rows of a batch, as far as this one has seen.
package final class BatchStanding: Sendable {
    package enum Word: Sendable, Equatable {
        case open
        /// For good.
        case cancelled
        /// Until somebody resumes the batch.
        case stopped(BatchStop)
    }

    private let subject: QueueSubject
    private let batches: any WriteOnceStore
    private let leases: any WriteOnceStore
    /// The number of the next stop; those below it count no longer.
    private let next = Mutex(1)

    package init(_ batch: BatchName, batches: any WriteOnceStore, leases: any WriteOnceStore) {
        subject = QueueSubject(batch)
        self.batches = batches
        self.leases = leases
    }

    /// Reads how it stands.
    ///
    /// - Throws: What reading throws.
    package func read() async throws -> Word {
        if try await batches.read(subject.cancelled) != nil { return .cancelled }
        while true {
            let number = next.withLock { $0 }
            guard let stop = try await leases.read(subject.stop(number)) else { return .open }
            guard try await batches.read(subject.resumed(number)) != nil else {
                return .stopped(QueueStop(payload: stop.payload)?.reason ?? .interrupted)
            }
            next.withLock { $0 = max($0, number + 1) }
        }
    }

    /// Writes down that no worker begins rows any more. If another has done so for another reason, that one counts.
    ///
    /// - Throws: What writing throws.
    package func stop(_ reason: BatchStop, worker: String) async throws {
        guard let stop = QueueStop(reason, worker: worker), case .open = try await read() else { return }
        _ = try await leases.create(subject.stop(next.withLock { $0 }), stop.payload)
    }
}
