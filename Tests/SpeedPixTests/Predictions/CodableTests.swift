import SpeedPix
import SpeedPixTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Predictions and files as data")
struct CodableTests {
    private func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
        let encoder = JSONEncoder()
        let decoder = JSONDecoder()
        // Neither may matter.
        encoder.dateEncodingStrategy = .iso8601
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(Value.self, from: encoder.encode(value))
    }

    @Test("A prediction is the same in everything after it was encoded and decoded")
    func prediction() async throws {
        let date = ManualDate(Date(timeIntervalSinceReferenceDate: 812_345_678.123_456_7))
        let service = try ScriptedService(
            .ok(["taskId": "t-1", "status": "waiting", "estimatedDurationInSeconds": 12.7]),
            .progress(
                "running",
                [
                    "progress": 0.1, "etaRelative": 3.3, "lastQueueRemaining": 4,
                    "currentImage": "https://c.test/p?sig=1",
                    "message": "half", "state": ["nodeLabel": "sampler"],
                ]),
            .progress("succeeded"),
            .ok([
                "status": "succeeded", "taskDuration": 1234.567, "taskBeginTime": 1_790_652_900.123,
                "taskEndTime": 1_790_652_902.25, "info": ["a": nil, "b": [1.5]],
                "result": ["images": ["https://c.test/a.png?sig=1"], "seed": .unsigned(.max), "none": nil, "x": 1e300],
            ]), date: date)
        let input: [String: InputValue] = [
            "duration": 5.0, "big": 1e18, "seed": .unsigned(.max), "small": -0.5, "text": "x", "none": nil,
        ]
        var created = try await service.create(input, options: CreateOptions(label: "article 7"))
        #expect(try roundTrip(created) == created)
        for try await seen in service.predictions.updates(of: created) {
            #expect(try roundTrip(seen) == seen)
            created = seen
        }
        #expect(created.status == .succeeded && created.metrics.totalTime != nil && created.logs == "half\n")
        let again = try roundTrip(created)
        #expect(again == created && again.hashValue == created.hashValue)
        #expect(again.createdAt == date.now && again.files == created.files)
        #expect(try JSONValue(encoding: created).decode(Prediction.self) == created)
        #expect(try roundTrip([Prediction(id: "x")]) == [Prediction(id: "x")])
    }

    @Test("An uploaded file is the same in everything after it was encoded and decoded")
    func uploadedFile() async throws {
        let date = ManualDate(Date(timeIntervalSinceReferenceDate: 812_345_678.123_456_7))
        let service = try ScriptedService(
            .ok([
                "uploadUrl": "https://store.test/put", "objectKey": "k", "accessUrl": "https://store.test/a?sig=1",
                "expireTime": 1_790_000_000.123,
            ]), .text(""), date: date)
        let file = try await service.files.upload(.bytes([1], filename: "a.png"))
        #expect(try roundTrip(file) == file)
        #expect(file.expiresAt != nil && "\(file)" == "a.png (https://store.test/a)")
    }

    @Test("A file of an output is the same after it was encoded and decoded")
    func fileOutput() throws {
        for value: JSONValue in [
            "https://c.test/a.png?sig=1",
            ["url": "https://c.test/a b.png", "duration": 5.0, "size": .unsigned(.max), "facts": [1.25, nil]],
        ] {
            let file = try #require(FileOutput(value))
            #expect(try roundTrip(file) == file)
            #expect(try roundTrip(ImageFile(file)) == ImageFile(file))
        }
    }

    @Test("Numbers are equal, and hashed alike, if their values are")
    func numbers() {
        let pairs: [(JSONValue, JSONValue)] = [
            (.integer(5), .double(5)), (.unsigned(1 << 63), .double(0x1p63)), (.integer(0), .double(-0.0)),
            (.integer(1 << 60), .double(0x1p60)), (["a": [5]], ["a": [.double(5)]]),
        ]
        for (left, right) in pairs {
            #expect(left == right && right == left && left.hashValue == right.hashValue)
        }
        #expect(JSONValue.double(5.5) != .integer(5) && JSONValue.double(0x1p64) != .unsigned(.max))
        #expect(JSONValue.integer(.max) != .double(0x1p63) && JSONValue.bool(true) != .integer(1))
        #expect(JSONValue.double(.nan) != .double(.nan) && JSONValue.double(.infinity) != .integer(.max))
    }
}
