import SpeedPixTestSupport
import Testing

@testable import SpeedPix
@testable import SpeedPixLua

@Suite("Renewal of uploads that a script keeps")
struct UploadRenewalTests {
    /// A URL that is about to end is not sent: the file is opened anew by the name that the script gave it.
    @Test("An upload whose URL has expired is uploaded again before a create")
    func expiredURL() async throws {
        let folder = try ScriptFolder()
        try folder.write("picture", to: "a.png")
        func signed(_ number: Int, expires: Int64) -> ScriptedReply {
            .ok([
                "uploadUrl": "https://store.test/put", "objectKey": .string("key-\(number)"),
                "accessUrl": .string("https://store.test/get/\(number)"), "expireTime": .integer(expires),
            ])
        }
        let transport = ScriptedTransport([
            signed(1, expires: 1_000_000), .text(""), .text("", status: 404), signed(2, expires: 4_102_444_800),
            .text(""), .ok(["taskId": "t-1"]),
        ])
        try await folder.run(
            """
            local file = upload("./a.png")
            create("wf-1", { image = file })
            """, host: try folder.host(transport: transport))
        #expect(transport.requests.last?.json["inputs"]?["image"] == "https://store.test/get/2")
    }

    @Test("An expired upload of a removed file is an error that says what to do")
    func removedFile() async throws {
        let folder = try ScriptFolder()
        try folder.write("picture", to: "a.png")
        let transport = ScriptedTransport([
            .ok([
                "uploadUrl": "https://store.test/put", "objectKey": "key-1", "accessUrl": "https://store.test/get/1",
                "expireTime": 1_000_000,
            ]), .text(""), .text("", status: 404),
        ])
        let error = await folder.failure(
            """
            local file = upload("./a.png")
            os.remove("a.png")
            create("wf-1", { image = file })
            """, host: try folder.host(transport: transport))
        #expect(error?.message.contains("upload the file again") == true)
    }

    /// Two polls may cross: the one that knows less must not undo the other.
    @Test("An update of a prediction does not remove the output that is already known")
    func laterUpdate() throws {
        let host = try ScriptFolder().host()
        var done = Prediction(id: "t-1")
        done.status = .succeeded
        done.output = ["text": "here"]
        let object = PredictionObject(done, host: host)
        object.update(Prediction(id: "t-1"))
        #expect(object.prediction.output?["text"] == "here")
        done.output = ["text": "there"]
        object.update(done)
        #expect(object.prediction.output?["text"] == "there")
    }
}
