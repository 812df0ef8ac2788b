import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Programs in the console")
struct PredictionCodeCallTests {
    @Test("PredictionCodeCall: a version is named unless main stands for it, and the gateway is the one that was asked")
    func version() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { ($0.hasConsole, $0.comfyUI) = (true, GraphBackend()) }) { gateway in
                let page = try await ConsolePage(gateway)
                for alias: JSONValue in ["main", nil] {
                    _ = try await page.data(.post, "workflows", TestAdmin.publication(["alias": alias]))
                }
                for (version, words) in [("v1", "\"alias_id\": \"main\""), ("v2", "\"version_id\": \"v2\"")] {
                    let ids = try await page.create(
                        "shop", ["image": "data:,a", "seed": 5], ["version": .string(version)])
                    let id = try #require(ids.first)
                    _ = try await page.ended(id)
                    for language in ["python", "curl"] {
                        let answer = try await page.data(.get, "predictions/\(id)/code?language=\(language)")
                        let text = answer["text"]?.stringValue ?? ""
                        #expect(text.contains(words) && text.contains(gateway.endpoint), "\(text)")
                        #expect(!text.contains(TestGateway.secret.revealed) && text.contains("SPEEDPIX_APP_SECRET"))
                    }
                }
            }
        }
    }
}
