import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Progress of uploads")
struct UploadProgressTests {
    static let bytes = [UInt8](repeating: 5, count: 3_000_000)

    /// Everything that was told.
    final class Told: Sendable {
        private let reports = Mutex<[TransferProgress]>([])
        var all: [TransferProgress] { reports.withLock { $0 } }
        var done: [Int64] { all.map(\.bytesDone) }
        var tell: TransferProgress.Handler {
            { report in self.reports.withLock { $0.append(report) } }
        }
    }

    @Test("The progress of an upload grows and ends with the total")
    func progressOfAnUpload() async throws {
        try await withTemporaryFolder { folder in
            let told = Told()
            let service = try ScriptedService(UploadTests.signed(), UploadTests.stored)
            let path = try folder.write("a.bin", Self.bytes)
            _ = try await service.files.upload(.path(path), onProgress: told.tell)
            #expect(told.done == told.done.sorted())
            #expect(told.all.last == TransferProgress(bytesDone: 3_000_000, bytesTotal: 3_000_000))
            #expect(told.all.last?.fraction == 1)
            #expect(told.done.count { $0 == 3_000_000 } == 1)
            #expect((5...47).contains(told.all.count))
            #expect(told.all.allSatisfy { $0.bytesTotal == 3_000_000 })
        }
    }

    @Test("The progress of an upload starts from zero for another try")
    func anotherTryCountsFromZeroAgain() async throws {
        let told = Told()
        let service = try ScriptedService(UploadTests.signed(), .reset, UploadTests.signed(), UploadTests.stored)
        _ = try await service.files.upload(.bytes(Self.bytes, filename: "a"), onProgress: told.tell)
        #expect(zip(told.done, told.done.dropFirst()).count { $0 > $1 } == 1)
        #expect(told.done.last == 3_000_000)
    }

    @Test("A reused upload reports its progress once, as complete")
    func reusedUpload() async throws {
        let service = try ScriptedService(UploadTests.signed(), UploadTests.stored)
        _ = try await service.files.upload(UploadTests.source)
        let told = Told()
        _ = try await service.files.upload(UploadTests.source, onProgress: told.tell)
        #expect(told.all == [TransferProgress(bytesDone: 5, bytesTotal: 5)])
    }

    @Test("An upload of an empty file reports its progress once, as complete")
    func emptyFile() async throws {
        let told = Told()
        let service = try ScriptedService(UploadTests.signed(), UploadTests.stored)
        _ = try await service.files.upload(.bytes([], filename: "a"), onProgress: told.tell)
        #expect(told.all == [TransferProgress(bytesDone: 0, bytesTotal: 0)])
        #expect(told.all.first?.fraction == 1)
    }

    struct Enough: Error {}
    static let retryable = SpeedPixError(.network, "the callback's own", isRetryable: true)

    @Test("An error of the progress callback ends an upload without another try")
    func throwingProgressCallback() async throws {
        let service = try ScriptedService(then: DeduplicationTests.store())
        for error in [Enough(), Self.retryable] as [any Error] {
            for fraction in [0.0, 1.0] {
                await #expect {
                    try await service.files.upload(.bytes(Self.bytes, filename: "a"), reusing: false) { progress in
                        if progress.fraction ?? 0 >= fraction { throw error }
                    }
                } throws: { thrown in
                    thrown is Enough || (thrown as? SpeedPixError)?.message == "the callback's own"
                }
            }
        }
        // A signature for each, and a PUT for those that got to their end; no second try of any.
        #expect(service.requests.count == 6)
    }
}
