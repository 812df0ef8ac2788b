import SpeedPix
import SpeedPixTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Predictions in the console")
struct ConsolePredictionTests {
    /// A gateway with the console on a folder, with workflows `light` (held by a gate) and `echo`, one prediction at a time.
    private static func run(
        _ folder: LastingFolder, _ gate: Gate = Gate(), body: (ConsolePage) async throws -> Void
    ) async throws {
        let change: (inout GatewayConfiguration) -> Void = { $0.hasConsole = true }
        try await folder.run(gate, change) { gateway in try await body(try await ConsolePage(gateway)) }
    }

    @Test(
        "Console: the page lists and shows the predictions of all keys, and a signed call sees none of the console's"
    )
    func allKeys() async throws {
        try await LastingFolder.with { folder in
            try await Self.run(folder) { page in
                let signed = try await page.gateway.create("echo", ["text": "signed"])
                let own = try await page.create("echo", ["text": "own"], ["label": "  spring \n shoes "])
                let id = try #require(own.first)
                let shown = try await page.ended(id)
                _ = try await page.ended(signed)
                #expect(shown["key"] == "console" && shown["label"] == "spring shoes")
                #expect(try await page.ids("") == [id, signed])
                #expect(try await page.data(.get, "predictions/\(signed)")["key"] == .string(TestGateway.key))
                for route in [Route.progress, .result, .cancel] {
                    let answer = try await page.gateway.call(route, ["taskId": .string(id)])
                    #expect(answer.code == "TaskNotFound", "\(answer.text)")
                }
            }
        }
    }

    @Test(
        "Console: a prediction has what went in and came out, its timeline, and the answers of signed calls"
    )
    func details() async throws {
        try await LastingFolder.with { folder in
            try await Self.run(folder) { page in
                let url = try await page.upload("shoe.png", Array("bytes".utf8))
                let inputs: JSONValue = [
                    "text": "a shoe", "image": .string(url), "data": ["whole": 9_007_199_254_740_993],
                ]
                let id = try #require(try await page.create("echo", inputs).first)
                let shown = try await page.ended(id)
                #expect(shown["state"] == "succeeded" && shown["workflow"] == "echo" && shown["version"] == "v1")
                #expect(shown["kind"] == "image" && shown["seconds"] == 0)
                #expect(shown["inputs"]?["text"]?["value"] == "a shoe")
                #expect(shown["inputs"]?["data"]?["value"]?["whole"] == 9_007_199_254_740_993)
                let file = try #require(shown["inputs"]?["image"]?["file"])
                #expect(file["filename"] == "shoe.png" && file["mime_type"] == "image/png" && file["gone"] == false)
                let input = try await page.gateway.send(.get, file["url"]?.stringValue ?? "")
                #expect(input.bytes == Array("bytes".utf8))
                let outputs = shown["outputs"]?.arrayValue ?? []
                #expect(outputs.map { $0["name"] } == ["data", "images", "text"])
                #expect(outputs.last?["value"] == "a shoe")
                let result = try #require(outputs[1]["files"]?.arrayValue?.first)
                #expect(result["filename"] == "shoe.png" && result["size"] == 5)
                #expect(try await page.gateway.send(.get, result["url"]?.stringValue ?? "").bytes == input.bytes)
                let events = (shown["timeline"]?.arrayValue ?? []).map { $0["event"] }
                #expect(events == ["created", "began", "succeeded"])
                #expect(shown["exact"]?["progress"]?["taskId"] == .string(id))
                let exact = try #require(shown["exact"]?["result"]?["result"]?["images"]?["url"]?.stringValue)
                #expect(exact.hasPrefix(page.gateway.endpoint))
            }
        }
    }

