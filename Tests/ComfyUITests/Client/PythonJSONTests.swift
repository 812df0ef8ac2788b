import SpeedPix
import Testing

@testable import ComfyUI

@Suite("JSON as Python writes it")
struct PythonJSONTests {
    @Test(
        "Numbers that JSON does not have: null",
        arguments: [
            (#"{"a": NaN, "b": [Infinity, -Infinity, 1]}"#, #"{"a":null,"b":[null,null,1]}"#),
            (#"{"NaN": "Infinity \" NaN \\", "x": NaN}"#, #"{"NaN":"Infinity \" NaN \\","x":null}"#),
            (#"[-1, 5.5]"#, #"[-1,5.5]"#),
        ])
    func specialNumbers(_ text: String, _ expected: String) throws {
        let value = try PythonJSON.parse(Array(text.utf8))
        #expect(try String(decoding: value.encoded(), as: UTF8.self) == expected)
    }

    @Test("Seeds keep every digit")
    func seeds() throws {
        #expect(try PythonJSON.parse(Array("18446744073709551615".utf8)) == JSONValue(UInt64.max))
    }

    @Test("What is no JSON is an error", arguments: ["", "{", "NaNa", "<html>", "[Infinity,]"])
    func garbage(_ text: String) {
        #expect(throws: DecodingError.self) { try PythonJSON.parse(Array(text.utf8)) }
    }
}
