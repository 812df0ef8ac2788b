import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing
import _NIOFileSystem

@testable import SpeedPixGateway

@Suite("Look-up and deletion of stored files")
struct StoredFileTests {
    private let hello = Array("hello".utf8)

    private func upload(_ name: String, _ gateway: TestGateway) async throws -> (key: String, url: String) {
        let signed = try await gateway.call(
            .signUpload, ["contentType": "text/plain", "originalFilename": .string(name)])
        let data = try #require(signed.json["data"])
        let answer = try await gateway.send(
            .put, data["uploadUrl"]?.stringValue ?? "", headers: [.contentType: "text/plain"], body: .bytes(hello))
        #expect(answer.status == 200)
        return (data["objectKey"]?.stringValue ?? "", data["accessUrl"]?.stringValue ?? "")
    }

    @Test("getFile describes an upload and returns a new URL for it")
    func uploadIsDescribed() async throws {
        try await TestGateway.run { gateway in
            let file = try await upload("grüß dich.txt", gateway)
            gateway.date.advance(by: .seconds(7200))
            // The URL that came with the upload has expired by now.
            #expect(try await gateway.send(.get, file.url).status == 403)
            let answer = try await gateway.call(.getFile, ["objectKey": .string(file.key)])
            let data = try #require(answer.json["data"]?.objectValue)
            #expect(answer.json["status"] == 10)
            #expect(data["objectKey"] == .string(file.key))
            #expect(data["contentType"] == "text/plain")
            #expect(data["size"] == 5)
            #expect(data["originalFilename"] == "grüß dich.txt")
            #expect(data["createTime"] == 1_700_000_000_000)
            #expect(data["expireTime"] == 1_700_010_800)
            let read = try await gateway.send(.get, data["accessUrl"]?.stringValue ?? "")
            #expect(read.text == "hello")
            #expect(read.headers[.contentType] == "application/octet-stream")
        }
    }

    @Test("getFile describes the file of a result")
    func resultIsDescribed() async throws {
        try await TestGateway.run { gateway in
            let file = try await upload("a.txt", gateway)
            let done = try await gateway.ended(gateway.create("echo", ["image": .string(file.url)]))
            let key = try #require(done.output?["images"]?["object_key"])
            let data = try await gateway.call(.getFile, ["object_key": key]).json["data"]
            #expect(key.stringValue?.hasPrefix("results/") == true)
            #expect(data?["originalFilename"] == "a.txt")
            #expect(data?["contentType"] == "text/plain")
            #expect(data?["size"] == 5)
        }
    }

    @Test("getFile and deleteFile do not find an upload that was only signed")
    func signedButNotUploaded() async throws {
        try await TestGateway.run { gateway in
            let signed = try await gateway.call(.signUpload, ["contentType": "a/b"])
            let key = try #require(signed.json["data"]?["objectKey"])
            for route in [Route.getFile, .deleteFile] {
                let answer = try await gateway.call(route, ["objectKey": key])
                #expect(answer.status == 200)
                #expect(answer.code == "FileNotFound")
            }
        }
    }

