import Dispatch
import Testing

@testable import Imaging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Stops of picture work", .timeLimit(.minutes(1)))
struct StopTests {
    /// Sets the stop from another thread as soon as the work has begun.
    private func stopped(_ work: @escaping @Sendable () throws -> Void) throws {
        let stop = ImagingStop()
        try stop.perform {
            DispatchQueue.global().async { stop.set() }
            try work()
        }
    }

    @Test("A stop ends a blur that takes minutes")
    func blur() throws {
        let large = try Image.blank(width: 8000, height: 8000)
        #expect(throws: CancellationError.self) {
            try stopped { while true { _ = try large.blurred(sigma: 20) } }
        }
        // What is done without a stop afterwards is not touched by it.
        #expect(try Image.blank(width: 20, height: 20).blurred(sigma: 1).color(x: 3, y: 3) == .white)
    }

    @Test(
        "A stop ends decoding, rotating, resizing, checking and cutting out",
        arguments: ["open", "rotate", "resize", "check", "cutout"])
    func otherOperations(_ operation: String) throws {
        let picture = try Image.blank(width: 3000, height: 3000, color: .white)
        let bytes = try picture.encoded(format: .jpeg)
        #expect(throws: CancellationError.self) {
            try stopped {
                while true {
                    switch operation {
                    case "open": _ = try Image.open(bytes: bytes)
                    case "rotate": _ = try picture.rotated(degrees: 10)
                    case "resize": _ = try picture.resized(width: 2000)
                    case "check": _ = try Image.check(bytes: bytes)
                    default:
                        _ = try? picture.cutout()
                        try ImagingStop.check()
                    }
                }
            }
        }
    }

    @Test("A stop that is set keeps work from starting on its thread only")
    func alreadySet() async throws {
        let stop = ImagingStop()
        stop.set()
        #expect(stop.isSet)
        #expect(throws: CancellationError.self) { try stop.perform { try Image.blank(width: 5, height: 5) } }
        #expect(try Image.blank(width: 5, height: 5).width == 5)
    }

    @Test("blurred refuses more than 200,000,000,000 multiplications with a remedy")
    func workLimit() throws {
        let large = try Image.blank(width: 8000, height: 8000)
        let error = #expect(throws: ImagingError.self) { try large.blurred(sigma: 200) }
        #expect(error?.code == .tooLarge && error?.remedy != nil)
        // 200 × 200 × 3 × 2 × 1,201.
        #expect(throws: Never.self) { try Image.blank(width: 200, height: 200).blurred(sigma: 200) }
    }

    @Test("Image.open and Image.check refuse a side of more than 65,500 pixels before decoding")
    func sideLimit() throws {
        func png(height: Int32) throws -> [UInt8] {
            // The same picture with another height in its header is truncated, which is found only by decoding.
            var bytes = try Image.blank(width: 2, height: 2).encoded(format: .png)
            let big = withUnsafeBytes(of: height.bigEndian) { Array($0) }
            bytes.replaceSubrange(20..<24, with: big)
            var crc: UInt32 = 0xFFFF_FFFF
            for byte in bytes[12..<29] {
                crc ^= UInt32(byte)
                for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
            }
            bytes.replaceSubrange(29..<33, with: withUnsafeBytes(of: (~crc).bigEndian) { Array($0) })
            return bytes
        }
        func code(_ bytes: [UInt8]) -> ImagingError.Code? {
            (#expect(throws: ImagingError.self) { try Image.open(bytes: bytes) })?.code
        }
        #expect(try code(png(height: 65_501)) == .tooLarge)
        #expect(try code(png(height: 65_500)) == .damaged)
        #expect(
            (#expect(throws: ImagingError.self) { try Image.check(bytes: png(height: 1_000_000)) })?.code == .tooLarge)
    }
}
