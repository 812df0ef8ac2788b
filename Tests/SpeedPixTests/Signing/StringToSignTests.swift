import HTTPTypes
import SpeedPix
import Testing

@Suite("Signing: the string to sign")
struct StringToSignTests {
    private func text(
        path: String = "/p", headers: HTTPFields = [:], signed: [String] = [], form: String? = nil
    ) -> String {
        StringToSign(
            method: "post", path: path, headers: headers, signed: signed, form: form.map { Array($0.utf8) }
        ).text
    }

    @Test("StringToSign has empty lines for missing headers and the method in upper case")
    func missingHeadersAreEmptyLinesAndTheMethodIsUpperCase() {
        #expect(text() == "POST\n\n\n\n\n/p")
    }

    @Test("StringToSign keeps the listed spelling of signed headers and sorts by it")
    func signedHeadersKeepTheirSpelling() throws {
        let custom = try #require(HTTPField.Name("a-header"))
        let headers: HTTPFields = [.caTimestamp: "1", .caKey: "k", custom: "v"]
        #expect(
            text(headers: headers, signed: ["x-ca-timestamp", "a-header", "x-ca-key"])
                == "POST\n\n\n\n\na-header:v\nx-ca-key:k\nx-ca-timestamp:1\n/p")
        // Upper case comes before lower case.
        #expect(
            text(headers: headers, signed: ["X-Ca-Timestamp", "a-header", "X-Ca-Key"])
                == "POST\n\n\n\n\nX-Ca-Key:k\nX-Ca-Timestamp:1\na-header:v\n/p")
    }

    @Test("StringToSign has one line for each listed header, without a value if it is empty or missing")
    func emptyAndRepeatedHeaders() throws {
        let empty = try #require(HTTPField.Name("x-empty"))
        #expect(
            text(headers: [empty: "", .caKey: "k"], signed: ["x-empty", "x-ca-key", "x-absent", "x-ca-key"])
                == "POST\n\n\n\n\nx-absent:\nx-ca-key:k\nx-empty:\n/p")
    }

    @Test("StringToSign leaves out listed words that are not header names")
    func invalidHeaderNames() {
        #expect(text(headers: [.caKey: "k"], signed: ["", "two words", "x-ca-key"]) == "POST\n\n\n\n\nx-ca-key:k\n/p")
    }

    @Test("StringToSign leaves out listed headers that have a line of their own")
    func someHeadersAreNeverListed() {
        let names = [
            "X-Ca-Signature", "x-ca-signature-headers", "Accept", "Content-MD5", "content-type", "Date", "x-ca-key",
        ]
        let headers: HTTPFields = [.caSignature: "s", .caSignatureHeaders: "h", .accept: "a", .caKey: "k"]
        #expect(text(headers: headers, signed: names) == "POST\na\n\n\n\nx-ca-key:k\n/p")
    }

    @Test(
        "StringToSign decodes the query and sorts it by key",
        arguments: [
            ("/p?b=2&a=1", "/p?a=1&b=2"), ("/p?b=2&a=1&a=0", "/p?a=1&b=2"), ("/p?", "/p"), ("/p?flag", "/p?flag"),
            ("/p?b=&a=1", "/p?a=1&b"), ("/p?a=&a=1", "/p?a"), ("/p?b&Z=1", "/p?Z=1&b"),
            ("/p?text=%E4%B8%80+a%2Bb%3D%26", "/p?text=一 a+b=&"), ("/p?a%5B%5D=1", "/p?a[]=1"),
            ("/p?a=1=2", "/p?a=1=2"), ("/p?=1&a=2&&", "/p?a=2"), ("/p?a=100%&b=%zz%4", "/p?a=100%&b=%zz%4"),
            ("/p%2Fq?a=%2F", "/p%2Fq?a=/"), ("/p?a=x?y", "/p?a=x?y"),
        ])
    func theQueryIsSorted(path: String, canonical: String) throws {
        #expect(text(path: path).split(separator: "\n").last.map(String.init) == canonical)
    }

    @Test("StringToSign tells keys apart by their bytes")
    func keysAreBytes() {
        #expect(text(path: "/p?%C3%A9=1&e%CC%81=2").hasSuffix("/p?e\u{301}=2&\u{e9}=1"))
    }

    @Test("StringToSign puts form parameters before those of the query")
    func formParameters() {
        #expect(text(path: "/p?q=1&both=query", form: "f=%E4%B8%80&both=form&e=").hasSuffix("/p?both=form&e&f=一&q=1"))
        #expect(text(path: "/p", form: "").hasSuffix("\n/p"))
    }

    @Test(
        "SignatureMethod is read without regard to case and defaults to HmacSHA256",
        arguments: [
            ("HmacSHA256", SignatureMethod.hmacSHA256), ("hmacsha1", .hmacSHA1), ("HmacSHA1", .hmacSHA1),
            ("", .hmacSHA256), (nil, .hmacSHA256), ("HmacMD5", nil), ("HmacSHA256 ", nil),
        ] as [(String?, SignatureMethod?)])
    func signatureMethods(header: String?, method: SignatureMethod?) {
        #expect(SignatureMethod(header: header) == method)
    }
}