    @Test(
        "Console: an ended prediction is shown by the next gateway with its inputs, and a file that is gone by its name"
    )
    func afterRestart() async throws {
        try await LastingFolder.with { folder in
            let ids = Mutex<[String]>([])
            try await Self.run(folder) { page in
                for name in ["kept.png", "gone.png"] {
                    let url = try await page.upload(name, Array(name.utf8))
                    let made = try await page.create("echo", ["text": .string(name), "image": .string(url)])
                    _ = try await page.ended(try #require(made.first))
                    ids.withLock { $0 += made }
                }
            }
            let (kept, gone) = ids.withLock { ($0[0], $0[1]) }
            for name in try await folder.files(.uploads) {
                let path = folder.folder.appending("uploads").appending(name).string
                if try Data(contentsOf: URL(filePath: path)) == Data("gone.png".utf8) {
                    try FileManager.default.removeItem(atPath: path)
                }
            }
            try await Self.run(folder) { page in
                let there = try await page.data(.get, "predictions/\(kept)")
                #expect(there["state"] == "succeeded" && there["inputs"]?["text"]?["value"] == "kept.png")
                // It goes into another one as it is.
                let url = try #require(there["inputs"]?["image"]?["file"]?["url"])
                let again = try await page.create("echo", ["image": url])
                #expect(try await page.ended(try #require(again.first))["state"] == "succeeded")
                let missing = try #require(
                    try await page.data(.get, "predictions/\(gone)")["inputs"]?["image"]?["file"])
                #expect(missing["filename"] == "gone.png" && missing["gone"] == true && missing["url"] == nil)
            }
        }
    }

    @Test(
        "Console: to look at a prediction that an earlier gateway has not ended does not begin it; a cancel ends it"
    )
    func lookingBeginsNothing() async throws {
        try await LastingFolder.with { folder in
            let first = Gate()
            let id = Mutex("")
            try await Self.run(folder, first) { page in
                let made = try await page.create("light", ["name": "a"])
                id.withLock { $0 = made.first ?? "" }
                await first.waitForStarts(1)
            }
            let left = id.withLock { $0 }
            let second = Gate()
            try await folder.run(second, { ($0.hasConsole, $0.resumesAtStart) = (true, false) }) { gateway in
                let page = try await ConsolePage(gateway)
                let shown = try await page.data(.get, "predictions/\(left)")
                #expect(shown["state"] == "waiting" && shown["inputs"]?["name"]?["value"] == "a")
                #expect(shown["progress"]?["ahead"] == nil)
                #expect(try await page.ids("state=waiting") == [left] && second.started.isEmpty)
                let canceled = try await page.data(.post, "predictions/\(left)/cancel")
                #expect(canceled["state"] == "canceled")
            }
            #expect(try await folder.statuses() == ["canceled"])
        }
    }

    @Test(
        "Console: a running prediction and those behind it are listed with their states, and filtered by them"
    )
    func states() async throws {
        try await LastingFolder.with { folder in
            let gate = Gate()
            try await Self.run(folder, gate) { page in
                var ids: [String] = []
                for name in ["a", "b", "c"] { ids += try await page.create("light", ["name": .string(name)]) }
                await gate.waitForStarts(1)
                let list = try await page.data(.get, "predictions")
                let states = (list["predictions"]?.arrayValue ?? []).map { $0["state"] }
                #expect(states == ["waiting", "waiting", "running"])
                let ahead = (list["predictions"]?.arrayValue ?? []).map { $0["progress"]?["ahead"] }
                #expect(ahead == [1, 0, nil])
                #expect(try await page.ids("state=running") == [ids[0]])
                #expect(try await page.ids("state=waiting") == [ids[2], ids[1]])
                #expect(try await page.data(.get, "predictions?state=waiting")["total"] == 2)
                let canceled = try await page.data(.post, "predictions/\(ids[1])/cancel")
                #expect(canceled["state"] == "canceled" && canceled["progress"] == nil)
                let again = try await page.data(.post, "predictions/\(ids[1])/cancel")
                #expect(again["state"] == "canceled")
                gate.open("a")
                _ = try await page.ended(ids[0])
                await gate.waitForStarts(2)
                #expect(gate.started == ["a", "c"])
                #expect(try await page.ids("state=canceled") == [ids[1]])
                gate.open("c")
                _ = try await page.ended(ids[2])
                #expect(try await page.ids("state=running") == [])
            }
        }
    }

    @Test("Console: a long failure is listed by its beginning, and shown whole")
    func longFailure() async throws {
        try await LastingFolder.with { folder in
            try await Self.run(folder) { page in
                let reason = String(repeating: "x", count: 5000)
                let id = try #require(try await page.create("echo", ["fail": .string(reason)]).first)
                let shown = try await page.ended(id)
                #expect(shown["failure"]?.stringValue == reason)
                let listed = try await page.data(.get, "predictions?state=failed")["predictions"]?.arrayValue?.first
                #expect(listed?["failure"]?.stringValue == String(reason.prefix(StoredPrediction.listedFailure)))
            }
        }
    }

