import SpeedPix
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Decoding of outputs")
struct DecodeTests {
    struct Detailed: Decodable, Equatable {
        struct Inner: Decodable, Equatable {
            var steps: Int
        }

        var main: String
        var thumbnails: [String]
        var inner: Inner
        var time: Double
        var flag: Bool?
        var at: Date?
    }

    static let whole: [String: JSONValue] = [
        "main": "https://cdn.test/a", "thumbnails": ["x", "y"], "inner": ["steps": 3], "time": 1, "extra": [1],
    ]

    private func with(_ changes: [String: JSONValue?]) -> JSONValue {
        var members = Self.whole
        for (key, value) in changes { members[key] = value }
        return .object(members)
    }

    @Test("An output decodes into a type with matching fields")
    func matchingTypeIsDecoded() throws {
        let value = try with(["at": "2023-11-14T22:13:20Z"]).decode(Detailed.self)
        #expect(value.thumbnails == ["x", "y"])
        #expect(value.inner.steps == 3)
        #expect(value.at == Date(timeIntervalSince1970: 1_700_000_000))
        #expect(try with(["at": 1_700_000_000_000]).decode(Detailed.self).at == value.at)
        #expect(try JSONValue.string("text").decode(String.self) == "text")
        #expect(try JSONValue.integer(3).decode(Int.self) == 3)
        #expect(try JSONValue.object(Self.whole).decode(CustomResult.self) == Self.whole)
        #expect(
            try JSONValue.object(["n": 9_007_199_254_740_993]).decode([String: Int64].self)["n"]
                == 9_007_199_254_740_993)
    }

    @Test("A single value decodes as a list of one")
    func singleValueAsList() throws {
        #expect(try with(["thumbnails": "x"]).decode(Detailed.self).thumbnails == ["x"])
        struct Deep: Decodable, Equatable {
            var rows: [[ImageFile]]
        }
        let deep = try JSONValue.object(["rows": "https://cdn.test/a"]).decode(Deep.self)
        #expect(deep.rows.map { $0.map(\.url) } == [["https://cdn.test/a"]])
        let mixed: JSONValue = ["rows": ["https://cdn.test/a", ["https://cdn.test/b", "https://cdn.test/c"]]]
        #expect(try mixed.decode(Deep.self).rows.map(\.count) == [1, 2])
    }

    @Test("A decoding error names the field, the value and the expected type")
    func decodingError() throws {
        let cases: [(JSONValue, String)] = [
            (with(["inner": ["steps": "many"]]), "inner.steps is \"many\", expected a whole number"),
            (with(["inner": ["steps": nil]]), "inner.steps is null, expected a whole number"),
            (with(["inner": [:]]), "inner.steps is missing, expected a value"),
            (with(["main": 7]), "main is 7, expected a text"),
            (with(["main": nil]), "main is missing, expected a value"),
            (with(["thumbnails": ["x", 2]]), "thumbnails[1] is 2, expected a text"),
            (with(["flag": "yes"]), "flag is \"yes\", expected true or false"),
            (with(["at": "someday"]), "at is \"someday\", expected a date"),
            (with(["main": ["a": 1, "b": 2]]), "main is an object of a, b, expected a text"),
            ("text", "it is \"text\", expected an object"),
        ]
        for (value, text) in cases {
            let error = try speedPixError { try value.decode(Detailed.self) }
            #expect(error.code == .invalidResponse)
            #expect(error.message.contains(text), "\(error.message)")
            #expect(error.message.contains("Detailed"))
            #expect(error.cause is DecodingError)
        }
    }

    @Test("A decoding error for a missing field lists the fields that exist")
    func aMissingFieldTellsWhatIsThere() throws {
        let error = try speedPixError { try JSONValue.object(["image": "x", "text": "y"]).decode(ImageOutput.self) }
        #expect(error.message.contains("images is missing"))
        #expect(error.remedy?.contains("there is image, text") == true)
    }

    @Test("Decoding a value that is not a file fails with the name of the field")
    func valueThatIsNoFile() throws {
        struct One: Decodable {
            var image: ImageFile
        }
        for value in ["a text", 7, ["path": "x"], ["https://cdn.test/a", "https://cdn.test/b"], nil] as [JSONValue] {
            let error = try speedPixError { try JSONValue.object(["image": value]).decode(One.self) }
            #expect(error.code == .invalidResponse)
            #expect(error.message.contains("image is "), "\(error.message)")
        }
        let error = try speedPixError { try JSONValue.object(["image": 7]).decode(One.self) }
        #expect(error.message.contains("image is 7, expected a file's URL, or an object with a url"))
    }

    // MARK: Predefined outputs

    @Test(
        "The predefined outputs decode a single file as a list of one",
        arguments: [
            ["https://cdn.test/a"], "https://cdn.test/a", ["url": "https://cdn.test/a"],
            [["url": "https://cdn.test/a"]],
        ] as [JSONValue])
    func singleValueInPredefinedOutput(_ value: JSONValue) throws {
        #expect(
            try JSONValue.object(["images": value]).decode(ImageOutput.self).images.map(\.url) == ["https://cdn.test/a"]
        )
        #expect(
            try JSONValue.object(["videos": value]).decode(VideoOutput.self).videos.map(\.url) == ["https://cdn.test/a"]
        )
        #expect(
            try JSONValue.object(["audios": value]).decode(AudioOutput.self).audios.map(\.url) == ["https://cdn.test/a"]
        )
        let both = try JSONValue.object(["images": value, "text": "t"]).decode(MultiModalOutput.self)
        #expect(both.images.count == 1)
        #expect(both.text == "t")
        // Without this package's decoder as well.
        let plain = try JSONDecoder().decode(
            ImageOutput.self, from: Data(JSONValue.object(["images": value]).encoded()))
        #expect(plain.images.count == 1)
    }

    @Test("TextOutput decodes text, a list of texts and a number, and nothing else")
    func textOutput() throws {
        #expect(try JSONValue.object(["text": "a"]).decode(TextOutput.self).text == "a")
        #expect(try JSONValue.object(["text": ["a", "b"]]).decode(TextOutput.self).text == "a\nb")
        #expect(try JSONValue.object(["text": 3]).decode(TextOutput.self).text == "3")
        #expect(try JSONValue.object(["text": ""]).decode(TextOutput.self).text == "")
        for bad in [["a": 1], nil, [["a"]]] as [JSONValue] {
            #expect(
                try speedPixError { try JSONValue.object(["text": bad]).decode(TextOutput.self) }.code
                    == .invalidResponse)
        }
    }
}
