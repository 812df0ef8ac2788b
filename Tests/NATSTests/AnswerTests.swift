import Testing

@testable import NATS

@Suite("JetStream's answers")
struct AnswerTests {
    private func outcome(_ text: String) throws -> PublishOutcome {
        try JetStream.publishOutcome(Array(text.utf8))
    }

    @Test("Acknowledgements of publications")
    func acknowledgements() throws {
        #expect(
            try outcome(#"{"stream":"T","seq":18446744073709551615}"#) == .stored(sequence: .max, isDuplicate: false))
        #expect(
            try outcome(#" { "stream" : "T", "domain":"d\"}", "seq":7, "duplicate": true } "#)
                == .stored(sequence: 7, isDuplicate: true))
        let exists =
            #"{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 1"},"stream":"T","seq":0}"#
        #expect(try outcome(exists) == .exists)
        let full =
            #"{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"},"stream":"T","seq":0}"#
        let error = #expect(throws: NATSError.self) { try outcome(full) }
        #expect(error?.isFull == true)
    }

    @Test(
        "What is not JetStream's JSON is an error",
        arguments: [
            "", "{", "[]", "{}", #"{"seq":}"#, #"{"seq":0}"#, #"{"seq":18446744073709551616}"#, #"{"seq":-1}"#,
            #"{"seq":1"#,
            #"{"a":[1,}"#, #"{"a":"\x"}"#, #"{"a":"b\"#, #"{"a"}"#, #"{"seq":1,"duplicate":7}"#, "\u{0}",
        ])
    func unreadable(text: String) {
        let error = #expect(throws: NATSError.self) { try outcome(text) }
        #expect(error?.code == .badAnswer)
    }

    @Test("Stored messages: payload, headers, escapes, unknown keys")
    func storedMessage() throws {
        let text = #"""
            {"type":"io.nats.jetstream.api.v1.stream_msg_get_response","new":[{"a":null},-1.5e3,true],"message":{
            "subject":"t.\u00fc\ud83d\ude00","seq":5,"hdrs":"TkFUUy8xLjANCkE6IDENCkE6IDo6DQoNCg==","data":"AAEC",
            "time":"2023-11-14T22:13:20.0000005Z"}}
            """#
        let message = try #require(try JetStream.storedMessage(Array(text.utf8)))
        #expect(message.subject == "t.ü😀")
        #expect(message.sequence == 5)
        #expect(message.payload == [0, 1, 2])
        #expect(message.headers.values(of: "A") == ["1", "::"])
        #expect(message.time == 1_700_000_000_000_000_500)
        let none = #"{"error":{"code":404,"err_code":10037,"description":"no message found"}}"#
        #expect(try JetStream.storedMessage(Array(none.utf8)) == nil)
    }

    @Test("Base64 of every length, and what is none")
    func base64() {
        func decode(_ text: String) -> [UInt8]? { Base64.decode(Array(text.utf8)[...]) }
        #expect(decode("") == [])
        #expect(decode("Zg==") == Array("f".utf8))
        #expect(decode("Zm8=") == Array("fo".utf8))
        #expect(decode("Zm9v") == Array("foo".utf8))
        #expect(decode("Zm9vYg==") == Array("foob".utf8))
        #expect(decode("+/+/") == [0xFB, 0xFF, 0xBF])
        for text in ["Z", "Zg", "Zg=", "====", "Z===", "Zm9*", "Zm9v\n"] { #expect(decode(text) == nil) }
    }

    @Test("Times: leap days, fractions, what is none")
    func times() {
        #expect(ServerTime.nanoseconds("1970-01-01T00:00:00Z") == 0)
        #expect(ServerTime.nanoseconds("2000-02-29T12:30:45.5Z") == 951_827_445_500_000_000)
        #expect(ServerTime.nanoseconds("2024-12-31T23:59:59.999999999Z") == 1_735_689_599_999_999_999)
        #expect(ServerTime.nanoseconds("1969-12-31T23:59:59Z") == -1_000_000_000)
        for text in [
            "", "2024-12-31T23:59:59", "2024-13-31T23:59:59Z", "2024-12-31T23:59:59.Z", "2024-12-31T23:59:59+01:00",
        ] {
            #expect(ServerTime.nanoseconds(text) == nil)
        }
    }

    @Test("Subjects of acknowledgements, old and new")
    func ackSubjects() throws {
        let old = try #require(AckSubject("$JS.ACK.ROWS.B.2.17.18.1700000000000000000.5"))
        #expect(old.stream == "ROWS")
        #expect(old.consumer == "B")
        #expect(old.deliveries == 2)
        #expect(old.streamSequence == 17)
        #expect(old.consumerSequence == 18)
        #expect(old.time == 1_700_000_000_000_000_000)
        #expect(old.pending == 5)
        #expect(AckSubject("$JS.ACK._.hash.ROWS.B.2.17.18.1700000000000000000.5.token") == old)
        #expect(AckSubject("$JS.ACK.ROWS.B.2.17.18.x.5") == nil)
        #expect(AckSubject("$JS.ACK.ROWS") == nil)
    }

    @Test("Greetings of servers")
    func greetings() {
        let line = #"INFO {"server_id":"N","version":"2.10.1","host":"0.0.0.0","xkey":{"a":[1]},"headers":true} "#
        #expect(ServerGreeting(line: line)?.version == "2.10.1")
        #expect(ServerGreeting(line: "HTTP/1.1 400 Bad Request") == nil)
        #expect(ServerGreeting(line: "INFO {}") == nil)
        #expect(ServerGreeting.address(of: "nats://[::1]:4222").map { [$0.host, $0.port] } == ["::1", "4222"])
        #expect(ServerGreeting.address(of: "tls://host:1").map { [$0.host, $0.port] } == ["host", "1"])
        #expect(ServerGreeting.address(of: "") == nil)
    }

    @Test(
        "Versions before 2.9 are too old",
        arguments: [
            ("2.8.4", true), ("2.9.0", false), ("2.10.1-beta", false), ("3.0.0", false), ("1.4.1", true),
            ("dev", false),
        ])
    func versions(version: String, isTooOld: Bool) {
        #expect(JetStream.isTooOld(version) == isTooOld)
    }
}
