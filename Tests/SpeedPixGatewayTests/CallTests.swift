import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Calls over HTTP")
struct CallTests {
    @Test("A call with a wrong signature is answered with an error header and no body")
    func wrongSignature() async throws {
        try await TestGateway.run { gateway in
            let body = Array(#"{"taskId":"x"}"#.utf8)
            let headers = gateway.signed("/scc/comfy_get_progress", body, secret: Secret("wrong"))
            let answer = try await gateway.send(
                .post, "/scc/comfy_get_progress", headers: headers, body: .bytes(body))
            #expect(answer.status == 400)
            #expect(answer.headers[.caErrorMessage]?.hasPrefix("Invalid Signature, Server StringToSign:`POST#") == true)
            #expect(answer.headers[.caRequestID]?.isEmpty == false)
            #expect(answer.bytes.isEmpty)
        }
    }

    @Test("The client reports a wrong secret as an auth error without the secret")
    func wrongSecret() async throws {
        try await TestGateway.run { gateway in
            let client = SpeedPixClient(
                try SpeedPixClient.Configuration(
                    appKey: TestGateway.key, appSecret: "wrong", endpoint: gateway.endpoint),
                dependencies: ClientDependencies(clock: ImmediateClock(), now: { gateway.date.now }))
            let error = await #expect(throws: SpeedPixError.self) {
                try await client.predictions.create("echo", input: [:])
            }
            #expect(error?.code == .auth)
            #expect(error?.message.hasPrefix("Invalid Signature") == true)
            #expect("\(String(describing: error))".contains("test-app-secret") == false)
        }
    }

