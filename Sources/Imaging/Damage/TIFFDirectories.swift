/// The directories of a TIFF file, one a page, and where the data is that they name (TIFF 6.0, section 2; BigTIFF).
struct TIFFDirectories {
    private let reader: ByteReader
    private let isBig: Bool
    /// More pages than this are not looked at: a file could name each of them again.
    private static let most = 10_000

    static func truncation(in bytes: [UInt8]) -> Truncation? {
        guard let directories = TIFFDirectories(bytes) else { return nil }
        return directories.truncation
    }

    private init?(_ bytes: [UInt8]) {
        reader = ByteReader(bytes, littleEndian: bytes.first == UInt8(ascii: "I"))
        switch reader.number(at: 2, bytes: 2) {
        case 42: isBig = false
        case 43: isBig = true
        default: return nil
        }
    }

    /// The size of an offset.
    private var wide: Int { isBig ? 8 : 4 }

    private var truncation: Truncation? {
        var next = reader.number(at: isBig ? 8 : 4, bytes: wide)
        var seen: Set<Int> = []
        for page in 1...Self.most {
            // A directory that is named twice is as whole as it was.
            guard let at = next, at != 0, seen.insert(at).inserted else { return nil }
            let header = isBig ? 8 : 2
            let entry = isBig ? 20 : 12
            let missing = Truncation(place: "before the directory of page \(page)", costsPixels: true)
            guard let entries = reader.number(at: at, bytes: header), entries <= reader.count / entry,
                at + header + entries * entry + wide <= reader.count
            else { return missing }
            let fields = (0..<entries).map { at + header + $0 * entry }
            if !hasWholeData(fields) { return Truncation(place: "inside page \(page)", costsPixels: true) }
            next = reader.number(at: at + header + entries * entry, bytes: wide)
        }
        return nil
    }

    /// Whether what the fields of a page name lies within the file: their own values, and all strips (tags 273 and 279)
    /// or tiles (324 and 325).
    private func hasWholeData(_ fields: [Int]) -> Bool {
        guard fields.allSatisfy({ dataOffset(of: $0) != nil }) else { return false }
        for (offsetsTag, lengthsTag) in [(273, 279), (324, 325)] {
            guard let offsets = fields.first(where: { reader.number(at: $0, bytes: 2) == offsetsTag }),
                let lengths = fields.first(where: { reader.number(at: $0, bytes: 2) == lengthsTag })
            else { continue }
            for (start, size) in zip(numbers(of: offsets), numbers(of: lengths))
            where start > reader.count || size > reader.count - start {
                return false
            }
        }
        return true
    }

    /// Bytes of one value, by the field's type. Of a type that is not known, nothing is.
    private static let sizes: [Int: Int] = [
        1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8,
    ]

    private func size(of field: Int) -> Int { reader.number(at: field + 2, bytes: 2).flatMap { Self.sizes[$0] } ?? 0 }

    private func count(of field: Int) -> Int { reader.number(at: field + 4, bytes: wide) ?? 0 }

    /// Where a field's values begin; nil if the file ends before their end.
    private func dataOffset(of field: Int) -> Int? {
        let (size, count) = (size(of: field), count(of: field))
        guard size > 0 else { return field }
        guard count <= reader.count / size else { return nil }
        // What fits into the offset's four bytes stands there itself.
        let inside = field + 4 + wide
        guard let start = count * size <= wide ? inside : reader.number(at: inside, bytes: wide),
            start <= reader.count - count * size
        else { return nil }
        return start
    }

    /// The values of a field of SHORT, LONG or LONG8.
    private func numbers(of field: Int) -> [Int] {
        let size = size(of: field)
        // The count of a type that is not known is bounded by nothing.
        guard size > 0, let start = dataOffset(of: field) else { return [] }
        return (0..<count(of: field)).compactMap { reader.number(at: start + $0 * size, bytes: size) }
    }
}
