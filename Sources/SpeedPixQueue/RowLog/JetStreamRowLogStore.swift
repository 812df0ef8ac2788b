package import NATS
import SpeedPix
import Synchronization

/// The log of one row in JetStream: the subjects `speedpix.log.BATCH.ROW.1`, `.2` and so on, each with one message.
///
/// It reads by `STREAM.MSG.GET`, which the stream's leader answers. A leader that has just lost its office may still answer, with less
/// than there is.
package final class JetStreamRowLogStore: RowLogStore {
    /// The stream of all logs.
    package static let stream = "SPEEDPIX_LOGS"

    private let jetStream: JetStream
    /// With a full stop at its end.
    private let prefix: String
    /// The sequences of entries that were read, by their numbers: the next read begins behind.
    private let last = Mutex((number: 0, sequence: UInt64(0)))

    /// - Parameters:
    ///   - batch: The batch's name, a subject's token.
    ///   - row: The row's token.
    package init(_ jetStream: JetStream, batch: String, row: String) {
        self.jetStream = jetStream
        prefix = "speedpix.log.\(batch).\(row)."
    }

    package func read(from number: Int) async throws -> [NumberedEntry] {
        var entries: [NumberedEntry] = []
        do {
            // Numbers and sequences grow together, since nobody can write an entry before the one below it is stored.
            let known = last.withLock { $0 }
            var (next, sequence) = known.number < number ? (known.number + 1, known.sequence + 1) : (1, 1)
            while let message = try await jetStream.message(in: Self.stream, next: prefix + "*", from: sequence) {
                // A gap: what is missing lies on a replica that this answer does not come from.
                guard message.subject == "\(prefix)\(next)" else { break }
                if next >= number { entries.append(NumberedEntry(number: next, payload: message.payload)) }
                last.withLock { [next] in $0 = (next, message.sequence) }
                next += 1
                sequence = message.sequence + 1
            }
            return entries
        } catch let error as NATSError {
            throw Self.failure(error, "read")
        }
    }

    package func append(_ payload: [UInt8], number: Int) async throws -> AppendOutcome {
        do {
            return switch try await jetStream.publish("\(prefix)\(number)", payload, ifAbsent: true) {
            case .stored(let sequence, _): noting(number, sequence)
            case .exists: .exists
            }
        } catch let error as NATSError where Self.isSecond(error) {
            return .exists
        } catch let error as NATSError where Self.isSurelyNotStored(error) {
            return .refused(Self.failure(error, "written"))
        }
    }

    private func noting(_ number: Int, _ sequence: UInt64) -> AppendOutcome {
        last.withLock { if $0.number == number - 1 { $0 = (number, sequence) } }
        return .stored
    }

    /// Whether the stream refused a second message of a subject, which it does where it was asked for too late to say `.exists`.
    private static func isSecond(_ error: NATSError) -> Bool {
        error.code == .refused(JetStreamErrorCode.storeFailed) && error.message.contains("per subject")
    }

    /// Whether the server has refused it, or nothing was sent.
    private static func isSurelyNotStored(_ error: NATSError) -> Bool {
        switch error.code {
        case .noLibrary, .invalid, .authentication, .permission, .disconnected, .noResponders, .payloadTooLarge,
            .notFound,
            .tooOld:
            true
        // While a cluster looks for its leader, an answer says nothing for sure.
        case .refused(let number): !JetStreamErrorCode.transient.contains(number)
        case .connection, .timeout, .closed, .slowConsumer, .badAnswer: false
        }
    }

    private static func failure(_ error: NATSError, _ verb: String) -> SpeedPixError {
        SpeedPixError(
            .journalFailed, "the row's log in NATS could not be \(verb): \(error.message)", remedy: error.remedy,
            isRetryable: error.isTransient || error.code == .noResponders, cause: error)
    }
}
