import ComfyUI
import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A gateway with the console whose one server is a small ComfyUI. Its time stands still until a test moves it.
struct ConsoleComfyUI: Sendable {
    let gateway: TestGateway
    let admin: TestAdmin
    let server: TestComfyUI

    /// - Parameters:
    ///   - prepare: What happens at the server before the gateway knows it.
    ///   - body: Called when the WebSocket is open.
    static func run(
        prepare: @escaping @Sendable (TestComfyUI) async throws -> Void = { _ in },
        body: @escaping @Sendable (ConsoleComfyUI) async throws -> Void
    ) async throws {
        try await TestComfyUI.withRunning { server in
            try await prepare(server)
            try await LastingFolder.with { folder in
                let configuration = ComfyUIConfiguration(servers: [try ComfyUIServerAddress(server.url)])
                try await folder.run(
                    Gate(),
                    {
                        $0.hasConsole = true
                        $0.comfyUIServers = configuration
                    },
                    body: { gateway in
                        let console = ConsoleComfyUI(
                            gateway: gateway, admin: try TestAdmin(gateway, folder), server: server)
                        await server.waitForTexts(1)
                        try await body(console)
                    })
            }
        }
    }

    /// Runs a prompt as ComfyUI's page does.
    ///
    /// - Returns: Its id.
    @discardableResult
    static func submit(_ prompt: JSONValue = ComfyUIFixture.picture, to server: TestComfyUI) async throws -> String {
        let id = UUID().uuidString.lowercased()
        _ = try await ComfyUIClient(try ComfyUIServerAddress(server.url)).submit(
            prompt: prompt, promptID: id, clientID: "page")
        return id
    }

    @discardableResult
    func submit(_ prompt: JSONValue = ComfyUIFixture.picture) async throws -> String {
        try await Self.submit(prompt, to: server)
    }

    /// What the server has run lately.
    func entries() async throws -> [JSONValue] {
        let answer = try await admin.call(.get, "servers/1/history")
        #expect(answer.code == nil, "\(answer.text)")
        return answer.json["data"]?["entries"]?.arrayValue ?? []
    }

    func plan(_ prompt: String, _ body: JSONValue = ["id": "shop"]) async throws -> TestGateway.Answer {
        try await admin.call(.post, "servers/1/history/\(prompt)/plan", body)
    }

    func publish(_ prompt: String, _ body: JSONValue) async throws -> TestGateway.Answer {
        try await admin.call(.post, "servers/1/history/\(prompt)/publish", body)
    }

    /// Moves the time on until something is true.
    func advance(until isTrue: () async throws -> Bool) async throws {
        while try await !isTrue() { gateway.clock.advance(by: .milliseconds(50)) }
    }
}

extension TestGateway.Answer {
    /// The codes of the findings that `data` has.
    var findingCodes: [String] {
        (json["data"]?["findings"]?.arrayValue ?? []).compactMap { $0["code"]?.stringValue }
    }
}

/// What a server had and did before the gateway knew it.
final class EarlierRun: Sendable {
    private let value = Mutex((prompt: "", classes: JSONValue.null))

    /// The id of the prompt.
    var prompt: String { value.withLock { $0.prompt } }
    /// The server's classes at that time.
    var classes: JSONValue { value.withLock { $0.classes } }

    func set(_ prompt: String, classes: JSONValue) {
        value.withLock { $0 = (prompt: prompt, classes: classes) }
    }
}
