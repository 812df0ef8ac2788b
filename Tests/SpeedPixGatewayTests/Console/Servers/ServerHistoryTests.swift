import ComfyUI
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("What servers of ComfyUI have run, in the console", .timeLimit(.minutes(1)))
struct ServerHistoryTests {
    @Test("Server history: the newest prompt first, with its nodes, texts and pictures")
    func entries() async throws {
        try await ConsoleComfyUI.run { console in
            let first = try await console.submit()
            let second = try await console.submit(ComfyUIFixture.pictureAndText)
            let entries = try await console.entries()
            #expect(entries.map { $0["prompt_id"] } == [.string(second), .string(first)])
            let newest = try #require(entries.first)
            #expect(newest["texts"] == ["hello"] && newest["published"] == nil && newest["problem"] == nil)
            #expect(newest["started"] == .double(1_760_000_000.001) && newest["seconds"] == 0)
            let nodes = newest["nodes"]?.arrayValue ?? []
            #expect(nodes.map { $0["id"] } == ["1", "2", "3", "4", "5"])
            #expect(nodes.map { $0["title"] }[1] == "Second pass" && nodes[1]["class"] == "TestSampler")
            #expect(entries.last?["pictures"]?.arrayValue?.count == 1)
        }
    }

    @Test("Server history: a prompt of which nothing was run again is cached")
    func cached() async throws {
        try await ConsoleComfyUI.run { console in
            try await console.submit()
            try await console.submit()
            #expect(try await console.entries().map { $0["cached"] } == [true, false])
        }
    }

    @Test("Server history: what has failed is left out")
    func failed() async throws {
        try await ConsoleComfyUI.run { console in
            console.server.setAutomatic(false)
            try await console.submit()
            console.server.failNext()
            #expect(try await console.entries().isEmpty)
        }
    }

    // MARK: Files

    /// The URL of the one picture of a prompt.
    private func picture(_ console: ConsoleComfyUI) async throws -> String {
        try await console.submit()
        let picture = try await console.entries().first?["pictures"]?.arrayValue?.first
        #expect(picture?["thumbnail"] == picture?["url"] && picture?["mime_type"] == "image/png")
        return try #require(picture?["url"]?.stringValue)
    }

    private static let file = "output/ComfyUI_00001_.png"

    @Test("Server file: a signed URL gives the bytes, as nothing that a browser runs")
    func bytes() async throws {
        try await ConsoleComfyUI.run { console in
            let url = try await picture(console)
            let answer = try await console.gateway.send(.get, url)
            #expect(answer.status == 200 && answer.bytes == console.server.files[Self.file])
            #expect(answer.headers[.contentType] == "image/png")
            #expect(answer.headers[.contentSecurityPolicy] == "sandbox; default-src 'none'")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(answer.headers[.contentDisposition]?.hasPrefix("attachment") == true)
            console.server.addFile(Self.file, Array("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>".utf8))
            let page = try await console.gateway.send(.get, url)
            #expect(page.status == 200 && page.headers[.contentType] == "application/octet-stream", "\(page.text)")
        }
    }

    @Test("Server file: the same URL for an hour, and none that was changed or has expired")
    func signed() async throws {
        try await ConsoleComfyUI.run { console in
            let url = try await picture(console)
            #expect(try await console.entries().first?["pictures"]?.arrayValue?.first?["url"] == .string(url))
            for changed in [
                url.replacing("ComfyUI_00001_.png", with: "ComfyUI_00002_.png"),
                url.replacing("type=output", with: "type=input"),
                url.replacing("/server-files/1?", with: "/server-files/2?"),
                url.replacing("expires=", with: "expires=9"), "/server-files/1?filename=a",
                url.replacing("/server-files/1?", with: "/server-files/-9223372036854775808?"),
            ] {
                #expect(changed != url)
                let answer = try await console.gateway.send(.get, changed)
                #expect(answer.status == 403 && answer.code == "AccessDenied", "\(changed): \(answer.text)")
            }
            console.gateway.date.advance(by: .seconds(2 * 3600))
            let late = try await console.gateway.send(.get, url)
            #expect(late.status == 403 && late.message.contains("expired"), "\(late.text)")
        }
    }

    @Test("Server file: what the server has no more, and a server that fails, are said in words")
    func gone() async throws {
        try await ConsoleComfyUI.run { console in
            let url = try await picture(console)
            console.server.removeFile(Self.file)
            let missing = try await console.gateway.send(.get, url)
            #expect(missing.status == 404 && missing.code == "NoSuchFile", "\(missing.text)")
            console.server.fail("GET /view", .status(500))
            let failed = try await console.gateway.send(.get, url)
            #expect(failed.status == 502 && failed.code == "ServerUnavailable", "\(failed.text)")
        }
    }

    // MARK: What goes wrong

    @Test("Server history: a server that is not there, and an answer that is not ComfyUI's")
    func trouble() async throws {
        try await ConsoleComfyUI.run { console in
            console.server.fail("GET /history", .garbage)
            let other = try await console.admin.call(.get, "servers/1/history")
            #expect(
                other.json["data"]?["code"] == "not_comfyui" && other.message.contains("--comfyui"), "\(other.text)")
            console.server.fail("GET /history", .status(401))
            let closed = try await console.admin.call(.get, "servers/1/history")
            #expect(closed.json["data"]?["code"] == "server_refused", "\(closed.text)")
            for number in ["2", "0", "-9223372036854775808", "x"] {
                let unknown = try await console.admin.call(.get, "servers/\(number)/history")
                #expect(unknown.code == "ServerNotFound" && unknown.message.contains("1 to 1"), "\(unknown.text)")
            }
        }
    }

    @Test("Server history: another port, or no server at all, with what to do")
    func away() async throws {
        for (addresses, code, reason) in [
            (["http://127.0.0.1:9"], "ServerUnavailable", "server_unreachable"), ([], "ServerNotFound", "no_servers"),
        ] {
            try await LastingFolder.with { folder in
                let servers = try addresses.map { try ComfyUIServerAddress($0) }
                try await folder.run(
                    Gate(),
                    {
                        $0.hasConsole = true
                        $0.comfyUIServers = ComfyUIConfiguration(servers: servers)
                    },
                    body: { gateway in
                        let answer = try await TestAdmin(gateway, folder).call(.get, "servers/1/history")
                        #expect(answer.code == code && answer.json["data"]?["code"]?.stringValue == reason)
                        #expect(answer.message.contains("--comfyui"), "\(answer.text)")
                    })
            }
        }
    }
}
