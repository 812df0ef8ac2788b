import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("OpenAPI documents of workflows")
struct OpenAPITests {
    private static func run(
        _ body: @escaping @Sendable (TestGateway, TestAdmin) async throws -> Void
    ) async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { $0.hasConsole = true }) { gateway in
                let admin = try TestAdmin(gateway, folder)
                try await admin.call(.post, "workflows", TestAdmin.publication(["alias": "main"]))
                try await body(gateway, admin)
            }
        }
    }

    private static func creation(_ document: JSONValue) -> JSONValue? {
        document["paths"]?[Route.create.rawValue]?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]
    }

    @Test("OpenAPI: the calls of a published workflow, with what its inputs may be")
    func published() async throws {
        try await Self.run { gateway, admin in
            let answer = try await admin.call(.get, "workflows/shop/openapi")
            let document = try #require(answer.json["data"], "\(answer.text)")
            #expect(document["openapi"] == "3.1.0" && document["info"]?["version"] == "v1")
            #expect(document["servers"] == [["url": .string(gateway.endpoint)]])
            let paths = document["paths"]?.objectValue ?? [:]
            let routes: [Route] = [.create, .progress, .result, .cancel, .signUpload]
            #expect(Set(paths.keys) == Set(routes.map(\.rawValue)))
            let creation = try #require(Self.creation(document))
            #expect(creation["properties"]?["workflow_id"] == ["const": "shop"])
            #expect(creation["properties"]?["alias_id"] == ["const": "main"])
            let inputs = document["components"]?["schemas"]?["Inputs"]
            #expect(inputs?["required"] == ["image"] && inputs?["additionalProperties"] == false)
            let properties = inputs?["properties"]
            #expect(properties?["image"]?["type"] == "string" && properties?["text"]?["default"] == "a shoe")
            #expect(properties?["seed"]?["maximum"] == JSONValue(UInt64.max))
            #expect(properties?["sampler"]?["enum"] == ["euler", "dpmpp_2m"])
            let outputs = document["components"]?["schemas"]?["Outputs"]?["properties"]
            #expect(outputs?["exports"]?["type"] == "array" && outputs?["images"]?["anyOf"] != nil)
        }
    }

    @Test("OpenAPI: each reference of a document leads to something in it")
    func references() async throws {
        try await Self.run { _, admin in
            let document = try await admin.call(.get, "workflows/shop/openapi").json["data"] ?? .null
            let schemas = document["components"]?["schemas"]?.objectValue ?? [:]
            let names = Self.references(in: document).map { String($0.split(separator: "/").last ?? "") }
            #expect(Set(names) == ["Inputs", "Outputs", "File"] && names.allSatisfy { schemas[$0] != nil })
        }
    }

    private static func references(in json: JSONValue) -> [String] {
        switch json {
        case .object(let members):
            (members["$ref"]?.stringValue.map { [$0] } ?? []) + members.values.flatMap { references(in: $0) }
        case .array(let values): values.flatMap { references(in: $0) }
        default: []
        }
    }

    @Test("OpenAPI: a document of one version names it, and one of a workflow without files has no uploads")
    func versions() async throws {
        try await Self.run { _, admin in
            let one = try await admin.call(.get, "workflows/shop/openapi?version=v1").json["data"] ?? .null
            #expect(Self.creation(one)?["properties"]?["version_id"] == ["const": "v1"])
            let own = try await admin.call(.get, "workflows/light/openapi").json["data"] ?? .null
            #expect(own["info"]?["version"] == "v1" && Self.creation(own)?["properties"]?["alias_id"] != nil)
            #expect(own["paths"]?[Route.signUpload.rawValue] == nil && own["paths"]?[Route.create.rawValue] != nil)
            #expect(try await admin.call(.get, "workflows/shop/openapi?version=v7").code == "VersionNotFound")
            #expect(try await admin.call(.get, "workflows/nope/openapi").code == "WorkflowNotFound")
        }
    }
}
