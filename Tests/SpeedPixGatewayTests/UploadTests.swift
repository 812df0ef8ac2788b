import AsyncHTTPClient
import HTTPTypes
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Testing
import _NIOFileSystem

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Uploads")
struct UploadTests {
    private let hello = Array("hello".utf8)

    private func put(
        _ url: String, bytes: [UInt8], type: String? = "text/plain", at gateway: TestGateway
    ) async throws -> TestGateway.Answer {
        var headers = HTTPFields()
        headers[.contentType] = type
        return try await gateway.send(.put, url, headers: headers, body: .bytes(bytes))
    }

    /// Names of whatever lies in the data directory, but for folders. Each upload is two: itself and its attributes.
    private func files(in directory: FilePath) async throws -> [String] {
        try await FileSystem.shared.withDirectoryHandle(atPath: directory) { handle in
            var names: [String] = []
            // The gateway's own are at the top.
            let own = directory.components.count + 2
            for try await entry in handle.listContents(recursive: true)
            where entry.type == .regular && entry.path.components.count > own {
                names.append(entry.path.string)
            }
            return names
        }
    }

    @Test("An upload can be used as an input and keeps its name in the output")
    func aClientsUploadCanBeUsedAndReadBack() async throws {
        try await TestGateway.run { gateway in
            let file = try await gateway.client.files.upload(.bytes(hello, filename: "grüß dich.txt"))
            #expect(file.url.hasPrefix(gateway.endpoint + "/files/uploads/"))
            #expect(file.expiresAt == gateway.date.now.addingTimeInterval(3600))
            let done = try await gateway.ended(gateway.echo(["image": .string(file.url)]).id)
            let output = try #require(done.files.first)
            #expect(output.filename == "grüß dich.txt")
            #expect(output.size == 5)
            #expect(output.format == "txt")
            let bytes = try await gateway.client.files.read(output.url)
            #expect(bytes == hello)
        }
    }

    @Test("The output object of a prediction can be the input of the next one")
    func anOutputObjectCanBeTheNextInput() async throws {
        try await TestGateway.run { gateway in
            let file = try await gateway.client.files.upload(.bytes(hello, filename: "a.txt"))
            let first = try await gateway.ended(gateway.echo(["image": .string(file.url)]).id)
            let second = try await gateway.ended(gateway.echo(["image": .json(first.output?["images"] ?? .null)]).id)
            #expect(second.files.count == 1)
            #expect(second.files.first?.url != first.files.first?.url)
        }
    }

    @Test("A second PUT to the same URL replaces the file")
    func aRepeatedPutReplacesTheFile() async throws {
        try await TestGateway.run { gateway in
            let urls = try await gateway.signUpload()
            for text in ["one", "two!"] {
                let answer = try await put(urls.upload, bytes: Array(text.utf8), at: gateway)
                #expect(answer.status == 200)
                #expect(try await gateway.send(.get, urls.access).text == text)
            }
        }
    }

    @Test("An empty file can be uploaded and read")
    func emptyFile() async throws {
        try await TestGateway.run { gateway in
            let file = try await gateway.client.files.upload(.bytes([], filename: "empty.bin"))
            let bytes = try await gateway.client.files.read(file.url)
            #expect(bytes.isEmpty)
        }
    }

    @Test("An upload is refused if its type, length, URL or purpose is not the signed one")
    func uploadNotAsSigned() async throws {
        try await TestGateway.run { gateway in
            let urls = try await gateway.signUpload(size: 5)
            let forged = urls.upload.replacing("expires=1", with: "expires=2")
            for (url, bytes, type, part) in [
                (urls.upload, hello, "image/png", "Content-Type"), (urls.upload, hello, nil, "Content-Type"),
                (urls.upload, Array("four".utf8), "text/plain", "Content-Length"),
                (forged, hello, "text/plain", "signature"),
                (urls.access, hello, "text/plain", "signed for downloading"),
                (gateway.endpoint + "/files/uploads/abc", hello, "text/plain", "not a signed file URL"),
            ] as [(String, [UInt8], String?, String)] {
                let answer = try await put(url, bytes: bytes, type: type, at: gateway)
                #expect(answer.status == 403)
                #expect(answer.message.contains(part), "\(answer.message)")
            }
            let good = try await put(urls.upload, bytes: hello, type: "Text/Plain", at: gateway)
            #expect(good.status == 200)
        }
    }

