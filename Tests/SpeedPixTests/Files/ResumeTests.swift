import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Downloads that break off")
struct ResumeTests {
    static let url = DownloadTests.url
    static let cut = TransportError("reset by peer", mayHaveReachedService: true)

    /// The first `sent` of ten bytes, then the line breaks.
    static func broken(after sent: Int, tag: String? = "\"v1\"") -> ScriptedReply {
        var headers: HTTPFields = [.contentLength: "10"]
        headers[.eTag] = tag
        return .body([Array("0123456789".utf8.prefix(sent))], headers: headers, then: cut)
    }

    static func rest(
        _ text: String, range: String, tag: String? = "\"v1\"", then failure: TransportError? = nil
    ) -> ScriptedReply {
        var headers: HTTPFields = [.contentRange: "bytes \(range)", .contentLength: "\(text.utf8.count)"]
        headers[.eTag] = tag
        return .body([Array(text.utf8)], status: 206, headers: headers, then: failure)
    }

    private func text(_ service: ScriptedService) async throws -> String {
        var text = ""
        try await withTemporaryFolder { folder in
            #expect(try await service.files.download(Self.url, to: folder["a"]) == Int64(folder.bytes("a").count))
            #expect(try folder.names == ["a"])
            text = String(decoding: try folder.bytes("a"), as: UTF8.self)
        }
        return text
    }

    @Test("A download that breaks off continues with Range and If-Range")
    func brokenDownloadContinues() async throws {
        let service = try ScriptedService(
            Self.broken(after: 4), Self.rest("45", range: "4-9/10", then: Self.cut), Self.rest("6789", range: "6-9/10"))
        #expect(try await text(service) == "0123456789")
        #expect(service.requests.map { $0.headers[.range] } == [nil, "bytes=4-", "bytes=6-"])
        #expect(service.requests.map { $0.headers[.ifRange] } == [nil, "\"v1\"", "\"v1\""])
    }

    @Test("A download without a strong ETag continues without If-Range", arguments: [nil, "W/\"v1\""])
    func resumeWithoutAStrongTag(tag: String?) async throws {
        let service = try ScriptedService(
            Self.broken(after: 4, tag: tag), Self.rest("456789", range: "4-9/10", tag: tag))
        #expect(try await text(service) == "0123456789")
        #expect(service.requests.last?.headers[.ifRange] == nil)
    }

    @Test("A download takes its length from the first answer that tells it")
    func totalLengthFromARange() async throws {
        let service = try ScriptedService(
            .body([[0x30]], then: Self.cut), Self.rest("12", range: "1-9/10", tag: nil),
            Self.rest("3456789", range: "3-9/10", tag: nil))
        #expect(try await text(service) == "0123456789")
    }

