import Imaging
import LocalFiles
import SpeedPix
import Synchronization
import SystemPackage

/// Small pictures of what rows have saved, made one after the other while other rows run: in the page itself, or in files beside it.
final class RowThumbnails: Sendable {
    /// Pictures of a row that are shown; the others are links.
    static let mostOfRow = 6
    /// How wide and high those in files are.
    private static let side = 192
    /// How many are made at once when no more rows run.
    private static let width = 4

    private struct State {
        /// Rows whose pictures are to be made; the newest comes first.
        var waiting: [(number: Int, pictures: [FilePath])] = []
        /// By the number of a row, one for each of its pictures; nil for one that is broken or that found no room.
        var made: [Int: [String?]] = [:]
        /// Of those in the page, `data:` URIs.
        var inPage: [String] = []
        /// Of those in the page.
        var bytes = 0
        /// For how many rows some are still made.
        var left = Int.max
    }

    /// Nil for those in the page.
    private let folder: ReportFolder?
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(folder: ReportFolder?) {
        self.folder = folder
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Queues the pictures of a row, in place of those that it had.
    func make(_ number: Int, _ pictures: [FilePath]) {
        state.withLock { state in
            state.made[number] = nil
            if !pictures.isEmpty { state.waiting.append((number, Array(pictures.prefix(Self.mostOfRow)))) }
        }
        wakeUp.yield()
    }

    /// Makes what is queued until the task is cancelled.
    func work() async {
        for await _ in wakeUps {
            while !Task.isCancelled, let next = next() {
                make(next)
                await Task.yield()
            }
        }
    }

    /// How many rows wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Makes what is left: all of it, or a second's work if the batch was interrupted.
    func finish() async {
        if Task.isCancelled { state.withLock { $0.left = ThumbnailMaker.mostAfterCancellation } }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.width {
                group.addTask {
                    while let next = self.next() { self.make(next) }
                }
            }
        }
    }

    /// What a page has of a row's pictures: names of files without their extension, or indices into ``inPage``.
    func made(_ number: Int) -> [String?] { state.withLock { $0.made[number] ?? [] } }

    /// The `data:` URIs of those in the page.
    var inPage: [String] { state.withLock { $0.inPage } }

    // MARK: Making

    private func next() -> (number: Int, pictures: [FilePath])? {
        state.withLock { state in
            guard state.left > 0 else { return nil }
            state.left -= 1
            return state.waiting.popLast()
        }
    }

    private func make(_ row: (number: Int, pictures: [FilePath])) {
        let made = row.pictures.map { picture in
            if let folder { self.file(picture, folder) } else { self.uri(picture) }
        }
        state.withLock { $0.made[row.number] = made }
    }

    private func file(_ picture: FilePath, _ folder: ReportFolder) -> String? {
        guard let name = ReportFolder.thumbnail(of: picture, side: Self.side) else { return nil }
        let file = name + ReportFolder.thumbnailExtension
        if folder.has(file) { return name }
        guard let bytes = encoded(picture, Self.side), (try? folder.write(file, bytes)) != nil else { return nil }
        return name
    }

    private func uri(_ picture: FilePath) -> String? {
        let used = state.withLock { $0.bytes }
        guard let side = ThumbnailMaker.steps.first(where: { used < $0.bytes })?.side,
            let bytes = encoded(picture, side)
        else { return nil }
        return state.withLock { state in
            state.bytes += bytes.count
            state.inPage.append(ThumbnailMaker.dataURI(bytes))
            return String(state.inPage.count - 1)
        }
    }

    private func encoded(_ picture: FilePath, _ side: Int) -> [UInt8]? {
        ThumbnailMaker.encoded { try Image.open(path: picture.string, fitting: (side, side)) }
    }
}
