import HTTPTypes
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Upload sources")
struct SourceTests {
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 1, 2]

    // MARK: Streams

    @Test("A stream is spooled to disk, uploaded with its length and removed")
    func streamIsSpooled() async throws {
        try await withTemporaryFolder { folder in
            let chunks = (0..<40).map { ByteBuffer(repeating: UInt8($0), count: 20_000) }
            let service = try ScriptedService(UploadTests.signed(), UploadTests.stored)
            let file = try await service.files.upload(
                .stream(UploadStream(chunks.async, spoolFolder: folder.path), filename: "made.mp4"))
            let put = try #require(service.requests.last)
            #expect(put.streamLength == 800_000)
            #expect(put.body == chunks.flatMap { Array($0.readableBytesView) })
            #expect(file.mimeType == "video/mp4")
            #expect(file.size == 800_000)
            #expect(service.requests.first?.json["size"] == 800_000)
            #expect(try folder.names.isEmpty)
        }
    }

    @Test("The type of a stream without an extension comes from its content")
    func typeOfAStream() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(UploadTests.signed(), UploadTests.stored)
            let file = try await service.files.upload(
                .stream(UploadStream([Self.png].async, spoolFolder: folder.path), filename: "made"))
            #expect(file.mimeType == "image/png")
        }
    }

    @Test("A stream that fails is not uploaded and leaves no file")
    func aStreamThatFailsLeavesNothing() async throws {
        struct Broken: Error {}
        try await withTemporaryFolder { folder in
            let (chunks, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
            continuation.yield(ByteBuffer(bytes: [1, 2, 3]))
            continuation.finish(throwing: Broken())
            let service = try ScriptedService()
            await #expect(throws: Broken.self) {
                try await service.files.upload(
                    .stream(UploadStream(chunks, spoolFolder: folder.path), filename: "a"))
            }
            #expect(service.requests.isEmpty)
            #expect(try folder.names.isEmpty)
        }
    }

    @Test("A stream whose upload was refused cannot be uploaded again")
    func aRefusedStreamLeavesNothingAndIsUploadedOnce() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(UploadTests.signed(), .text("", status: 403))
            let source = UploadSource.stream(UploadStream([[1, 2]].async, spoolFolder: folder.path), filename: "a")
            #expect(try await speedPixError { try await service.files.upload(source) }.httpStatus == 403)
            #expect(try folder.names.isEmpty)
            let second = try await speedPixError { try await service.files.upload(source) }
            #expect(second.code == .invalidArgument)
            #expect(second.message.contains("cannot be read again"))
        }
    }

    @Test("A broken upload of a stream is repeated from the spooled file")
    func aBrokenTransferIsRepeatedFromTheSpool() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(UploadTests.signed(1), .reset, UploadTests.signed(2), UploadTests.stored)
            let stream = UploadStream([[1, 2], [3]].async, spoolFolder: folder.path)
            _ = try await service.files.upload(.stream(stream, filename: "a"))
            #expect(service.requests.filter { $0.method == .put }.map(\.body) == [[1, 2, 3], [1, 2, 3]])
        }
    }

    @Test("A missing spool folder is an error that names the folder")
    func aMissingSpoolFolderIsAnError() async throws {
        try await withTemporaryFolder { folder in
            let stream = UploadStream([[1, 2]].async, spoolFolder: folder["nope"])
            let error = try await speedPixError {
                try await ScriptedService().files.upload(.stream(stream, filename: "a"))
            }
            #expect([.fileNotFound, .fileSystem].contains(error.code))
            #expect(error.message.contains(folder["nope"]))
        }
    }

    // MARK: data: URIs

    @Test(
        "A data: URI is uploaded with its bytes, type and a file name",
        arguments: [
            ("data:image/png;base64,iVBORw==", "image/png", [0x89, 0x50, 0x4E, 0x47], "file.png"),
            ("data:image/jpeg;base64,iVBORw", "image/jpeg", [0x89, 0x50, 0x4E, 0x47], "file.jpg"),
            (
                "data:text/plain;charset=utf-8,a%20b%E7%94%BB", "text/plain;charset=utf-8", Array("a b画".utf8),
                "file.txt"
            ),
            ("data:,hi", "application/octet-stream", Array("hi".utf8), "file"),
            ("data:;base64,iVBORw0KGgo=", "image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "file"),
            ("DATA:;charset=utf-8,x", "text/plain;charset=utf-8", Array("x".utf8), "file.txt"),
            ("data:image/svg+xml,%3Csvg/%3E", "image/svg+xml", Array("<svg/>".utf8), "file.svg"),
            ("data:application/x-own;base64,_-8=", "application/x-own", [0xFF, 0xEF], "file"),
            ("data:application/x-own;base64,aGVs%0AbG8=", "application/x-own", Array("hello".utf8), "file"),
        ] as [(String, String, [UInt8], String)])
    func aDataURIIsDecoded(uri: String, type: String, bytes: [UInt8], name: String) async throws {
        let service = try ScriptedService(UploadTests.signed(), UploadTests.stored)
        let file = try await service.files.upload(.dataURI(uri))
        #expect(service.requests.last?.body == bytes)
        #expect(file.mimeType == type)
        #expect(file.filename == name)
    }

    @Test(
        "An invalid data: URI is refused before anything is sent",
        arguments: [
            "", "data:", "data:image/png;base64", "hello", "data:image/png;base64,***", "data:text/plain,%zz",
            "data:text/plain,%2", "data:nonsense,x", "data:a/b/c,x", "data:image/pn\r\ng,x",
            "data:image/png;base64,iVBOR",
            "http://a.test/data:,",
        ])
    func aBadDataURIIsAnArgumentError(_ uri: String) async throws {
        let service = try ScriptedService()
        let error = try await speedPixError { try await service.files.upload(.dataURI(uri)) }
        #expect(error.code == .invalidArgument)
        #expect(error.remedy != nil)
        #expect(service.requests.isEmpty)
    }

    // MARK: Inputs within the call

    @Test("dataURI encodes small content with its type")
    func smallContentBecomesADataURI() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.jpg", [1, 2, 3])
            #expect(try await UploadSource.path(path).dataURI() == "data:image/jpeg;base64,AQID")
            #expect(
                try await UploadSource.bytes(Self.png, filename: "x").dataURI()
                    == "data:image/png;base64,iVBORw0KGgoAAQI=")
            #expect(
                try await UploadSource.dataURI("data:text/plain,hi").dataURI() == "data:text/plain;base64,aGk=")
            #expect(try await UploadSource.bytes([], filename: "e.txt").dataURI() == "data:text/plain;base64,")
            #expect(
                try await UploadSource.path(path).dataURI(contentType: "image/x-raw")
                    == "data:image/x-raw;base64,AQID")
        }
    }

    @Test("dataURI is nil over its limit and for streams, and an error for missing files")
    func contentWithoutDataURI() async throws {
        let source = UploadSource.bytes([UInt8](repeating: 1, count: 1 << 20), filename: "a.bin")
        #expect(try await source.dataURI() != nil)
        #expect(try await source.dataURI(limit: (1 << 20) - 1) == nil)
        let stream = UploadStream([[1]].async)
        #expect(try await UploadSource.stream(stream, filename: "a").dataURI() == nil)
        try await withTemporaryFolder { folder in
            let missing = try await speedPixError { try await UploadSource.path(folder["nope.png"]).dataURI() }
            #expect(missing.code == .fileNotFound)
            #expect(
                try await speedPixError { try await UploadSource.path(folder.path).dataURI() }.code == .invalidArgument)
        }
    }

    @Test("Stream sources are equal only if they have the same stream")
    func streamEquality() {
        let stream = UploadStream([[1]].async)
        let source = UploadSource.stream(stream, filename: "a")
        #expect(source == .stream(stream, filename: "a"))
        #expect(source != .stream(UploadStream([[1]].async), filename: "a"))
    }
}