    @Test("A download starts over when the store ignores Range")
    func aStoreWithoutRangesStartsOver() async throws {
        let whole = ScriptedReply.body([Array("ABC".utf8)], headers: [.contentLength: "3", .eTag: "\"v2\""])
        #expect(try await text(ScriptedService(Self.broken(after: 4), whole)) == "ABC")
        #expect(
            String(
                decoding: try await ScriptedService(Self.broken(after: 4), whole).files.read(Self.url), as: UTF8.self)
                == "ABC")
    }

    /// More than is gathered before it is written, so that the file has to be cut.
    @Test("A download that starts over drops what it has already written")
    func startOverAfterWriting() async throws {
        let long = ScriptedReply.body(
            [[UInt8](repeating: 1, count: 3 << 20)], headers: [.contentLength: "\(4 << 20)"], then: Self.cut)
        let whole = ScriptedReply.body([Array("ABC".utf8)], headers: [.contentLength: "3"])
        #expect(try await text(ScriptedService(long, whole)) == "ABC")
    }

    @Test(
        "A download starts over when a part does not fit what it has",
        arguments: [
            rest("456789", range: "4-9/10", tag: "\"v2\""), rest("456789x", range: "4-10/11"),
            rest("56789", range: "5-9/10"), .body([[1]], status: 206), rest("x", range: "nonsense"),
            .text("", status: 416), rest("456789too long", range: "4-9/10"),
        ])
    func unfittingPart(_ reply: ScriptedReply) async throws {
        let whole = ScriptedReply.body([Array("anew".utf8)], headers: [.contentLength: "4"])
        let service = try ScriptedService(Self.broken(after: 4), reply, whole)
        #expect(try await text(service) == "anew")
        #expect(service.requests.map { $0.headers[.range] } == [nil, "bytes=4-", nil])
    }

    @Test("A download fails when its URL expires before it continues")
    func aURLThatEndsMeanwhileIsAnError() async throws {
        let service = try ScriptedService(Self.broken(after: 4), .text("", status: 403))
        let error = try await speedPixError { try await text(service) }
        #expect(error.httpStatus == 403)
        #expect(error.remedy?.contains("expired") == true)
        #expect(service.requests.count == 2)
    }

    @Test("A download ends after four tries that bring less than a MiB")
    func triesWithoutProgress() async throws {
        let service = try ScriptedService(
            Self.broken(after: 1), Self.rest("1", range: "1-9/10", then: Self.cut),
            Self.rest("2", range: "2-9/10", then: Self.cut), Self.rest("3", range: "3-9/10", then: Self.cut),
            Self.rest("456789", range: "4-9/10"))
        let error = try await speedPixError { try await text(service) }
        #expect(error.code == .network)
        #expect(service.requests.count == 4)
    }

    @Test("A download that breaks off after each MiB has no bound on its tries")
    func progressRenewsTheTries() async throws {
        let pieces = 8
        let total = pieces << 20
        let service = try ScriptedService(
            then: ScriptedReply("a MiB at a time") { request in
                let first = request.headers[.range].flatMap { Int($0.dropFirst(6).dropLast()) } ?? 0
                var headers: HTTPFields = [.contentLength: "\(total - first)"]
                if first > 0 { headers[.contentRange] = "bytes \(first)-\(total - 1)/\(total)" }
                let piece = [UInt8](repeating: UInt8(first >> 20), count: 1 << 20)
                let last = first + piece.count == total
                return try await ScriptedReply.body(
                    [piece], status: first > 0 ? 206 : 200, headers: headers, then: last ? nil : Self.cut
                ).respond(request)
            })
        let bytes = try await service.files.read(Self.url)
        #expect(bytes.count == total)
        #expect((0..<pieces).allSatisfy { bytes[$0 << 20] == UInt8($0) })
        #expect(service.requests.count == pieces)
    }

    /// Each try brings megabytes, and none gets beyond the one before.
    @Test("A download of a file that changes with each try ends after four tries")
    func fileThatKeepsChanging() async throws {
        let versions = Counter()
        let service = try ScriptedService(
            then: ScriptedReply("another version each time") { request in
                let headers: HTTPFields = [.contentLength: "4000000", .eTag: "\"v\(versions.next())\""]
                return try await ScriptedReply.body(
                    [[UInt8](repeating: 1, count: 2 << 20)], headers: headers, then: Self.cut
                ).respond(request)
            })
        let error = try await speedPixError { try await service.files.read(Self.url) }
        #expect(error.code == .network)
        // The first one brought something; three more did not.
        #expect(service.requests.count == 4)
    }

    /// A store may answer 206 although nothing was asked for but everything.
    @Test("A download that starts over accepts the whole file as a part")
    func wholeAsAPart() async throws {
        let service = try ScriptedService(
            Self.broken(after: 4), Self.rest("x", range: "nonsense"), Self.rest("0123456789", range: "0-9/10"))
        #expect(try await text(service) == "0123456789")
    }

    // MARK: Progress

    @Test("The progress of a download counts on after a break")
    func progressCountsOnAcrossABreak() async throws {
        let told = UploadProgressTests.Told()
        try await withTemporaryFolder { folder in
            let chunks = (0..<30).map { _ in [UInt8](repeating: 1, count: 100_000) }
            let service = try ScriptedService(
                .body(Array(chunks.prefix(10)), headers: [.contentLength: "3000000"], then: Self.cut),
                .body(
                    Array(chunks.dropFirst(10)), status: 206, headers: [.contentRange: "bytes 1000000-2999999/3000000"])
            )
            try await service.files.download(Self.url, to: folder["a"], onProgress: told.tell)
        }
        #expect(told.done == (1...30).map { $0 * 100_000 })
        #expect(told.all.allSatisfy { $0.bytesTotal == 3_000_000 })
    }

    @Test("The progress of a download without a length ends with the total")
    func progressWithoutATotal() async throws {
        let told = UploadProgressTests.Told()
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(.body([[1, 2], [3]]))
            try await service.files.download(Self.url, to: folder["a"], onProgress: told.tell)
        }
        #expect(told.all.first?.bytesTotal == nil)
        #expect(told.all.first?.fraction == nil)
        #expect(told.all.last == TransferProgress(bytesDone: 3, bytesTotal: 3))
    }

    @Test("An error of the progress callback ends a download without another try")
    func throwingProgressCallback() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(then: DownloadTests.whole())
            await #expect(throws: UploadProgressTests.Enough.self) {
                try await service.files.download(Self.url, to: folder["a"]) { _ in throw UploadProgressTests.Enough() }
            }
            let error = try await speedPixError {
                try await service.files.download(Self.url, to: folder["a"]) { _ in
                    throw UploadProgressTests.retryable
                }
            }
            #expect(error.message == "the callback's own")
            #expect(service.requests.count == 2)
            #expect(try folder.names.isEmpty)
        }
    }
}
