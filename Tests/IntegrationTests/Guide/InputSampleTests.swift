import Foundation
import NIOCore
import SpeedPix
import Testing

@Suite("The samples of inputs, heartbeats and streams")
struct InputSampleTests {
    @Test("The guide's samples of variables and structs upload files and send every digit")
    func inputs() async throws {
        let lines = try await GuideSession.run { session in
            let photo = URL(filePath: session.photo)
            try await Guide.variables(session.client, image: photo, seed: .max, mask: nil)
            try await Guide.encodable(session.client, photo: photo)
        }
        #expect(lines[0].contains("18446744073709551615") && lines[0].contains("null"), "\(lines)")
        #expect(lines[1].hasSuffix(" 1"), "\(lines)")
    }

    @Test("The guide's samples of a heartbeat, of a kept prediction and of a stream work")
    func heartbeatAndStream() async throws {
        let lines = try await GuideSession.run { session in
            let prediction = try await session.client.predictions.create("echo", input: ["image": .path(session.photo)])
            try await Guide.heartbeat(session.client, prediction)
            try await Guide.kept(session.client, prediction)
            let done = try await session.client.predictions.wait(for: prediction)
            var bytes: [UInt8] = []
            try await Guide.stream(session.client, try #require(done.files.first)) { bytes += $0.readableBytesView }
            #expect(Data(bytes) == FileManager.default.contents(atPath: session.photo))
        }
        #expect(lines.last == "succeeded" && lines.count >= 2, "\(lines)")
    }
}
