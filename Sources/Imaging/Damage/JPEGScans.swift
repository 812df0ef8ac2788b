/// The markers of a JPEG file (ITU T.81, annex B), as far as they show where it ends and how its scans are described.
struct JPEGScans {
    /// Whether the mark that ends a picture was reached.
    private(set) var endsProperly = false
    /// Offsets of three bytes (first and last coefficient, bit position) of scans that describe themselves in another way
    /// than sequential JPEG allows. Decoders say so and ignore it: such a scan has all coefficients in full.
    private(set) var oddDescriptions: [Int] = []

    /// What a sequential scan has to say: coefficients 0 to 63, all of their bits.
    private static let sequential: [UInt8] = [0, 63, 0]

    init(_ bytes: [UInt8]) {
        let reader = ByteReader(bytes)
        var isSequential = false
        var at = 2  // the mark that begins a picture
        while let marker = Self.marker(reader, &at) {
            switch marker {
            case 0xD9:
                endsProperly = true
                return
            case 0x01, 0xD0...0xD8:
                continue
            default:
                guard let length = reader.number(at: at, bytes: 2), length >= 2 else { return }
                // Frames of these kinds are sequential: baseline, extended, and extended with arithmetic coding.
                if [0xC0, 0xC1, 0xC9].contains(marker) { isSequential = true }
                if marker == 0xDA, isSequential, let components = reader[at + 2] {
                    let offset = at + 3 + 2 * Int(components)
                    if offset + 3 <= bytes.count, Array(bytes[offset..<offset + 3]) != Self.sequential {
                        oddDescriptions.append(offset)
                    }
                }
                at += length
            }
        }
    }

    /// The next marker, and the offset behind it. What lies before it is a scan's data.
    private static func marker(_ reader: ByteReader, _ at: inout Int) -> UInt8? {
        while let byte = reader[at] {
            at += 1
            guard byte == 0xFF else { continue }
            while reader[at] == 0xFF { at += 1 }
            guard let marker = reader[at] else { return nil }
            at += 1
            // A zero behind it makes the byte part of the data.
            if marker != 0 { return marker }
        }
        return nil
    }

    /// The same picture with scans that describe themselves as decoders understand them.
    func normalized(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for offset in oddDescriptions { bytes.replaceSubrange(offset..<offset + 3, with: Self.sequential) }
        return bytes
    }
}
