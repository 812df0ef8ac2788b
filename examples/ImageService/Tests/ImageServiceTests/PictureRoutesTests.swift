import AsyncHTTPClient
import Hummingbird
import HummingbirdTesting
import SpeedPix
import SpeedPixTesting
import Testing

@testable import ImageService

@Suite("The routes of the image service", .timeLimit(.minutes(1)))
struct PictureRoutesTests {
    @Test("A photo is uploaded, and its picture made, reported and passed on")
    func picture() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on(
            "white-background", .progress(0.5),
            .succeed(output: ["images": stub.file([7, 8], named: "white.png")]))
        try await ImageService.application(client).test(.live) { browser in
            let events = try await browser.execute(
                uri: "/pictures?text=New", method: .post, body: ByteBuffer(bytes: [1, 2, 3]))
            let text = String(buffer: events.body)
            #expect(events.headers[.contentType] == "text/event-stream")
            #expect(text.contains(#"event: progress\#ndata: {"fraction":0.5"#), "\(text)")
            let created = try #require(stub.predictions.first)
            #expect(created.input["text"] == "New")
            #expect(stub.upload(at: created.input["image"])?.bytes == [1, 2, 3])
            #expect(text.contains("\"picture\":\"/pictures/\(created.id)\""), "\(text)")

            let picture = try await browser.execute(uri: "/pictures/\(created.id)", method: .get)
            #expect(picture.headers[.contentType] == "image/png")
            #expect(Array(buffer: picture.body) == [7, 8])
        }
    }

    @Test("A failed prediction is the last event, with its reason")
    func failure() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on("white-background", .fail("nothing was found to cut out"))
        try await ImageService.application(client).test(.live) { browser in
            let events = try await browser.execute(uri: "/pictures", method: .post, body: ByteBuffer(bytes: [1]))
            #expect(String(buffer: events.body).hasSuffix(#""message":"nothing was found to cut out"}"# + "\n\n"))
        }
    }

    @Test("A service that cannot be reached is an event with the error's code, and nothing is paid for")
    func unreachable() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on("white-background", .succeed())
        stub.inject(.refusedConnection, into: .create, times: .max)
        try await ImageService.application(client).test(.live) { browser in
            let events = try await browser.execute(uri: "/pictures", method: .post, body: ByteBuffer(bytes: [1]))
            let text = String(buffer: events.body)
            #expect(text.contains(#""code":"network""#), "\(text)")
        }
        #expect(stub.predictions.isEmpty)
    }

    @Test("A browser that leaves cancels its prediction")
    func disconnect() async throws {
        let (client, stub) = SpeedPixClient.stubbed()
        stub.on("white-background", .progress(0.5))
        try await ImageService.application(client).test(.live) { browser in
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(try #require(browser.port))/pictures")
            request.method = .POST
            request.body = .bytes([1])
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            // Leaving the loop over the body closes the connection.
            for try await chunk in response.body where String(buffer: chunk).contains("event: progress") { break }
            await stub.waitForCalls(of: .cancel)
        }
        #expect(stub.predictions.map(\.isCanceled) == [true])
    }

    @Test("A picture of an unknown prediction is not found")
    func unknown() async throws {
        let (client, _) = SpeedPixClient.stubbed()
        try await ImageService.application(client).test(.live) { browser in
            let picture = try await browser.execute(uri: "/pictures/none", method: .get)
            #expect(picture.status == .notFound)
        }
    }
}
