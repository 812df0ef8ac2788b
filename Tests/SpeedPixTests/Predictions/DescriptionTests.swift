import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Descriptions without signatures")
struct DescriptionTests {
    @Test("The description of a file ends where the query of its URL begins")
    func files() throws {
        let file = try #require(FileOutput(["url": "https://user:pw@c.test/a.png?Signature=secret&Expires=1"]))
        #expect("\(file)" == "https://c.test/a.png")
        #expect("\(ImageFile(file))" == "https://c.test/a.png")
        #expect(file.url.contains("secret"))
    }

    @Test("The description of a prediction is one line without signatures")
    func prediction() async throws {
        let service = try ScriptedService(
            .ok(["taskId": "t-1"]),
            .progress("running", ["progress": 0.5]),
            .progress("failed", ["message": "cannot fetch https://c.test/a.png?sig=secret\nat all"]),
            .ok(["status": "failed"]))
        let created = try await service.create(options: CreateOptions(label: "article 7"))
        #expect("\(created)" == "prediction t-1 of wf-1 (article 7): waiting")
        var seen: [String] = []
        for try await prediction in service.predictions.updates(of: created) { seen.append("\([prediction])") }
        #expect(
            seen == [
                "[prediction t-1 of wf-1 (article 7): running 50 %]",
                "[prediction t-1 of wf-1 (article 7): failed, cannot fetch https://c.test/a.png at all]",
            ])
    }

    @Test("The description of an error has no signature, its message has")
    func error() {
        let error = SpeedPixError(
            .network, "could not fetch https://c.test/a?sig=secret", remedy: "ask for https://c.test/b?sig=secret again"
        )
        #expect(
            "\(error)" == "network: could not fetch https://c.test/a\nhint: ask for https://c.test/b again")
        #expect(error.message.contains("secret"))
    }

    // MARK: Retry-After

    @Test(
        "An error tells how long the answer asked to wait, whatever its status",
        arguments: [
            (429, "7", "", 7), (503, "120", "", 120), (503, "-3", "", 0),
            (429, "Tue, 14 Nov 2023 22:13:50 GMT", "Tue, 14 Nov 2023 22:13:20 GMT", 30),
            (429, "Tue, 14 Nov 2023 22:13:50 GMT", "Tue, 14 Nov 2023 22:14:20 GMT", 0),
            // Without a date of the answer's own, by this machine's.
            (503, "Tue, 14 Nov 2023 22:13:50 GMT", "", 30), (503, "Tue, 14 Nov 2023 22:13:50 GMT", "yesterday", 30),
            (429, "soon", "", nil), (502, "7", "", 7), (404, "7", "", 7), (429, "", "", nil),
        ] as [(Int, String, String, Int?)])
    func retryAfter(_ status: Int, _ text: String, _ date: String, _ seconds: Int?) async throws {
        let service = try ScriptedService(
            then: .text(
                "", status: status,
                headers: text.isEmpty ? [:] : date.isEmpty ? [.retryAfter: text] : [.retryAfter: text, .date: date]),
            clock: ImmediateClock(upTo: .seconds(3600)))
        let call = try await speedPixError { try await service.predictions.get("t-1") }
        #expect(call.retryAfter == seconds.map { .seconds($0) })
        #expect(call.httpStatus == status)
        let download = try await speedPixError { try await service.files.read("https://cdn.test/a.png") }
        #expect(download.retryAfter == seconds.map { .seconds($0) })
    }
}
