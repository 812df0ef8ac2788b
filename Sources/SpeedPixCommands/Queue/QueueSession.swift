import NATS
import SpeedPixQueue
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A command's connection to the queue, for as long as its body runs.
enum QueueSession {
    /// How long is waited before a server that could not be reached is tried again.
    private static let retryDelay: Duration = .seconds(2)

    /// - Parameters:
    ///   - isQuiet: Whether nothing is said of lost connections and of waits.
    ///   - waitsForServer: Whether a server that cannot be reached is tried again until it can, or the task is cancelled: for a
    ///     service that may start before NATS does.
    /// - Throws: ``CommandFailure`` for what is wrong with NATS or the batch; what `body` throws; `CancellationError`.
    static func run<Result>(
        _ target: QueueTarget, in context: CommandContext, isQuiet: Bool = false,
        waitsForServer: Bool = false, _ body: (QueueAccess) async throws -> Result
    ) async throws -> Result {
        do {
            let connection = try await connect(
                target, in: context, isQuiet: isQuiet, waitsForServer: waitsForServer)
            let access = QueueAccess(
                JetStream(connection), clock: context.clock, times: QueueTimes(environment: context.environment)
            ) { notice in
                if !isQuiet { context.say(text(notice).printable()) }
            }
            do {
                let result = try await body(access)
                await connection.close()
                return result
            } catch {
                await connection.close()
                throw error
            }
        } catch let error as NATSError {
            throw CommandFailure(error)
        } catch let error as QueueError {
            throw CommandFailure(error)
        }
    }

    private static func connect(
        _ target: QueueTarget, in context: CommandContext, isQuiet: Bool, waitsForServer: Bool
    ) async throws -> NATSConnection {
        let notices = Mutex(ConnectionNotices())
        var hasSaid = false
        while true {
            do {
                return try await NATSConnection.connect(target.configuration) { state in
                    guard !isQuiet, let text = notices.withLock({ $0.text(state) }) else { return }
                    context.say(text.printable())
                }
            } catch let error as NATSError where waitsForServer && error.code == .unreachable {
                if !hasSaid, !isQuiet { context.say("\(error.message) (\(target.url)); trying again".printable()) }
                hasSaid = true
                try await context.clock.sleep(for: retryDelay)
            }
        }
    }

    private static func text(_ notice: QueueAccess.Notice) -> String {
        switch notice {
        case .waiting(let error) where error.isFull:
            "NATS is full, and takes no more: \(error.message); waiting for space"
        case .waiting(let error): "NATS: \(error.message); trying again"
        case .goingOn: "NATS: going on"
        }
    }
}

extension CommandContext {
    var secondsSince1970: Double { now().timeIntervalSince1970 }
}

extension CommandFailure {
    init(_ error: NATSError) {
        let status: ExitStatus =
            switch error.code {
            case .noLibrary, .authentication, .permission, .tooOld, .noResponders: .configuration
            case .invalid: .usage
            default: .failure
            }
        self.init(status, error.message.printable(), hint: error.remedy?.printable())
    }

    init(_ error: QueueError) {
        let status: ExitStatus =
            switch error.code {
            case .nameInUse, .notFound, .cancelled, .tooLarge, .state: .usage
            case .stream: .configuration
            case .malformed, .version: .failure
            }
        self.init(status, error.message.printable(), hint: error.remedy?.printable())
    }
}