    @Test("A call that is sent twice with the same headers is refused")
    func aReplayIsRefused() async throws {
        try await TestGateway.run { gateway in
            let body = Array(#"{"taskId":"x"}"#.utf8)
            let headers = gateway.signed("/scc/comfy_get_progress", body)
            for expected in [200, 400] {
                let answer = try await gateway.send(
                    .post, "/scc/comfy_get_progress", headers: headers, body: .bytes(body))
                #expect(answer.status == expected)
            }
        }
    }

    @Test(
        "A create with an invalid body is refused with the reason",
        arguments: [
            ("", "the body is empty"), ("{", "the body is not valid JSON"),
            ("[1]", "the body must be a JSON object, not an array"),
            ("{}", "workflow_id is missing"),
            (#"{"workflow_id":7}"#, "workflow_id must be a string, not a whole number"),
            (#"{"workflow_id":null}"#, "workflow_id is missing"), (#"{"workflow_id":""}"#, "workflow_id is missing"),
            (#"{"workflow_id":"echo"}"#, "alias_id or version_id is required (most workflows have the alias main)"),
            (
                #"{"workflow_id":"echo","alias_id":"main","inputs":[]}"#, "inputs must be an object, not an array"
            ),
            (
                #"{"workflow_id":"echo","alias_id":"main","randomise_seeds":"perhaps"}"#,
                "randomise_seeds must be true or false, not a string"
            ),
        ])
    func aBadBodyIsExplained(_ body: String, _ message: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.call(.create, bytes: Array(body.utf8))
            #expect(answer.status == 200)
            #expect(answer.json["status"] == 20)
            #expect(answer.code == "InvalidParameter")
            #expect(answer.message == message)
            #expect(answer.json["apiInvokeId"]?.stringValue == answer.headers[.caRequestID])
        }
    }

    @Test(
        "A create for an unknown workflow, alias or version is refused and lists the known ones",
        arguments: [
            (#"{"workflow_id":"ecko","alias_id":"main"}"#, "WorkflowNotFound", "did you mean \"echo\""),
            (#"{"workflow_id":"zzz","alias_id":"main"}"#, "WorkflowNotFound", "there are: echo"),
            (#"{"workflow_id":"echo","alias_id":"beta"}"#, "AliasNotFound", "there is: main"),
            (#"{"workflow_id":"echo","version_id":"v9"}"#, "VersionNotFound", "there is: v1"),
        ])
    func unknownWorkflow(_ body: String, _ code: String, _ part: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.call(.create, bytes: Array(body.utf8))
            #expect(answer.code == code)
            #expect(answer.message.contains(part))
        }
    }

    @Test(
        "A create accepts keys in snake case and in camel case",
        arguments: [
            #"{"workflow_id":"echo","alias_id":"main"}"#, #"{"workflowId":"echo","aliasId":"main"}"#,
            #"{"workflow_id":"echo","version_id":"v1","inputs":null,"randomise_seeds":true}"#,
        ])
    func bothSpellingsOfKeysAreRead(_ body: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.call(.create, bytes: Array(body.utf8))
            #expect(answer.json["status"] == 10)
            #expect(answer.json["data"]?["taskId"]?.stringValue?.isEmpty == false)
        }
    }

    @Test("Progress and result of an unknown task are refused as TaskNotFound", arguments: [Route.progress, .result])
    func unknownTask(_ route: Route) async throws {
        try await TestGateway.run { gateway in
            let unknown = try await gateway.call(route, ["taskId": "nope"])
            #expect(unknown.code == "TaskNotFound")
            let missing = try await gateway.call(route, [:])
            #expect(missing.message == "taskId is missing")
        }
    }

    @Test("The progress has all fields that clients require")
    func progressFields() async throws {
        try await TestGateway.run { gateway in
            let id = try await gateway.echo([:]).id
            _ = try await gateway.ended(id)
            let data = try await gateway.call(.progress, ["task_id": .string(id)]).json["data"]
            #expect(data?["taskId"] == .string(id))
            #expect(data?["progress"]?.lenientDouble == 1)
            #expect(data?["etaRelative"]?.lenientDouble == 0)
            #expect(data?["status"] == "succeeded")
            #expect(data?["lastQueueRemaining"] == 0)
            #expect(data?["state"]?.objectValue != nil)
        }
    }

    @Test("The result of a failed task is a successful answer with the reason")
    func failedTask() async throws {
        try await TestGateway.run { gateway in
            let created = try await gateway.echo(["fail": "no film in the camera"])
            let failed = try await gateway.ended(created.id)
            #expect(failed.status == .failed)
            #expect(failed.error == "no film in the camera")
            let answer = try await gateway.call(.result, ["taskId": .string(created.id)])
            #expect(answer.json["status"] == 10)
            #expect(answer.json["data"]?["status"] == "failed")
            #expect(answer.json["data"]?["result"] == nil)
            #expect(answer.json["data"]?["info"] == ["message": "no film in the camera"])
            #expect(answer.json["data"]?["message"] == "no film in the camera")
            let error = await #expect(throws: SpeedPixError.self) {
                try await gateway.client.predictions.wait(for: created)
            }
            #expect(error?.code == .predictionFailed)
            #expect(error?.message == "no film in the camera")
        }
    }

    @Test("A body over the size limit is refused, and one at the limit is not")
    func aBodyOverTheLimitIsRefused() async throws {
        try await TestGateway.run(with: configured { $0.maximumBodyBytes = 1000 }) { gateway in
            let large = Array(repeating: UInt8(ascii: " "), count: 1001)
            let answer = try await gateway.call(.create, bytes: large)
            #expect(answer.status == 413)
            #expect(answer.code == "TooLarge")
            // The connection is still good, and so is the gateway.
            #expect(try await gateway.call(.create, bytes: Array(large.dropLast(1))).status == 200)
        }
    }

    @Test("An unknown path is answered with 404 and a wrong method with 405")
    func unknownPathsAndWrongMethodsAreAnswered() async throws {
        try await TestGateway.run { gateway in
            let unknown = try await gateway.send(.post, "/scc/comfy_list", body: .bytes(Array("{}".utf8)))
            #expect(unknown.status == 404)
            #expect(unknown.code == "ApiNotFound")
            #expect(unknown.headers[.caRequestID]?.isEmpty == false)
            let wrong = try await gateway.send(.get, "/scc/comfy_prompt")
            #expect(wrong.status == 405)
            #expect(wrong.headers[.allow] == "POST")
        }
    }

    @Test("Each answer has the gateway's date")
    func everyAnswerHasTheGatewaysDate() async throws {
        try await TestGateway.run(with: configured { $0.maximumBodyBytes = 1000 }) { gateway in
            let urls = try await gateway.signUpload()
            gateway.date.advance(by: .seconds(60))
            let plain: HTTPFields = [.contentType: "text/plain"]
            let answers = [
                try await gateway.send(.put, urls.upload, headers: plain, body: .bytes([1])),
                try await gateway.send(.get, urls.access),
                try await gateway.send(.head, urls.access),
                try await gateway.send(.get, urls.access, headers: [.range: "bytes=9-"]),
                try await gateway.send(.get, urls.access, headers: [.ifNoneMatch: "*"]),
                try await gateway.send(.get, urls.upload),
                try await gateway.send(.get, "/health"),
                try await gateway.send(.get, "/nowhere"),
                try await gateway.send(.get, "/scc/comfy_prompt"),
                try await gateway.send(.post, "/scc/comfy_prompt", body: .bytes([1])),
                try await gateway.call(.progress, ["taskId": "nope"]),
                try await gateway.call(.create, bytes: [UInt8](repeating: 32, count: 1001)),
            ]
            #expect(answers.map(\.status) == [200, 200, 200, 416, 304, 403, 200, 404, 405, 400, 200, 413])
            for answer in answers { #expect(answer.headers[.date] == "Tue, 14 Nov 2023 22:14:20 GMT") }
        }
    }

    @Test("/health and / describe the gateway")
    func healthAndWelcome() async throws {
        try await TestGateway.run { gateway in
            let health = try await gateway.send(.get, "/health")
            #expect(health.text == #"{"status":"ok"}"#)
            let welcome = try await gateway.send(.get, "/")
            #expect(welcome.text.contains("SPEEDPIX_ENDPOINT"))
        }
    }
}
