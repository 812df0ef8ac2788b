import NIOCore
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import ComfyUI

@Suite("Files at a server", .timeLimit(.minutes(1)))
struct FileCallTests {
    private func bytes(_ count: Int, seed: UInt8) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) &+ seed }
    }

    @Test("An upload: every byte, under the name that the server gives")
    func upload() async throws {
        try await TestComfyUI.withRunning { server in
            try await withTemporaryFolder { folder in
                let client = try server.client()
                let content = bytes(3 << 20 | 17, seed: 1)
                let path = FilePath(try folder.write(content, to: "local.bin"))
                let file = try await client.upload(path, name: "花 \"1\".png", subfolder: "speedpix")
                #expect(file.folder == .input)
                #expect(file.subfolder == "speedpix")
                #expect(server.files["input/\(file.inputValue)"] == content)
                #expect(try await client.viewExists(file))
                #expect(try await client.viewExists(file, size: Int64(content.count)))
                #expect(try await !client.viewExists(file, size: Int64(content.count) + 1))
            }
        }
    }

    @Test("The same name: the same file for the same bytes, another for others")
    func uploadTwice() async throws {
        try await TestComfyUI.withRunning { server in
            try await withTemporaryFolder { folder in
                let client = try server.client()
                let one = FilePath(try folder.write("one", to: "1"))
                let two = FilePath(try folder.write("two", to: "2"))
                for _ in 0..<2 { #expect(try await client.upload(one, name: "a.png").inputValue == "a.png") }
                #expect(try await client.upload(two, name: "a.png").inputValue == "a (1).png")
                #expect(server.files.count == 2)
            }
        }
    }

    @Test("An empty file, and a mask of a picture that is there")
    func emptyFileAndMask() async throws {
        try await TestComfyUI.withRunning { server in
            try await withTemporaryFolder { folder in
                let client = try server.client()
                let path = FilePath(try folder.write("", to: "empty"))
                let picture = try await client.upload(path, name: "picture.png")
                let mask = try await client.upload(path, name: "mask.png", kind: .mask(of: picture))
                #expect(mask.inputValue == "mask.png")
                let missing = ServerFile(filename: "none.png", folder: .input)
                let error = try await #require(throws: ComfyUIError.self) {
                    try await client.upload(path, name: "mask2.png", kind: .mask(of: missing))
                }
                #expect(error.status == 400)
            }
        }
    }

    @Test("A local file that is missing: an error of the file")
    func missingLocalFile() async throws {
        try await TestComfyUI.withRunning { server in
            let client = try server.client()
            let path = FilePath(TemporaryFolder.unusedPath())
            let error = try await #require(throws: SpeedPixError.self) { try await client.upload(path, name: "a") }
            #expect(error.code == .fileSystem)
            #expect(server.requests.isEmpty)
        }
    }

    @Test("An upload that the server finds too large")
    func tooLargeUpload() async throws {
        try await TestComfyUI.withRunning { server in
            try await withTemporaryFolder { folder in
                server.fail("POST /upload/image", .status(413))
                let client = try server.client()
                let path = FilePath(try folder.write("one", to: "1"))
                let error = try await #require(throws: ComfyUIError.self) { try await client.upload(path, name: "a") }
                #expect(error.code == .tooLarge)
                #expect(error.remedy?.contains("--max-upload-size") == true)
            }
        }
    }

    private let file = ServerFile(filename: "a b.png", subfolder: "speedpix/花", folder: .output)

    @Test("A view: every byte, its length and its type")
    func view() async throws {
        try await TestComfyUI.withRunning { server in
            let content = bytes(2 << 20, seed: 5)
            server.addFile("output/speedpix/花/a b.png", content)
            let download = try await server.client().view(file)
            #expect(download.length == Int64(content.count))
            #expect(download.mediaType == "image/png")
            var received = ByteBuffer()
            for try await var chunk in download { received.writeBuffer(&chunk) }
            #expect(Array(buffer: received) == content)
        }
    }

    @Test("A view of a file that is missing: not found")
    func missingFile() async throws {
        try await TestComfyUI.withRunning { server in
            let client = try server.client()
            let error = try await #require(throws: ComfyUIError.self) { try await client.view(file) }
            #expect(error.code == .notFound)
            #expect(try await !client.viewExists(file))
        }
    }

    @Test("An output that was lost, as on a full disk: named in the history, and not found")
    func lostOutput() async throws {
        try await TestComfyUI.withRunning { server in
            server.setLosingOutputs(true)
            let client = try server.client()
            try await client.submit()
            let entry = try #require(try await client.history(TestPrompts.id(1)))
            #expect(entry.end == .success)
            let output = try #require(entry.files(of: "3").first)
            #expect(try await !client.viewExists(output))
        }
    }

    @Test("A view that leads out of the folder: refused")
    func wayOut() async throws {
        try await TestComfyUI.withRunning { server in
            let client = try server.client()
            let outside = ServerFile(filename: "../secret", folder: .input)
            let error = try await #require(throws: ComfyUIError.self) { try await client.view(outside) }
            #expect(error.status == 400)
        }
    }

    @Test("A slow view: it goes on when the server does")
    func slowView() async throws {
        try await TestComfyUI.withRunning { server in
            let content = bytes(1000, seed: 9)
            server.addFile("output/speedpix/花/a b.png", content)
            server.fail("GET /view", .stalledAnswer)
            var chunks = try await server.client().view(file).makeAsyncIterator()
            var received: [UInt8] = []
            while received.count < 500, let chunk = try await chunks.next() { received += chunk.readableBytesView }
            #expect(received.count == 500)
            server.releaseAnswers()
            while let chunk = try await chunks.next() { received += chunk.readableBytesView }
            #expect(received == content)
        }
    }

    @Test("A view that breaks off: an error, never half a file")
    func brokenView() async throws {
        try await TestComfyUI.withRunning { server in
            server.addFile("output/speedpix/花/a b.png", bytes(1000, seed: 9))
            server.fail("GET /view", .stalledAnswer)
            let download = try await server.client().view(file)
            server.restart()
            let error = try await #require(throws: ComfyUIError.self) {
                for try await _ in download {}
            }
            #expect(error.code == .lostAnswer)
        }
    }

    @Test("A file beyond the limit: refused before it is read")
    func largeFile() async throws {
        try await TestComfyUI.withRunning { server in
            server.addFile("output/speedpix/花/a b.png", bytes(1000, seed: 9))
            let client = try server.client()
            let error = try await #require(throws: ComfyUIError.self) { try await client.view(file, limit: 999) }
            #expect(error.code == .tooLarge)
        }
    }
}
