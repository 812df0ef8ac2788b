import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Downloads of compressed answers")
struct EncodedDownloadTests {
    /// Begins as gzip does.
    private static let packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

    private func download(_ replies: ScriptedReply...) async throws -> (text: String, requests: [RecordedRequest]) {
        let service = try ScriptedService(replies[0], then: replies.count > 1 ? replies[1] : nil)
        var text = ""
        try await withTemporaryFolder { folder in
            try await service.files.download(DownloadTests.url, to: folder["a"])
            text = String(decoding: try folder.bytes("a"), as: UTF8.self)
            #expect(try folder.names == ["a"])
        }
        return (text, service.requests)
    }

    @Test(
        "A download of an answer that is still compressed fails with the coding and leaves no file",
        arguments: [
            ("gzip", packed), ("GZIP", packed), ("x-gzip", packed), ("deflate", [0x78, 0x9C, 1]), ("br", [1, 2]),
        ])
    func packedAnswer(_ coding: String, _ bytes: [UInt8]) async throws {
        let service = try ScriptedService(.body([[], bytes], headers: [.contentEncoding: coding]))
        try await withTemporaryFolder { folder in
            let error = try await speedPixError { try await service.files.download(DownloadTests.url, to: folder["a"]) }
            #expect(error.code == .invalidResponse)
            #expect(error.message.contains("compressed (\(coding.lowercased()))"), "\(error.message)")
            #expect(try folder.names.isEmpty)
        }
        #expect(service.requests.count == 1)
    }

    @Test(
        "A download of an unpacked answer ignores the length in its header",
        arguments: ["gzip", "deflate"])
    func unpackedAnswer(_ coding: String) async throws {
        let headers: HTTPFields = [.contentEncoding: coding, .contentLength: "3", .eTag: "\"v1\""]
        #expect(try await download(.body([Array("0123456789".utf8)], headers: headers)).text == "0123456789")
    }

    @Test("A download without compression checks its length", arguments: ["identity", ""])
    func identity(_ coding: String) async throws {
        let headers: HTTPFields = [.contentEncoding: coding, .contentLength: "10"]
        #expect(try await download(.body([Array("0123456789".utf8)], headers: headers)).text == "0123456789")
        let error = try await speedPixError {
            try await download(.body([Array("012345678".utf8)], headers: headers), .text("", status: 404))
        }
        #expect(error.code == .apiError || error.code == .network)
    }

    @Test("A download of an unpacked answer that breaks off starts over")
    func brokenUnpackedAnswer() async throws {
        let headers: HTTPFields = [.contentEncoding: "gzip", .contentLength: "8", .eTag: "\"v1\""]
        let (text, requests) = try await download(
            .body([Array("01234".utf8)], headers: headers, then: ResumeTests.cut),
            .body([Array("0123456789".utf8)], headers: headers))
        #expect(text == "0123456789")
        #expect(requests.map { $0.headers[.range] } == [nil, nil])
    }

    @Test("A download starts over when the part that it asked for is compressed")
    func partOfTheCompressedFile() async throws {
        let part = ScriptedReply.body(
            [Self.packed], status: 206, headers: [.contentRange: "bytes 4-9/10", .contentEncoding: "gzip"])
        let service = try ScriptedService(
            ResumeTests.broken(after: 4), part, .body([Array("0123456789".utf8)], headers: [.contentLength: "10"]))
        #expect(try await service.files.read(DownloadTests.url) == Array("0123456789".utf8))
        #expect(service.requests.map { $0.headers[.range] } == [nil, "bytes=4-", nil])
    }
}
