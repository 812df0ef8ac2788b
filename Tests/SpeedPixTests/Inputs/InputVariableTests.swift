import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Inputs of variables")
struct InputVariableTests {
    /// Signs uploads under their names, takes them, and creates.
    static func service() throws -> ScriptedService {
        try ScriptedService(
            then: .choosing { request in
                if request.method == .put { return .text("") }
                guard request.path.hasSuffix("upload_sign") else { return .ok(["taskId": "t-1"]) }
                let name = request.json["originalFilename"]?.stringValue ?? ""
                return .ok([
                    "uploadUrl": "https://store.test/put", "objectKey": .string(name),
                    "accessUrl": .string("https://store.test/\(name)"),
                ])
            })
    }

    @Test("A create takes variables of several types in one literal")
    func severalTypes() async throws {
        let service = try Self.service()
        let image = try #require(URL(string: "https://cdn.test/a.png?sig=1"))
        let (prompt, seed, strength, count) = ("a kettle", UInt64.max, Float(0.1), Int8(-3))
        let (none, some): (String?, Int?) = (nil, 5)
        let prediction = try await service.predictions.create(
            "wf-1",
            input: [
                "image": image, "prompt": prompt, "seed": seed, "strength": strength, "count": count, "none": none,
                "some": some, "sizes": [512, 768], "names": ["a": prompt], "flag": true,
                "more": InputValue(["mask": image, "seeds": InputValue([seed, prompt])]), "text": JSONValue.string("t"),
            ])
        #expect(
            prediction.input == [
                "image": "https://cdn.test/a.png?sig=1", "prompt": "a kettle", "seed": .unsigned(.max), "strength": 0.1,
                "count": -3, "none": nil, "some": 5, "sizes": [512, 768], "names": ["a": "a kettle"], "flag": true,
                "more": [
                    "mask": "https://cdn.test/a.png?sig=1", "seeds": [.unsigned(.max), "a kettle"],
                ], "text": "t",
            ])
        #expect(service.requests.last?.body.contains(Array("18446744073709551615".utf8)) == true)
        #expect(service.requests.last?.body.contains(Array(#""strength":0.1"#.utf8)) == true)
    }

    @Test("A variable of one type is an input as well as an existential dictionary")
    func oneType() async throws {
        let service = try Self.service()
        let image = try #require(URL(string: "https://cdn.test/a.png"))
        #expect(try await service.predictions.create("wf-1", input: ["image": image]).input?["image"] != nil)
        let texts = ["prompt": "a"]
        #expect(try await service.predictions.create("wf-1", input: texts).input == ["prompt": "a"])
        let values: [String: any InputValueConvertible] = ["a": 1, "b": "c"]
        #expect(try await service.predictions.create("wf-1", input: values).input == ["a": 1, "b": "c"])
        #expect(try await service.predictions.create("wf-1", input: [:]).input == [:])
    }

    @Test("URLs of files, paths, sources and data are uploaded")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a b.png", [1])
            let other = try folder.write("c.png", [2])
            let service = try Self.service()
            let (url, filePath) = (URL(filePath: path), FilePath(other))
            let (png, text) = (Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), Data("x".utf8))
            let source = UploadSource.bytes([3], filename: "d.png")
            let input = try await service.predictions.create(
                "wf-1",
                input: [
                    "url": url, "path": filePath, "png": png, "text": text, "source": source, "literal": .path(other),
                    "named": .bytes([4], filename: "e.png"), "numbers": [UInt8(1), 2],
                ]
            ).input
            #expect(input?["url"] == "https://store.test/a b.png")
            #expect(input?["path"] == "https://store.test/c.png" && input?["literal"] == "https://store.test/c.png")
            #expect(input?["png"] == "https://store.test/data.png" && input?["text"] == "https://store.test/data")
            #expect(input?["source"] == "https://store.test/d.png" && input?["named"] == "https://store.test/e.png")
            #expect(input?["numbers"] == [1, 2])
        }
    }

    @Test("Files of the service are sent by their URLs")
    func filesOfTheService() async throws {
        let service = try Self.service()
        let uploaded = try await service.files.upload(.bytes([1], filename: "a.png"))
        let output = try #require(FileOutput(["url": "https://cdn.test/x.png", "width": 3]))
        let image = ImageFile(output)
        let input = try await service.predictions.create(
            "wf-1", input: ["uploaded": uploaded, "output": output, "image": image]
        ).input
        #expect(
            input == [
                "uploaded": "https://store.test/a.png", "output": "https://cdn.test/x.png",
                "image": "https://cdn.test/x.png",
            ])
    }

    @Test("A whole number of any type is an input if it fits 64 bits")
    func longNumbers() {
        func json(_ value: InputValue?) -> JSONValue? {
            if case .json(let value) = value { value } else { nil }
        }
        #expect(json(InputValue(exactly: Int128(UInt64.max))) == .unsigned(.max))
        #expect(json(InputValue(exactly: Int128(Int64.min))) == .integer(.min))
        #expect(json(InputValue(exactly: UInt128(7))) == 7)
        #expect(json(InputValue(exactly: Int128(UInt64.max) + 1)) == nil)
        #expect(json(InputValue(exactly: Int128(Int64.min) - 1)) == nil)
        #expect(json(InputValue(UInt.max)) == .unsigned(.max))
        #expect(json(InputValue(Int.min)) == .integer(.min))
    }
}

extension [UInt8] {
    fileprivate func contains(_ part: [UInt8]) -> Bool { firstRange(of: part) != nil }
}
