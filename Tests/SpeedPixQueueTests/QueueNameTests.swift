import SpeedPixQueue
import Testing

@Suite("Names in a queue")
struct QueueNameTests {
    @Test("A name is one token of a subject", arguments: ["a", "card-products_7", String(repeating: "x", count: 64)])
    func allowed(name: String) {
        #expect(BatchName(name)?.text == name)
    }

    @Test(
        "What would be several tokens, a wildcard, or too long is no name",
        arguments: ["", "a.b", "*", ">", "a b", "ä", String(repeating: "x", count: 65)])
    func refused(name: String) {
        #expect(BatchName(name) == nil)
    }

    @Test("The name that a batch gets is of script, rows and content")
    func standard() {
        let name = BatchName(script: "scripts/card v2.lua", rows: "/data/Produkte für 2026.csv", digest: "3f9a0c11aa")
        #expect(name.text == "card-v2-Produkte-f-r-2026-3f9a0c11")
        #expect(BatchName(name.text) == name)
        #expect(BatchName(script: "ж.lua", rows: "-", digest: "3f9a0c11aa").text == "3f9a0c11")
    }

    @Test("A row's token is its key's SHA-256, of which 16 bytes, in base64url")
    func token() {
        // printf A-014 | sha256sum | head -c 32 | xxd -r -p | base64 | tr +/ -_
        #expect(RowToken(key: "A-014").text == "zgdHYCJiIhq33tBcaAktNA")
        #expect(RowToken(key: "A-014") != RowToken(key: "A-015"))
    }

    @Test("A token is read back from its text, and no other text is one")
    func tokenText() {
        for number in 0..<200 {
            let token = RowToken(key: "row \(number)")
            #expect(RowToken(token.text) == token)
        }
        let text = RowToken(key: "A-014").text
        #expect(RowToken(text.dropLast()) == nil)
        #expect(RowToken(text.dropLast() + "B") == nil)
        #expect(RowToken("*" + text.dropFirst()) == nil)
    }

    @Test("A batch's name is read from its manifest's subject")
    func manifestSubject() throws {
        let name = try #require(BatchName("b-1"))
        #expect(QueueSubject.batch(ofManifest: QueueSubject(name).manifest) == name)
        #expect(QueueSubject.batch(ofManifest: QueueSubject(name).sealed) == nil)
    }
}