    @Test("Console: marks and labels are noted one by one, taken away again, and there after a restart")
    func notes() async throws {
        try await LastingFolder.with { folder in
            let id = Mutex("")
            try await Self.run(folder) { page in
                let made = try #require(try await page.create("echo", ["text": "a"]).first)
                _ = try await page.ended(made)
                id.withLock { $0 = made }
                let path = "predictions/\(made)/notes"
                #expect(try await page.data(.put, path, ["mark": "good"])["mark"] == "good")
                let labelled = try await page.data(.put, path, ["label": "Größe 40"])
                #expect(labelled["mark"] == "good" && labelled["label"] == "Größe 40")
                let changed = try await page.data(.put, path, ["mark": nil])
                #expect(changed["mark"] == nil && changed["label"] == "Größe 40")
                _ = try await page.data(.put, path, ["mark": "bad"])
                #expect(try await page.ids("mark=bad&label=Gr%C3%B6%C3%9Fe+40&text=GR%C3%96SSE") == [])
                #expect(try await page.ids("mark=bad&label=Gr%C3%B6%C3%9Fe+40&text=gr%C3%B6%C3%9Fe+40") == [made])
                for body: JSONValue in [
                    ["mark": "great"], ["label": 5], ["label": .string(String(repeating: "x", count: 201))],
                ] {
                    #expect(try await page.call(.put, path, body).code == "InvalidParameter")
                }
                #expect(try await page.call(.put, "predictions/none/notes", ["mark": "good"]).code == "TaskNotFound")
            }
            try await Self.run(folder) { page in
                let made = id.withLock { $0 }
                let shown = try await page.data(.get, "predictions/\(made)")
                #expect(shown["mark"] == "bad" && shown["label"] == "Größe 40")
                let filters = try await page.data(.get, "prediction-filters")
                #expect(filters["labels"] == ["Größe 40"] && filters["keys"] == ["console"])
                _ = try await page.data(.put, "predictions/\(made)/notes", ["label": nil])
                #expect(try await page.ids("text=gr%C3%B6%C3%9Fe") == [])
            }
        }
    }

    @Test("Console: a console on a temporary folder lists predictions too, and leaves nothing")
    func temporary() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let page = try await ConsolePage(gateway)
            #expect(try await page.data(.get, "predictions")["total"] == 0)
            let id = try #require(try await page.create("echo", ["text": "a"]).first)
            let shown = try await page.ended(id)
            #expect(shown["inputs"]?["text"]?["value"] == "a")
            #expect(try await page.ids("text=echo") == [id])
        }
    }

    @Test("Console: a console that falls back to a temporary folder lists predictions too")
    func fallsBack() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { _ in
                try await folder.run(Gate(), { ($0.hasConsole, $0.fallsBackToTemporary) = (true, true) }) { gateway in
                    #expect(gateway.refusal != nil)
                    let page = try await ConsolePage(gateway)
                    let id = try #require(try await page.create("echo", ["text": "a"]).first)
                    _ = try await page.ended(id)
                    #expect(try await page.ids("") == [id])
                }
            }
        }
    }

    @Test("Console: what there is not, and parameters that cannot be, are refused")
    func refusals() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let page = try await ConsolePage(gateway)
            for path in ["predictions/none", "predictions/none/code?language=lua"] {
                #expect(try await page.call(.get, path).code == "TaskNotFound")
            }
            #expect(try await page.call(.post, "predictions/none/cancel").code == "TaskNotFound")
            let many = "text=" + String(repeating: "a%20", count: 9)
            for query in [
                "limit=0", "limit=501", "offset=-1", "offset=x", "through=1.5", "state=done", "mark=ok", many,
                "text=" + String(repeating: "a", count: 201),
            ] {
                let answer = try await page.call(.get, "predictions?\(query)")
                #expect(answer.code == "InvalidParameter", "\(query): \(answer.text)")
            }
            #expect(try await page.call(.get, "predictions/none/code?language=perl").code == "InvalidParameter")
        }
    }
}
