import NIOCore
import Testing

@testable import SpeedPixGateway

@Suite("The pace of requests")
struct RequestPaceTests {
    private static func at(_ seconds: Double) -> NIODeadline { .uptimeNanoseconds(UInt64((100 + seconds) * 1e9)) }

    private static func pace() -> RequestPace { RequestPace(RequestPace.Limits(), now: at(0)) }

    private func check(
        _ pace: inout RequestPace, at seconds: Double, isTooSlow expected: Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let isTooSlow = pace.isTooSlow(at: Self.at(seconds))
        #expect(isTooSlow == expected, "at \(seconds) s", sourceLocation: sourceLocation)
    }

    @Test("A connection on which nothing comes is closed after the time of a head")
    func silent() {
        var pace = Self.pace()
        pace.asks(at: Self.at(0))
        check(&pace, at: 9.9, isTooSlow: false)
        check(&pace, at: 10, isTooSlow: true)
    }

    @Test("A head that comes byte by byte is closed ten seconds after its first byte, however often one comes")
    func slowHead() {
        var pace = Self.pace()
        pace.headArrives()
        pace.requestEnds()
        pace.answerEnds()
        check(&pace, at: 200, isTooSlow: false)
        for second in 0..<10 {
            pace.fragmentArrives(at: Self.at(200 + Double(second)))
            check(&pace, at: 200 + Double(second), isTooSlow: false)
        }
        check(&pace, at: 210, isTooSlow: true)
    }

    @Test("A client that begins the next request while it is answered is not closed before the answer has ended")
    func pipelined() {
        var pace = Self.pace()
        pace.headArrives()
        pace.requestEnds()
        pace.fragmentArrives(at: Self.at(1))
        check(&pace, at: 60, isTooSlow: false)
        pace.answerEnds()
        check(&pace, at: 60, isTooSlow: true)
    }

    @Test("An answer may go on for as long as it likes while nothing comes")
    func longAnswer() {
        var pace = Self.pace()
        pace.headArrives()
        pace.requestEnds()
        pace.asks(at: Self.at(1))
        check(&pace, at: 7 * 86_400, isTooSlow: false)
    }

    @Test(
        "A body is closed that is slower than the least rate, and one that is as fast is not",
        arguments: [10_239, 10_240])
    func slowBody(bytes: Int) {
        var pace = Self.pace()
        pace.headArrives()
        pace.asks(at: Self.at(0))
        check(&pace, at: 9, isTooSlow: false)
        pace.arrives(at: Self.at(9.5))
        pace.bodyArrives(bytes)
        pace.asks(at: Self.at(9.5))
        check(&pace, at: 10, isTooSlow: bytes < 10_240)
        // The next window begins anew.
        check(&pace, at: 19, isTooSlow: false)
        check(&pace, at: 21, isTooSlow: true)
    }

    @Test("Time in which the gateway does not ask for more does not count")
    func slowDisk() {
        var pace = Self.pace()
        pace.headArrives()
        pace.asks(at: Self.at(0))
        pace.arrives(at: Self.at(1))
        pace.bodyArrives(1)
        check(&pace, at: 500, isTooSlow: false)
        pace.asks(at: Self.at(500))
        check(&pace, at: 508, isTooSlow: false)
        check(&pace, at: 509, isTooSlow: true)
    }

    @Test("An address has as many connections as it may, and others are not affected")
    func connections() {
        let counter = ConnectionCounter(most: 2)
        #expect(counter.begin("192.0.2.1") && counter.begin("192.0.2.1") && !counter.begin("192.0.2.1"))
        #expect(counter.begin("192.0.2.2"))
        counter.end("192.0.2.1")
        #expect(counter.begin("192.0.2.1") && !counter.begin("192.0.2.1"))
        counter.end("unknown")
    }

    @Test(
        "A public URL is https with a host and perhaps a port",
        arguments: [
            ("https://gateway.example", "https://gateway.example"),
            ("HTTPS://g.example:8443/", "https://g.example:8443"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"), ("http://g.example", nil), ("https://", nil),
            ("https://g.example/path", nil), ("https://user@g.example", nil), ("https://g.example?x", nil),
            ("https://g example", nil), ("g.example", nil), ("https://g.example\nX: y", nil),
        ] as [(String, String?)])
    func publicURL(text: String, url: String?) {
        #expect(PublicURL.checked(text) == url)
    }

    @Test(
        "Files are served under a type of the list by their bytes, or as bytes",
        arguments: [
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
            (Array("%PDF-1.7".utf8), "application/pdf"),
            (Array("<svg xmlns=''>".utf8), "application/octet-stream"),
            (Array("<html><script>".utf8), "application/octet-stream"), ([], "application/octet-stream"),
        ] as [([UInt8], String)])
    func servedType(head: [UInt8], type: String) {
        #expect(ServedType.type(of: head) == type)
    }
}