    @Test("An expired URL is refused for upload, download and as an input")
    func anExpiredURLIsRefused() async throws {
        try await TestGateway.run { gateway in
            let urls = try await gateway.signUpload()
            #expect(try await put(urls.upload, bytes: hello, at: gateway).status == 200)
            gateway.date.advance(by: .seconds(3600))
            for (method, url) in [(HTTPRequest.Method.put, urls.upload), (.get, urls.access), (.head, urls.access)] {
                let answer = try await gateway.send(
                    method, url, headers: [.contentType: "text/plain"], body: method == .put ? .bytes(hello) : .none)
                #expect(answer.status == 403)
                if method != .head { #expect(answer.message == "the URL has expired") }
            }
            let answer = try await gateway.call(
                .create, ["workflow_id": "echo", "alias_id": "main", "inputs": ["image": .string(urls.access)]])
            #expect(answer.message == "the input \"image\" is a URL that has expired: upload the file again")
        }
    }

    @Test("An upload URL or an unfinished upload is refused as an input")
    func uploadURLsAndUnfinishedUploadsAreNoInputs() async throws {
        try await TestGateway.run { gateway in
            let urls = try await gateway.signUpload()
            for (url, part) in [(urls.upload, "uploadUrl"), (urls.access, "was not finished")] {
                let answer = try await gateway.call(
                    .create, ["workflow_id": "echo", "alias_id": "main", "inputs": ["image": .string(url)]])
                #expect(answer.code == "InvalidParameter")
                #expect(answer.message.contains(part))
            }
        }
    }

    @Test("A file over the size limit is refused when it is signed and when it is uploaded")
    func tooLargeUpload() async throws {
        try await withDirectory { directory in
            try await TestGateway.run(
                with: configured {
                    ($0.maximumUploadBytes, $0.dataDirectory) = (4, directory.string)
                }
            ) { gateway in
                let urls = try await gateway.signUpload()
                #expect(try await put(urls.upload, bytes: hello, at: gateway).status == 413)
                let signed = try await gateway.call(.signUpload, ["contentType": "a/b", "size": 5])
                #expect(signed.status == 413)
                #expect(try await put(urls.upload, bytes: Array("four".utf8), at: gateway).status == 200)
                let left = try await files(in: directory)
                #expect(left.count == 2)
            }
        }
    }

    @Test("An upload of unknown length is refused")
    func aBodyOfUnknownLengthIsRefused() async throws {
        try await TestGateway.run { gateway in
            let urls = try await gateway.signUpload()
            var request = HTTPClientRequest(url: urls.upload)
            request.method = .PUT
            request.headers.add(name: "Content-Type", value: "text/plain")
            request.body = .stream([ByteBuffer(string: "hello")].async, length: .unknown)
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            #expect(response.status == .lengthRequired)
        }
    }

    @Test("An upload that breaks off leaves no file behind")
    func anUploadThatBreaksOffLeavesNothing() async throws {
        struct Broken: Error {}
        try await withDirectory { directory in
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                let urls = try await gateway.signUpload("application/octet-stream", name: "x.bin")
                let pieces = AsyncThrowingStream<ByteBuffer, any Error> { stream in
                    stream.yield(ByteBuffer(repeating: 1, count: 1 << 20))
                    stream.finish(throwing: Broken())
                }
                await #expect(throws: (any Error).self) {
                    try await gateway.send(
                        .put, urls.upload, headers: [.contentType: "application/octet-stream"],
                        body: .stream(length: 2 << 20, AnyByteStream(pieces)))
                }
                let missing = try await gateway.send(.get, urls.access)
                #expect(missing.status == 404)
            }
            // The gateway has ended, so nothing is on its way any more.
            let left = try await files(in: directory)
            #expect(left.isEmpty)
        }
    }

    @Test("32 uploads at once keep their own contents")
    func uploadsAtOnce() async throws {
        try await TestGateway.run { gateway in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<32 {
                    group.addTask {
                        let bytes = [UInt8](repeating: UInt8(index), count: 100_000 + index)
                        let file = try await gateway.client.files.upload(.bytes(bytes, filename: "\(index).bin"))
                        return try await gateway.client.files.read(file.url) == bytes
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
    }

    @Test("An upload with Expect: 100-continue is accepted")
    func expectContinue() async throws {
        try await TestGateway.run { gateway in
            let urls = try await gateway.signUpload()
            let answer = try await gateway.send(
                .put, urls.upload, headers: [.contentType: "text/plain", .expect: "100-continue"], body: .bytes(hello))
            #expect(answer.status == 200)
        }
    }

    @Test("Files older than their time are removed, and newer ones are kept")
    func oldFilesAreSweptAndNewOnesStay() async throws {
        try await withDirectory { directory in
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                // Files have the real date, so the gateway's starts there, too.
                gateway.date.advance(by: .seconds(Date().timeIntervalSince(gateway.date.now)))
                let urls = try await gateway.signUpload()
                #expect(try await put(urls.upload, bytes: hello, at: gateway).status == 200)
                gateway.date.advance(by: .seconds(24 * 3600))
                _ = try await gateway.signUpload()
                #expect(try await files(in: directory).count == 2)
                gateway.date.advance(by: .seconds(2 * 3600))
                _ = try await gateway.signUpload()
                #expect(try await files(in: directory).count == 0)
            }
        }
    }

    @Test("A file can be downloaded after a restart on the same data directory")
    func filesOutliveARestartOnTheSameDirectory() async throws {
        try await withDirectory { directory in
            var access = ""
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                access = try await gateway.client.files.upload(.bytes(hello, filename: "a.txt")).url
            }
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                let path = access.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
                let answer = try await gateway.send(.get, String(path))
                #expect(answer.text == "hello")
            }
        }
    }
}

/// Runs `body` with a folder that is removed afterwards.
func withDirectory(_ body: @Sendable (FilePath) async throws -> Void) async throws {
    try await FileSystem.shared.withTemporaryDirectory(prefix: "/tmp/gateway-tests") { _, path in
        try await body(path)
    }
}

extension Array where Element: Sendable {
    /// The elements as a stream whose length nobody knows.
    fileprivate var async: AsyncStream<Element> {
        AsyncStream { stream in
            for element in self { stream.yield(element) }
            stream.finish()
        }
    }
}
