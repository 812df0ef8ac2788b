import NIOCore
import SpeedPix
import SystemPackage
import _NIOFileSystem

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Fetches files for inputs that are URLs of elsewhere: each host is looked up once, its address is checked, and that address is
/// the one that is connected to, after each redirect again.
final class URLFetcher: Sendable {
    struct Limits: Sendable {
        /// The largest file, in bytes.
        var bytes: Int64 = 512 << 20
        /// How long a fetch may take, redirects included.
        var time: Duration = .seconds(300)
        /// Stores need one or two.
        var redirects = 5
        /// Fetches at the same time; others wait for one of them to end.
        var concurrent = 32
    }

    private let policy: FetchPolicy
    private let transport: any FetchTransport
    private let limits: Limits
    private let clock: any Clock<Duration>
    private let slots: TransferSlots

    init(
        _ policy: FetchPolicy, transport: any FetchTransport = DirectFetchTransport(), limits: Limits = Limits(),
        clock: any Clock<Duration>
    ) {
        self.policy = policy
        self.transport = transport
        self.limits = limits
        self.clock = clock
        slots = TransferSlots(limits.concurrent)
    }

    /// Fetches a file, as soon as few enough others are fetched. The time that it may take begins then.
    ///
    /// - Parameter path: Where it goes; nothing may be there.
    /// - Returns: The file, as a workflow gets it.
    /// - Throws: ``FetchRefusal``; ``StorageError``; `CancellationError`, also while it waits.
    func fetch(_ target: FetchTarget, to path: FilePath) async throws -> WorkflowInputFile {
        try await slots.withSlot { try await begin(target, to: path) }
    }

    private func begin(_ target: FetchTarget, to path: FilePath) async throws -> WorkflowInputFile {
        let elapsed = clock.stopwatch()
        var next = target
        for _ in 0...limits.redirects {
            try policy.check(next)
            let current = next
            let address = try await address(of: current)
            try policy.check(address, of: current)
            let step = try await Self.reporting(current) {
                try await transport.get(current, from: address) { answer in
                    try await self.step(answer, of: current, to: path, elapsed: elapsed)
                }
            }
            switch step {
            case .stored(let mimeType):
                return WorkflowInputFile(path: path.string, filename: current.filename, mimeType: mimeType)
            case .redirected(let location): next = try Self.redirection(location, from: current)
            }
        }
        throw FetchRefusal("is a URL with too many redirects, the last one to \(next.shown)")
    }

    private enum Step: Sendable {
        case stored(mimeType: String)
        case redirected(String)
    }

    private func address(of target: FetchTarget) async throws -> String {
        do {
            return try await transport.address(of: target)
        } catch let error as CancellationError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw FetchRefusal("is at \(target.host), a name that has no address")
        }
    }

    private func step(
        _ answer: FetchAnswer, of target: FetchTarget, to path: FilePath, elapsed: @Sendable () -> Duration
    ) async throws -> Step {
        if [301, 302, 303, 307, 308].contains(answer.status) {
            guard let location = answer.location else {
                throw FetchRefusal("is at \(target.shown), which redirects to nowhere")
            }
            return .redirected(location)
        }
        guard answer.status == 200 else {
            throw FetchRefusal("is at \(target.shown), which answers with HTTP \(answer.status)")
        }
        var head: [UInt8] = []
        do {
            try await FileSystem.shared.withFileHandle(
                forWritingAt: path, options: .newFile(replaceExisting: false)
            ) { handle in
                var received: Int64 = 0
                try await handle.withBufferedWriter(capacity: .kibibytes(256)) { writer in
                    for try await chunk in answer.body {
                        received += Int64(chunk.readableBytes)
                        guard received <= limits.bytes else {
                            throw FetchRefusal("is at \(target.shown), which has more than \(limits.bytes) bytes")
                        }
                        guard elapsed() < limits.time else {
                            throw FetchRefusal("is at \(target.shown), which takes too long")
                        }
                        if head.count < MediaType.sniffedLength {
                            head += chunk.readableBytesView.prefix(MediaType.sniffedLength - head.count)
                        }
                        _ = try await writer.write(contentsOf: chunk)
                    }
                }
            }
        } catch let error as FileSystemError {
            throw StorageError("store what was fetched", error)
        }
        let named = answer.contentType.map { String($0.prefix { $0 != ";" && $0 != " " }).lowercased() }
        return .stored(mimeType: MediaType.sniff(head) ?? named ?? MediaType.guess(filename: target.filename))
    }

    /// Whatever goes wrong on the way, in words that name the URL without its query.
    private static func reporting<Output>(
        _ target: FetchTarget, _ body: () async throws -> Output
    ) async throws -> Output {
        do {
            return try await body()
        } catch {
            switch error {
            case is FetchRefusal, is StorageError, is CancellationError: throw error
            default:
                try Task.checkCancellation()
                throw FetchRefusal("is at \(target.shown), which could not be fetched: \(error)")
            }
        }
    }

    private static func redirection(_ location: String, from target: FetchTarget) throws(FetchRefusal) -> FetchTarget {
        guard let url = URL(string: location, relativeTo: URL(string: target.url)) else {
            throw FetchRefusal("is at \(target.shown), which redirects to something that is not a URL")
        }
        do throws(FetchRefusal) {
            return try FetchTarget(url.absoluteURL.absoluteString)
        } catch {
            throw FetchRefusal("is at \(target.shown), which redirects to what \(error.message)")
        }
    }
}
