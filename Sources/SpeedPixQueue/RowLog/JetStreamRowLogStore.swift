package import NATS
import SpeedPix

/// The log of one row in JetStream: the subjects `speedpix.log.BATCH.ROW.1`, `.2` and so on, each with one message.
///
/// It reads by `STREAM.MSG.GET`, which the stream's leader answers. A leader that has just lost its office may still answer, with less
/// than there is.
package struct JetStreamRowLogStore: RowLogStore {
    /// The stream of all logs.
    package static let stream = "SPEEDPIX_LOGS"

    private let jetStream: JetStream
    /// With a full stop at its end.
    private let prefix: String

    /// - Parameters:
    ///   - batch: The batch's name, a subject's token.
    ///   - row: The row's token.
    package init(_ jetStream: JetStream, batch: String, row: String) {
        self.jetStream = jetStream
        prefix = "speedpix.log.\(batch).\(row)."
    }

    /// By exact subjects: to look for the next message of a pattern costs the server more, the more rows a batch has.
    package func read(from number: Int) async throws -> [NumberedEntry] {
        var entries: [NumberedEntry] = []
        do {
            // From the first one that is missing, whatever lies behind it: that comes from a replica that this answer does not.
            while let message = try await jetStream.message(
                in: Self.stream, last: "\(prefix)\(number + entries.count)")
            {
                entries.append(NumberedEntry(number: number + entries.count, payload: message.payload))
            }
            return entries
        } catch let error as NATSError {
            throw Self.failure(error, "read")
        }
    }

    package func append(_ payload: [UInt8], number: Int) async throws -> AppendOutcome {
        do {
            return switch try await jetStream.publish("\(prefix)\(number)", payload, ifAbsent: true) {
            case .stored: .stored
            case .exists: .exists
            }
        } catch let error as NATSError where Self.isSecond(error) {
            return .exists
        } catch let error as NATSError where Self.isSurelyNotStored(error) {
            return .refused(Self.failure(error, "written"))
        } catch let error as NATSError where error.code == .closed {
            return .closed(Self.failure(error, "written"))
        }
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
        case .unreachable, .connection, .timeout, .closed, .slowConsumer, .badAnswer: false
        }
    }

    private static func failure(_ error: NATSError, _ verb: String) -> SpeedPixError {
        SpeedPixError(
            .journalFailed, "the row's log in NATS could not be \(verb): \(error.message)", remedy: error.remedy,
            isRetryable: error.isTransient || error.code == .noResponders, cause: error)
    }
}