    @Test("A deleted file can be neither downloaded, looked up, deleted again nor used as an input")
    func deletedFile() async throws {
        try await withDirectory { directory in
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                let file = try await upload("a.txt", gateway)
                let done = try await gateway.ended(gateway.create("echo", ["image": .string(file.url)]))
                let result = try #require(done.files.first)
                let resultKey = try #require(done.output?["images"]?["object_key"]?.stringValue)
                for (key, url) in [(file.key, file.url), (resultKey, result.url)] {
                    let deleted = try await gateway.call(.deleteFile, ["objectKey": .string(key)])
                    #expect(deleted.json["status"] == 10)
                    #expect(deleted.json["data"] == ["objectKey": .string(key)])
                    #expect(try await gateway.send(.get, url).status == 404)
                    #expect(try await gateway.call(.getFile, ["objectKey": .string(key)]).code == "FileNotFound")
                    #expect(try await gateway.call(.deleteFile, ["objectKey": .string(key)]).code == "FileNotFound")
                }
                let input = try await gateway.call(
                    .create, ["workflow_id": "echo", "alias_id": "main", "inputs": ["image": .string(file.url)]])
                #expect(input.message.contains("is a file that is not there"))
            }
            let left = try await FileSystem.shared.withDirectoryHandle(atPath: directory) { handle in
                var names: [String] = []
                for try await entry in handle.listContents(recursive: true) where entry.type == .regular {
                    names.append(entry.name.string)
                }
                return names
            }
            // What belongs to the folder itself.
            #expect(Set(left).isSubset(of: ["lock", "url-key", "admin-token"]))
        }
    }

    @Test("Of 16 deletes of a file at once, one succeeds")
    func deletesAtOnce() async throws {
        try await TestGateway.run { gateway in
            let file = try await upload("a.txt", gateway)
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await gateway.call(.deleteFile, ["objectKey": .string(file.key)]).code }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.filter { $0 == nil }.count == 1)
            #expect(codes.filter { $0 == "FileNotFound" }.count == 15)
        }
    }

    @Test(
        "getFile and deleteFile refuse keys that lead out of the store",
        arguments: [
            "../../etc/passwd", "uploads/../../../etc/passwd", "uploads/..", "/etc/passwd", "uploads/a/b", "incoming/x",
            "attributes/uploads", "uploads/", "uploads/%2e%2e", "uploads/a\u{0}.txt", "x",
        ])
    func noKeyLeadsOutOfTheStore(_ key: String) async throws {
        try await TestGateway.run { gateway in
            for route in [Route.getFile, .deleteFile] {
                let answer = try await gateway.call(route, ["objectKey": .string(key)])
                #expect(answer.code == "InvalidParameter")
                #expect(answer.message.contains("is not an objectKey"))
            }
        }
    }

    @Test("getFile and deleteFile refuse calls without a key or a signature")
    func missingKeyOrSignature() async throws {
        try await TestGateway.run { gateway in
            for route in [Route.getFile, .deleteFile] {
                #expect(try await gateway.call(route, [:]).message == "objectKey is missing")
                #expect(try await gateway.call(route, ["objectKey": 7]).code == "InvalidParameter")
                let unsigned = try await gateway.send(.post, route.rawValue, body: .bytes(Array("{}".utf8)))
                #expect(unsigned.status == 400)
                #expect(unsigned.headers[.caErrorMessage]?.contains("is Required") == true)
            }
        }
    }

    @Test("getFile describes a file without stored attributes by its key and content")
    func fileWithoutAttributes() async throws {
        try await withDirectory { directory in
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                let file = try await upload("a.png", gateway)
                let removed = try await FileSystem.shared.removeItem(
                    at: directory.appending("speedpix-gateway/attributes").appending(file.key))
                #expect(removed == 1)
                let data = try await gateway.call(.getFile, ["objectKey": .string(file.key)]).json["data"]
                #expect(data?["contentType"] == "image/png")
                #expect(data?["originalFilename"] == .string(String(file.key.dropFirst("uploads/".count))))
                #expect(data?["size"] == 5)
                #expect(try await gateway.call(.deleteFile, ["objectKey": .string(file.key)]).code == nil)
            }
        }
    }

    @Test("getFile describes an upload after a restart on the same data directory")
    func descriptionsOutliveARestart() async throws {
        try await withDirectory { directory in
            var key = ""
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                key = try await upload("mine.txt", gateway).key
            }
            try await TestGateway.run(with: configured { $0.dataDirectory = directory.string }) { gateway in
                let data = try await gateway.call(.getFile, ["objectKey": .string(key)]).json["data"]
                #expect(data?["originalFilename"] == "mine.txt")
            }
        }
    }
}
