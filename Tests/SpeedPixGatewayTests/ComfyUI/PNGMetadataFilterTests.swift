import ComfyUI
import NIOCore
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Taking workflows out of PNGs")
struct PNGMetadataFilterTests {
    /// What passes of bytes that come in pieces.
    private func filtered(_ bytes: [UInt8], pieces: Int) -> [UInt8] {
        var (filter, result) = (PNGMetadataFilter(), [UInt8]())
        var rest = bytes[...]
        while !rest.isEmpty {
            result += filter.pass(ByteBuffer(bytes: rest.prefix(pieces))).readableBytesView
            rest = rest.dropFirst(pieces)
        }
        return result + filter.finish().readableBytesView
    }

    @Test("Only the chunks prompt and workflow go, however the bytes come", arguments: [1, 7, 4096])
    func chunks(_ pieces: Int) throws {
        let long = String(repeating: "x", count: 500)
        let picture = TestPNG.pixel(
            5, texts: [("prompt", long), ("Title", "a shoe"), ("workflow", "{}"), ("prompts", "kept")])
        let kept = TestPNG.pixel(5, texts: [("Title", "a shoe"), ("prompts", "kept")])
        #expect(filtered(picture, pieces: pieces) == kept)
    }

    @Test("What is no PNG, or no whole one, passes as it is", arguments: [1, 4096])
    func others(_ pieces: Int) {
        let whole = TestPNG.pixel(5)
        for bytes in [Array("hello".utf8), [], Array(whole.prefix(5)), Array(whole.prefix(20)), whole + [1, 2, 3]] {
            #expect(filtered(bytes, pieces: pieces) == bytes)
        }
    }
}
