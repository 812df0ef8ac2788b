import DequeModule
import Logging
import NIOCore
import ServiceLifecycle
import SpeedPix

/// Small pictures of stored files, made when they are first asked for and kept beside the files.
///
/// Two are made at a time, of those that wait the newest first, and one that several ask for is made once. Of a file that
/// cannot be shown that is remembered. It goes on when whoever has asked for it has left: the next one gets it.
actor Thumbnails: Service {
    typealias Render = @Sendable (ThumbnailRenderer.Source) async throws -> [UInt8]

    /// A file that cannot be shown.
    private struct Unreadable: Sendable {
        /// Of the content that cannot.
        let entityTag: String
        let reason: String
    }

    static let atOnce = 2
    private static let mostRemembered = 4096

    private let store: ObjectStore
    private let limit: Int64
    private let logger: Logger
    private let render: Render

    /// What is looked for or made.
    private var jobs: [ObjectKey: Task<ByteBuffer, any Error>] = [:]
    private var free = Thumbnails.atOnce
    /// Those that wait to be made, the oldest first.
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var unreadable: [ObjectKey: Unreadable] = [:]
    /// The keys of ``unreadable``, the oldest first.
    private var remembered = Deque<ObjectKey>()
    /// About how many bytes are kept; nil while that is not known.
    private var kept: Int64?
    private var isCounting = false
    private var isClosed = false

    /// - Parameters:
    ///   - limit: How many bytes may be kept; the oldest go first.
    ///   - render: Makes one. See ``ThumbnailRenderer/picture(of:)``.
    init(store: ObjectStore, limit: Int64, logger: Logger, render: @escaping Render) {
        self.store = store
        self.limit = limit
        self.logger = logger
        self.render = render
    }

    /// The same, made of pictures by libvips and of films by `ffmpeg`.
    init(store: ObjectStore, configuration: GatewayConfiguration, logger: Logger) {
        let renderer = ThumbnailRenderer(
            ffmpeg: FFmpeg(searchPath: configuration.searchPath, clock: configuration.clock))
        self.init(
            store: store, limit: configuration.maximumThumbnailBytes, logger: logger,
            render: { try await renderer.picture(of: $0) })
    }

    /// Ends what is being made when the gateway shuts down, before its files are closed.
    func run() async throws {
        // One that is cancelled ends as well.
        try? await gracefulShutdown()
        isClosed = true
        let last = Array(jobs.values)
        for job in last { job.cancel() }
        for job in last { _ = await job.result }
    }

    /// The small picture of a file.
    ///
    /// - Throws: ``Refusal`` with HTTP 404 if there is no such file, or nothing of it can be shown; ``StorageError``;
    ///   `CancellationError` when the gateway shuts down.
    func picture(of key: ObjectKey) async throws -> ByteBuffer {
        if let job = jobs[key] { return try await job.value }
        guard !isClosed else { throw CancellationError() }
        let job = Task { try await find(key) }
        jobs[key] = job
        return try await job.value
    }

    private func find(_ key: ObjectKey) async throws -> ByteBuffer {
        defer { jobs[key] = nil }
        guard let facts = try await store.facts(of: key) else { throw Self.noFile(key) }
        if let known = unreadable[key], known.entityTag == facts.entityTag { throw Self.nothingToShow(known.reason) }
        if let picture = try await store.thumbnail(of: key) { return picture }
        await waitForTurn()
        defer { endTurn() }
        try Task.checkCancellation()
        return try await make(key, facts)
    }

    private func make(_ key: ObjectKey, _ facts: ObjectStore.Facts) async throws -> ByteBuffer {
        let bytes: [UInt8]
        do {
            let head = try await store.head(of: key)
            bytes = try await render(
                ThumbnailRenderer.Source(path: store.path(of: key), head: head, size: facts.size))
        } catch let failure as ThumbnailRenderer.Failure {
            remember(key, Unreadable(entityTag: facts.entityTag, reason: failure.reason))
            throw Self.nothingToShow(failure.reason)
        } catch let error as CancellationError {
            throw error
        } catch {
            // It may have been removed meanwhile.
            guard try await store.facts(of: key) != nil else { throw Self.noFile(key) }
            throw error
        }
        do {
            try await store.storeThumbnail(bytes, of: key)
            // A removed file has taken its small picture with it before this one was there.
            if try await store.facts(of: key) != facts { store.removeThumbnail(of: key) }
            await noteKept(Int64(bytes.count))
        } catch {
            // It is there to be shown, and will be made again.
            logger.warning("a thumbnail was not kept", metadata: ["file": "\(key)", "error": "\(error)"])
        }
        return ByteBuffer(bytes: bytes)
    }

    private static func noFile(_ key: ObjectKey) -> Refusal {
        Refusal("NoSuchKey", "there is no file \(key)", status: .notFound)
    }

    private static func nothingToShow(_ reason: String) -> Refusal {
        Refusal("NoThumbnail", "nothing of the file can be shown: \(reason)", status: .notFound)
    }

    private func remember(_ key: ObjectKey, _ file: Unreadable) {
        if unreadable.updateValue(file, forKey: key) == nil { remembered.append(key) }
        if remembered.count > Self.mostRemembered, let oldest = remembered.popFirst() { unreadable[oldest] = nil }
    }

    // MARK: Turns

    private func waitForTurn() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func endTurn() {
        // What was asked for last is on a page now. A page that is scrolled has asked for thousands before, and left them.
        if let next = waiting.popLast() { next.resume() } else { free += 1 }
    }

    /// How many wait to be made.
    var waitingCount: Int { waiting.count }

    // MARK: Room

    /// Keeps all of them within the limit. They are counted after the first one is made, and whenever there seem to be too many: those
    /// that go with their files are not told of.
    private func noteKept(_ bytes: Int64) async {
        kept = kept.map { $0 + bytes }
        guard !isCounting, kept.map({ $0 > limit }) ?? true else { return }
        isCounting = true
        kept = nil
        do {
            kept = try await store.shrinkThumbnails(to: limit)
        } catch {
            logger.warning("old thumbnails were not removed", metadata: ["error": "\(error)"])
        }
        isCounting = false
    }
}
