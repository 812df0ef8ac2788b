import Imaging
import SpeedPix
import SpeedPixLua
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Small pictures of files, for a page: as many as it can hold, in less detail when there are many.
final class ThumbnailMaker: Sendable {
    /// How a page's room is spent: up to a number of bytes of pictures, they may be this wide and high.
    static let steps = [(bytes: 12 << 20, side: 512), (bytes: 20 << 20, side: 160)]
    /// More bytes than this are not fetched for a thumbnail.
    private static let largestFile = 32 << 20
    /// How many are still made when a run has been interrupted: a second or two.
    static let mostAfterCancellation = 100

    private struct State {
        var queue: [(url: String, path: String)] = []
        var known: Set<String> = []
        var pictures: [String: String] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init() {
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Queues pictures by their paths, as they are now: a script may have written one more than once.
    func make(_ paths: [String]) {
        state.withLock { $0.queue += paths.map { ($0, $0) } }
    }

    /// Queues what has arrived on this disk, or left from it.
    func note(_ event: ScriptEvent) {
        guard case .transfer(let transfer) = event, case .finished = transfer.stage, let path = transfer.path,
            let url = transfer.url, !url.isEmpty, ImageFormat(fileName: path) != nil
        else { return }
        let isNew = state.withLock { state in
            guard state.known.insert(url).inserted else { return false }
            state.queue.append((url, path))
            return true
        }
        if isNew { wakeUp.yield() }
    }

    /// Makes what is queued until the task is cancelled.
    func work() async {
        for await _ in wakeUps {
            while !Task.isCancelled, let next = next() { make(next) }
        }
    }

    /// Makes what is left and gives all of them, as `data:` URIs by the URLs of their files, or their paths.
    func finished() async -> [String: String] {
        var rest = Task.isCancelled ? Self.mostAfterCancellation : Int.max
        while rest > 0, let next = next() {
            make(next)
            rest -= 1
        }
        return state.withLock { $0.pictures }
    }

    /// Fetches the pictures among the results that the script has not saved. Those that cannot be fetched are left out.
    func fetchMissing(_ history: RunHistory, _ files: Files) async {
        while let next = next() { make(next) }
        let missing = state.withLock { state in
            history.entries.flatMap(\.outputs).map(\.file)
                .filter { state.pictures[$0.url] == nil && $0.mimeType.hasPrefix("image/") }
        }
        // Lazy, since each that is kept may be the one with which the page is full.
        let wanted = missing.lazy.prefix { _ in self.side != nil && !Task.isCancelled }
        // It throws nothing: what cannot be fetched is left out.
        _ = try? await wanted.concurrentMap(limit: Files.concurrency) { file in
            guard let bytes = try? await files.read(file.url, limit: Self.largestFile) else { return }
            self.keep(file.url) { try Image.open(bytes: bytes, fitting: ($0, $0)) }
        }
    }

    private func next() -> (url: String, path: String)? {
        state.withLock { $0.queue.isEmpty ? nil : $0.queue.removeFirst() }
    }

    private func make(_ file: (url: String, path: String)) {
        keep(file.url) { try Image.open(path: file.path, fitting: ($0, $0)) }
    }

    /// Nil when the page is full.
    private var side: Int? {
        let bytes = state.withLock { $0.bytes }
        return Self.steps.first { bytes < $0.bytes }?.side
    }

    /// What is not a picture, or a broken one, has no thumbnail.
    private func keep(_ url: String, _ open: (_ side: Int) throws -> Image) {
        guard let side, let bytes = Self.encoded({ try open(side) }) else { return }
        let text = Self.dataURI(bytes)
        state.withLock { state in
            state.pictures[url] = text
            state.bytes += bytes.count
        }
    }

    /// A thumbnail's file; nil for what is not a picture, or a broken one.
    static func encoded(_ open: () throws -> Image) -> [UInt8]? {
        try? open().encoded(format: .webp, quality: 75)
    }

    static func dataURI(_ bytes: [UInt8]) -> String {
        "data:image/webp;base64,\(Data(bytes).base64EncodedString())"
    }
}
