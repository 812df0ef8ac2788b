import HTTPTypes
import SpeedPix
import Testing

@Suite("Signing: the string to sign")
struct StringToSignTests {
    private func text(
        path: String = "/p", headers: HTTPFields = [:], signed: [HTTPField.Name] = []
    ) -> String {
        StringToSign(method: "post", path: path, headers: headers, signed: signed).text
    }

    @Test func missingHeadersAreEmptyLinesAndTheMethodIsUpperCase() {
        #expect(text() == "POST\n\n\n\n\n/p")
    }

    @Test func signedHeadersAreSortedLowerCaseLines() throws {
        let custom = try #require(HTTPField.Name("X-Ca-Stage"))
        let headers: HTTPFields = [.caTimestamp: "1", .caKey: "k", custom: "TEST"]
        #expect(
            text(headers: headers, signed: [.caTimestamp, custom, .caKey])
                == "POST\n\n\n\n\nx-ca-key:k\nx-ca-stage:TEST\nx-ca-timestamp:1\n/p")
    }

    @Test func someHeadersAreNeverListed() {
        let names: [HTTPField.Name] = [
            .caSignature, .caSignatureHeaders, .accept, .contentMD5, .contentType, .date, .caKey,
        ]
        let headers: HTTPFields = [.caSignature: "s", .caSignatureHeaders: "h", .accept: "a", .caKey: "k"]
        #expect(text(headers: headers, signed: names) == "POST\na\n\n\n\nx-ca-key:k\n/p")
    }

    @Test(arguments: [
        ("/p?b=2&a=1", "/p?a=1&b=2"), ("/p?b=2&a=1&a=0", "/p?a=0&a=1&b=2"), ("/p?", "/p"), ("/p?flag", "/p?flag"),
        ("/p?b=&a=1", "/p?a=1&b="),
    ])
    func theQueryIsSorted(path: String, canonical: String) throws {
        #expect(text(path: path).split(separator: "\n").last.map(String.init) == canonical)
    }
}
