import HTTPTypes
import NIOCore
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Uploads of the same content")
struct DeduplicationTests {
    static let stored = UploadTests.stored
    /// Larger than what a sample covers, so that the whole has to be compared.
    static let large = [UInt8](repeating: 7, count: 300_000)

    /// Answers signatures with numbered keys and takes every `PUT`.
    static func store(expires: JSONValue = 1_700_003_600, put: @escaping @Sendable () async -> Void = {})
        -> ScriptedReply
    {
        let numbers = Counter()
        return ScriptedReply("store") { request in
            guard request.method != .put else {
                await put()
                return try await UploadTests.stored.respond(request)
            }
            let number = numbers.next()
            let signed = ScriptedReply.ok([
                "uploadUrl": "https://store.test/put", "objectKey": .string("key-\(number)"),
                "accessUrl": .string("https://store.test/get/\(number)"), "expireTime": expires,
            ])
            return try await signed.respond(request)
        }
    }

    @Test(
        "The same content is uploaded once, whether from memory, a file or a stream",
        arguments: [Array("hello".utf8), large, []])
    func theSameContentIsUploadedOnce(_ bytes: [UInt8]) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(then: Self.store())
            let path = try folder.write("b.png", bytes)
            let first = try await service.files.upload(.bytes(bytes, filename: "a.png"))
            let again = try await service.files.upload(.bytes(bytes, filename: "a.png"))
            let fromDisk = try await service.files.upload(.path(path))
            let streamed = try await service.files.upload(
                .stream(UploadStream([bytes].async, spoolFolder: folder.path), filename: "c.png"))
            #expect(service.requests.count == 2)
            #expect([again, fromDisk, streamed].allSatisfy { $0 == first })
        }
    }

    @Test("Another content, given name, given type or reusing: false is uploaded")
    func otherContentNameTypeOrWishIsUploaded() async throws {
        let service = try ScriptedService(then: Self.store())
        var other = Self.large
        other[150_001] = 8
        // Where no sample is taken.
        var unsampled = Self.large
        unsampled[100_000] = 9
        var keys: Set<String> = []
        for bytes in [Self.large, other, unsampled, Array(Self.large.dropLast())] {
            keys.insert(try await service.files.upload(.bytes(bytes, filename: "a.png")).objectKey)
        }
        let source = UploadSource.bytes(Self.large, filename: "a.png")
        keys.insert(try await service.files.upload(source, filename: "named.png").objectKey)
        keys.insert(try await service.files.upload(source, contentType: "image/x-raw").objectKey)
        keys.insert(try await service.files.upload(source, reusing: false).objectKey)
        #expect(keys.count == 7)
        #expect(service.requests.count == 14)
        // Each of them is known now.
        _ = try await service.files.upload(.bytes(unsampled, filename: "z.png"))
        _ = try await service.files.upload(source, filename: "named.png")
        #expect(service.requests.count == 14)
    }

    @Test("An upload is reused until ten minutes before its URL expires")
    func expiringUploadIsNotReused() async throws {
        let service = try ScriptedService(then: Self.store())
        let source = UploadSource.bytes([1, 2, 3], filename: "a.png")
        let first = try await service.files.upload(source)
        service.date.advance(by: .seconds(3600 - 601))
        #expect(try await service.files.upload(source) == first)
        service.date.advance(by: .seconds(1))
        #expect(try await service.files.upload(source).objectKey == "key-2")
    }

    @Test("An upload without an expiry is reused for 50 minutes")
    func missingExpiry() async throws {
        let service = try ScriptedService(then: Self.store(expires: nil))
        let source = UploadSource.bytes([1, 2, 3], filename: "a.png")
        _ = try await service.files.upload(source)
        service.date.advance(by: .seconds(2999))
        _ = try await service.files.upload(source)
        #expect(service.requests.count == 2)
        service.date.advance(by: .seconds(1))
        _ = try await service.files.upload(source)
        #expect(service.requests.count == 4)
    }

    @Test("A changed file is uploaded again")
    func aChangedFileIsAnotherContent() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(then: Self.store())
            let path = try folder.write("a.png", Self.large)
            _ = try await service.files.upload(.path(path))
            var changed = Self.large
            changed[100_000] = 1
            _ = try folder.write("a.png", changed)
            #expect(try await service.files.upload(.path(path)).objectKey == "key-2")
            #expect(service.requests.last?.body == changed)
        }
    }

    // MARK: Files that lie still

    /// A service to which every file of today was last changed long ago.
    private func later() throws -> ScriptedService {
        try ScriptedService(
            then: Self.store(expires: 4_102_448_400), date: ManualDate(Date(timeIntervalSince1970: 4_102_444_800)))
    }

    @Test("An unchanged file, its copy and its bytes share one upload")
    func unchangedFileIsReused() async throws {
        try await withTemporaryFolder { folder in
            let service = try later()
            let path = try folder.write("a.png", Self.large)
            let copy = try folder.write("b.png", Self.large)
            let first = try await service.files.upload(.path(path))
            #expect(try await service.files.upload(.path(path)) == first)
            #expect(try await service.files.upload(.path(copy)) == first)
            #expect(try await service.files.upload(.bytes(Self.large, filename: "c.png")) == first)
            #expect(service.requests.count == 2)
        }
    }

    @Test("A file that was changed in place is not matched by the content it had")
    func fileChangedInPlace() async throws {
        try await withTemporaryFolder { folder in
            let service = try later()
            let path = try folder.write("a.png", Self.large)
            _ = try await service.files.upload(.path(path))
            // Where no sample is taken, and in place.
            var changed = Self.large
            changed[100_000] = 1
            let handle = try #require(fopen(path, "r+"))
            #expect(fseek(handle, 100_000, SEEK_SET) == 0 && fputc(1, handle) == 1 && fclose(handle) == 0)
            #expect(try await service.files.upload(.path(path)).objectKey == "key-2")
            #expect(service.requests.last?.body == changed)
            // Nobody can tell any more what the first one was.
            #expect(try await service.files.upload(.bytes(Self.large, filename: "a.png")).objectKey == "key-3")
            #expect(try await service.files.upload(.bytes(changed, filename: "a.png")).objectKey == "key-2")
            #expect(service.requests.count == 6)
        }
    }

    /// The number of an open file belongs to another one later: it is hashed on its way and not looked for again.
    @Test("A file given as /dev/fd is matched by its content, not by its path")
    func fileByDescriptor() async throws {
        try await withTemporaryFolder { folder in
            let service = try later()
            let descriptor = open(try folder.write("a.png", Self.large), O_RDONLY)
            let file = try await service.files.upload(.path("/dev/fd/\(descriptor)"), filename: "a.png")
            close(descriptor)
            #expect(try await service.files.upload(.path(folder["a.png"])) == file)
            #expect(try await service.files.upload(.bytes(Self.large, filename: "b.png")) == file)
            #expect(service.requests.count == 2)
            service.date.advance(by: .seconds(3500))
            let error = try await speedPixError { try await service.files.renewed(file) }
            #expect(error.remedy?.contains("upload the file again") == true)
        }
    }

    @Test("The upload of a file that was removed since is not reused")
    func removedFileIsNotReused() async throws {
        try await withTemporaryFolder { folder in
            let service = try later()
            let path = try folder.write("a.png", Self.large)
            _ = try await service.files.upload(.path(path))
            remove(path)
            #expect(try await service.files.upload(.bytes(Self.large, filename: "a.png")).objectKey == "key-2")
            #expect(try await service.files.upload(.bytes(Self.large, filename: "b.png")).objectKey == "key-2")
        }
    }

    @Test("Copies of a file that are uploaded at once share one upload")
    func copiesAtOnceAreUploadedOnce() async throws {
        try await withTemporaryFolder { folder in
            let (stream, continuation) = AsyncStream<Void>.makeStream()
            let opened = Task { for await _ in stream {} }
            let service = try ScriptedService(
                then: Self.store(expires: 4_102_448_400) { await opened.value },
                date: ManualDate(Date(timeIntervalSince1970: 4_102_444_800)))
            let files = service.files
            let paths = try (0..<6).map { try folder.write("\($0 / 2).png", Self.large) }
            let tasks = paths.map { path in Task { try await files.upload(.path(path)) } }
            await service.transport.waitForRequests(2)
            await files.waitForFollowers(5)
            continuation.finish()
            var found: Set<UploadedFile> = []
            for task in tasks { found.insert(try await task.value) }
            #expect(found.count == 1)
            #expect(service.requests.count == 2)
        }
    }

    @Test("The upload of a file that changes meanwhile is not reused")
    func fileChangedDuringUpload() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.png", Self.large)
            let service = try ScriptedService(
                then: Self.store(expires: 4_102_448_400) {
                    guard let handle = fopen(path, "r+") else { return }
                    fputc(9, handle)
                    fclose(handle)
                }, date: ManualDate(Date(timeIntervalSince1970: 4_102_444_800)))
            _ = try await service.files.upload(.path(path))
            #expect(try await service.files.upload(.bytes(Self.large, filename: "a.png")).objectKey == "key-2")
        }
    }

    @Test("The memory of uploads keeps 4,096 and drops the quarter that expires first")
    func numberOfKnownUploads() async throws {
        let numbers = Counter()
        let service = try ScriptedService(
            then: ScriptedReply("each lasts longer than the one before") { request in
                guard request.method != .put else { return try await Self.stored.respond(request) }
                let number = Int64(numbers.next())
                return try await ScriptedReply.ok([
                    "uploadUrl": "https://store.test/put", "accessUrl": .string("https://store.test/get/\(number)"),
                    "expireTime": .integer(1_700_003_600 + number),
                ]).respond(request)
            })
        func create(_ number: Int) async throws {
            _ = try await service.files.upload(.bytes(Array("\(number)".utf8), filename: "a.txt"))
        }
        for number in 1...4097 { try await create(number) }
        let before = service.requests.count
        // The quarter that ends first is forgotten, and nothing else.
        for number in [1025, 3000, 4097] { try await create(number) }
        #expect(service.requests.count == before)
        try await create(1)
        #expect(service.requests.count == before + 2)
    }

    // MARK: At the same time

    /// A store whose `PUT`s wait until they are let through.
    struct GatedStore {
        let service: ScriptedService
        let open: @Sendable () -> Void

        init() throws {
            let (stream, continuation) = AsyncStream<Void>.makeStream()
            let gate = Mutex<Task<Void, Never>?>(nil)
            let opened = Task { for await _ in stream {} }
            gate.withLock { $0 = opened }
            service = try ScriptedService(then: DeduplicationTests.store { await opened.value })
            open = { continuation.finish() }
        }
    }

    @Test("Twenty uploads of the same content at once are one", arguments: [Array("hello".utf8), large])
    func manyAtOnceUploadOnce(_ bytes: [UInt8]) async throws {
        let gate = try GatedStore()
        let files = gate.service.files
        let tasks = (0..<20).map { number in
            Task { try await files.upload(.bytes(bytes, filename: "\(number).png")) }
        }
        await gate.service.transport.waitForRequests(2)
        gate.open()
        var found: Set<UploadedFile> = []
        for task in tasks { found.insert(try await task.value) }
        #expect(found.count == 1)
        #expect(gate.service.requests.count == 2)
    }

    @Test("A cancelled first caller does not fail the others that wait for its upload")
    func cancelledFirstCaller() async throws {
        let gate = try GatedStore()
        let files = gate.service.files
        let source = UploadSource.bytes(Self.large, filename: "a.png")
        let leader = Task { try await files.upload(source) }
        await gate.service.transport.waitForRequests(2)
        let follower = Task { try await files.upload(source) }
        await files.waitForFollowers(1)
        leader.cancel()
        await #expect(throws: CancellationError.self) { try await leader.value }
        gate.open()
        #expect(try await follower.value.objectKey == "key-1")
        #expect(gate.service.requests.count == 2)
    }

    /// A caller that begins to wait and is cancelled before the first caller waits does not cancel the upload.
    @Test("A cancelled caller does not cancel an upload whose first caller has not begun to wait")
    func cancelledBeforeTheFirstWaits() async throws {
        for _ in 0..<50 {
            let upload = SharedUpload()
            let file = UploadedFile(
                url: "https://store.test/a", objectKey: "k", filename: "a", size: 1, mimeType: "image/png",
                createdAt: Date(timeIntervalSince1970: 0))
            let outcome = try await upload.run {
                let follower = Task { try await upload.value() }
                follower.cancel()
                _ = await follower.result
                try Task.checkCancellation()
                return SharedUpload.Outcome(file: file, identity: ContentIdentity())
            }
            #expect(outcome.file == file)
        }
    }

    /// The upload goes on for the follower, and the one who left is not told of it.
    @Test("A cancelled caller's progress callback is not called any more")
    func cancelledCallerGetsNoProgress() async throws {
        let told = UploadProgressTests.Told()
        let listener = ProgressListener(told.tell)
        try await listener.report(TransferProgress(bytesDone: 1, bytesTotal: 2))
        listener.detach()
        try await listener.report(TransferProgress(bytesDone: 2, bytesTotal: 2))
        #expect(told.done == [1])
        let gate = try GatedStore()
        let files = gate.service.files
        let leader = Task { try await files.upload(UploadTests.source, onProgress: told.tell) }
        await gate.service.transport.waitForRequests(2)
        let before = told.done
        let follower = Task { try await files.upload(UploadTests.source) }
        await files.waitForFollowers(1)
        leader.cancel()
        _ = await leader.result
        gate.open()
        _ = try await follower.value
        #expect(told.done == before)
    }

    @Test("After all callers were cancelled, the next one uploads again")
    func uploadAfterAllWereCancelled() async throws {
        let service = try ScriptedService(UploadTests.signed(1), .silence, UploadTests.signed(2), Self.stored)
        let files = service.files
        let source = UploadSource.bytes(Self.large, filename: "a.png")
        let leader = Task { try await files.upload(source) }
        await service.transport.waitForRequests(2)
        let follower = Task { try await files.upload(source) }
        await files.waitForFollowers(1)
        leader.cancel()
        follower.cancel()
        await #expect(throws: CancellationError.self) { try await leader.value }
        await #expect(throws: CancellationError.self) { try await follower.value }
        // Nobody waits any more, so the transfer is cancelled: it would never end by itself.
        await files.waitForQuiet()
        #expect(try await files.upload(source).objectKey == "key-2")
    }

    @Test("A refused upload fails all callers that wait for it")
    func refusalForAllCallers() async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let opened = Task { for await _ in stream {} }
        let service = try ScriptedService(
            UploadTests.signed(),
            ScriptedReply("refusal") { request in
                await opened.value
                return try await ScriptedReply.text("", status: 403).respond(request)
            })
        let files = service.files
        let leader = Task { try await files.upload(UploadTests.source) }
        await service.transport.waitForRequests(2)
        let follower = Task { try await files.upload(UploadTests.source) }
        await files.waitForFollowers(1)
        continuation.finish()
        for task in [leader, follower] {
            #expect(try await speedPixError { try await task.value }.httpStatus == 403)
        }
        #expect(service.requests.count == 2)
    }

    @Test("An error of the first caller's progress callback does not fail the others")
    func failingProgressCallback() async throws {
        struct Enough: Error {}
        let gate = try GatedStore()
        let files = gate.service.files
        let leader = Task {
            try await files.upload(UploadTests.source) { progress in
                if progress.fraction == 1 { throw Enough() }
            }
        }
        await gate.service.transport.waitForRequests(2)
        let follower = Task { try await files.upload(UploadTests.source) }
        await files.waitForFollowers(1)
        gate.open()
        await #expect(throws: Enough.self) { try await leader.value }
        #expect(try await follower.value.objectKey == "key-2")
    }
}

extension Files {
    /// Waits until this many callers wait for somebody else's upload.
    func waitForFollowers(_ count: Int) async {
        while underWay.followers < count { await Task.yield() }
    }

    /// Waits until no upload is under way.
    func waitForQuiet() async {
        while underWay.uploads > 0 { await Task.yield() }
    }
}

extension Collection where Self: Sendable, Element: Sendable {
    /// The elements as they would come over a line.
    var async: AsyncStream<Element> {
        AsyncStream { continuation in
            for element in self { continuation.yield(element) }
            continuation.finish()
        }
    }
}
