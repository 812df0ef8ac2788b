import SpeedPixTestSupport
import Testing

@testable import Imaging

/// Files of every format with bytes changed, moved, doubled and cut: each opens, or is refused, soon and within the limits.
@Suite("Mutated pictures", .timeLimit(.minutes(30)))
struct MutatedPictureTests {
    private static let seeds: [[UInt8]] = {
        var files = ImageFormat.allCases.compactMap { try? PictureFiles.file($0) }
        if let animation = try? PictureFiles.animation(frames: 4) { files.append(animation) }
        files.append(PictureFiles.tiff(pages: 3))
        return files
    }()

    private static let drawing = Array(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><defs><filter id="f"><feGaussianBlur
        stdDeviation="3"/></filter></defs><rect width="20" height="10" fill="red" filter="url(#f)"/></svg>
        """.utf8)

    private func mutated(_ bytes: [UInt8], _ numbers: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<(1 + numbers.below(12)) where !bytes.isEmpty {
            let at = numbers.below(numbers.below(2) == 0 ? min(bytes.count, 64) : bytes.count)
            switch numbers.below(6) {
            case 0: bytes[at] = UInt8(numbers.below(256))
            case 1: bytes[at] ^= 1 << UInt8(numbers.below(8))
            case 2: bytes.replaceSubrange(at..<min(at + 4, bytes.count), with: [0xFF, 0xFF, 0xFF, 0xFF])
            case 3: bytes.removeSubrange(at..<min(at + numbers.below(40), bytes.count))
            case 4: bytes.insert(contentsOf: bytes[at..<min(at + numbers.below(200), bytes.count)], at: at)
            default: bytes.removeLast(min(numbers.below(60), bytes.count))
            }
        }
        return bytes
    }

    @Test("Image.open, Image.check and Image.svg open a mutated picture or refuse it")
    func openOrRefuse() async throws {
        try await FuzzLoop.run("mutated pictures", count: 400) { try open($0) }
    }

    private func open(_ seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        if seed % 8 == 0 {
            let markup = String(decoding: mutated(Self.drawing, &numbers), as: UTF8.self)
            try expectRefusalOnly { _ = try Image.svg(markup) }
        } else {
            let bytes = mutated(Self.seeds[numbers.below(Self.seeds.count)], &numbers)
            let limits = ImagingLimits(pixels: 4_000_000)
            try expectRefusalOnly { _ = try Image.check(bytes: bytes, limits: limits) }
            try expectRefusalOnly { _ = try Image.open(bytes: bytes, limits: limits) }
            try expectRefusalOnly { _ = try Image.open(bytes: bytes, damaged: .allow, limits: limits) }
            try expectRefusalOnly {
                _ = try Image.open(bytes: bytes, fitting: (width: 20, height: 20), limits: limits)
            }
        }
    }

    @Test("Image.check ends at once for a TIFF with 4,294,967,040 strips of an unknown type")
    func endlessStrips() throws {
        var bytes = PictureFiles.tiff()
        func number(_ at: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
        }
        let directory = number(4, 4)
        for entry in 0..<number(directory, 2) {
            let at = directory + 2 + 12 * entry
            // StripOffsets and StripByteCounts (TIFF 6.0).
            guard [273, 279].contains(number(at, 2)) else { continue }
            bytes.replaceSubrange(at + 2..<at + 8, with: [99, 0, 0x00, 0xFF, 0xFF, 0xFF])
        }
        try expectRefusalOnly { _ = try Image.check(bytes: bytes) }
    }

    /// Any other error, and a trap, is a finding.
    private func expectRefusalOnly(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch is ImagingError {
            // As it should be.
        }
    }
}
