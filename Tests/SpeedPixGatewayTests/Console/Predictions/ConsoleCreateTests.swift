import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

@Suite("Creating in the console")
struct ConsoleCreateTests {
    /// Gives back its seed.
    private struct Seeded: LocalWorkflow {
        let id = "seeded"
        let title = "Takes a seed"
        let inputs = [WorkflowInput("seed", .integer), WorkflowInput("text", .string)]
        let estimatedDuration: Duration = .zero
        let isComputing = false

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            WorkflowResult(outputs: ["seed": .data(inputs["seed"]?.integerValue.map { .integer($0) } ?? .null)])
        }
    }

    /// A gateway whose random numbers are 1, 2, 3 and so on.
    private static func run(
        maximumUploadBytes: Int64 = 1 << 20, body: (ConsolePage) async throws -> Void
    ) async throws {
        let drawn = Numbers()
        let configuration = TestGateway.withConsole {
            $0.random = { drawn.next() }
            $0.maximumUploadBytes = maximumUploadBytes
        }
        try await TestGateway.run(workflows: [Seeded(), EchoWorkflow()], with: configuration) { gateway in
            try await body(try await ConsolePage(gateway))
        }
    }

    private final class Numbers: Sendable {
        private let last = Mutex<UInt64>(0)

        func next() -> UInt64 {
            last.withLock { number -> UInt64 in
                number += 1
                return number
            }
        }
    }

    private static func seed(_ id: String, _ page: ConsolePage) async throws -> JSONValue? {
        try await page.ended(id)["inputs"]?["seed"]?["value"]
    }

    @Test("Console create: several predictions with new seeds have one each, also where a seed was given")
    func newSeeds() async throws {
        try await Self.run { page in
            let ids = try await page.create(
                "seeded", ["seed": 77, "text": "a"], ["count": 4, "randomise_seeds": true, "label": "four"])
            #expect(Set(ids).count == 4)
            var seeds: [JSONValue?] = []
            for id in ids { seeds.append(try await Self.seed(id, page)) }
            #expect(seeds == [1, 2, 3, 4])
            #expect(try await page.ids("label=four") == Array(ids.reversed()))
        }
    }

    @Test("Console create: without new seeds the given one stays, however many there are")
    func givenSeed() async throws {
        try await Self.run { page in
            let ids = try await page.create("seeded", ["seed": 77], ["count": 2])
            #expect(ids.count == 2)
            for id in ids { #expect(try await Self.seed(id, page) == 77) }
            let none = try await page.create("seeded", [:])
            #expect(try await Self.seed(try #require(none.first), page) == nil)
        }
    }

    @Test("Console create: a signed create that asks for new seeds keeps the one that it gives")
    func signedCreate() async throws {
        try await Self.run { page in
            let body: JSONValue = [
                "workflow_id": "seeded", "alias_id": "main", "inputs": ["seed": 77], "randomise_seeds": true,
            ]
            let made = try await page.gateway.call(.create, body)
            let id = try #require(made.json["data"]?["taskId"]?.stringValue, "\(made.text)")
            #expect(try await Self.seed(id, page) == 77)
        }
    }

    @Test("Console create: a create is checked as a signed one is")
    func checks() async throws {
        try await Self.run { page in
            let wrong: [(JSONValue, String, String)] = [
                (["workflow": "nope"], "WorkflowNotFound", "nope"),
                (["inputs": [:]], "InvalidParameter", "workflow is missing"),
                (["workflow": "echo", "version": "v9"], "VersionNotFound", "v9"),
                (["workflow": "echo", "inputs": ["txet": "a"]], "InvalidParameter", "did you mean \"text\""),
                (["workflow": "echo", "inputs": ["image": "./a.png"]], "InvalidParameter", "not a URL"),
                (["workflow": "echo", "inputs": []], "InvalidParameter", "must be an object"),
                (["workflow": "echo", "count": 0], "InvalidParameter", "from 1 to 16"),
                (["workflow": "echo", "count": 17], "InvalidParameter", "from 1 to 16"),
                (["workflow": "echo", "count": 1.5], "InvalidParameter", "from 1 to 16"),
                (["workflow": "echo", "label": 3], "InvalidParameter", "label must be a string"),
            ]
            for (body, code, words) in wrong {
                let answer = try await page.call(.post, "predictions", body)
                #expect(answer.code == code && answer.message.contains(words), "\(answer.text)")
            }
            #expect(try await page.data(.get, "predictions")["total"] == 0)
        }
    }

    @Test("Console create: of several predictions that cannot all be made, those that were are told with the reason")
    func partly() async throws {
        let gate = Gate()
        let configuration = TestGateway.withConsole { ($0.maximumWaiting, $0.workers) = (2, 1) }
        let held = GatedWorkflow(id: "light", isComputing: false, gate: gate)
        try await TestGateway.run(workflows: [held], with: configuration) { gateway in
            let page = try await ConsolePage(gateway)
            let body: JSONValue = ["workflow": "light", "inputs": ["name": "a"], "count": 5]
            let made = try await page.data(.post, "predictions", body)
            #expect(made["ids"]?.arrayValue?.count == 3)
            #expect(made["refused"]?.stringValue?.contains("2 predictions are waiting") == true)
            let refused = try await page.call(.post, "predictions", body)
            #expect(refused.status == 429 && refused.code == "Throttled")
        }
    }

    @Test("Console create: an upload's name loses its folders, and its URLs are paths that cannot be changed")
    func uploads() async throws {
        try await Self.run(maximumUploadBytes: 10) { page in
            let signed = try await page.data(.post, "uploads", ["filename": "../../etc/shoe.PNG", "size": 3])
            #expect(signed["filename"] == "shoe.PNG" && signed["content_type"] == "image/png")
            let url = try #require(signed["upload_url"]?.stringValue)
            #expect(url.hasPrefix("/files/uploads/") && url.contains(Caller.console.tag.text))
            let other = try await page.gateway.send(
                .put, url.replacing("shoe", with: "boot"), headers: [.contentType: "image/png"],
                body: .bytes([1, 2, 3]))
            #expect(other.status == 403)
            let typed = try await page.data(.post, "uploads", ["filename": "a", "content_type": "text/plain"])
            #expect(typed["content_type"] == "text/plain")
            #expect(try await page.call(.post, "uploads", ["filename": ""]).code == "InvalidParameter")
            #expect(try await page.call(.post, "uploads", ["filename": "a", "size": 11]).status == 413)
            // Without a page's token nothing is signed.
            #expect(try await page.gateway.send(.post, "/speedpix/uploads", body: .bytes([])).status == 401)
        }
    }
}
