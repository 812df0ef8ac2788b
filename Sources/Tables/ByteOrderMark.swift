/// The bytes with which a text may begin to say what encoding it is in.
package enum ByteOrderMark {
    package static let utf8: [UInt8] = [0xEF, 0xBB, 0xBF]
    static let utf16LittleEndian: [UInt8] = [0xFF, 0xFE]
    static let utf16BigEndian: [UInt8] = [0xFE, 0xFF]

    /// The encoding that the first bytes name, and how many bytes they are; nil if they name none.
    static func encoding(of bytes: [UInt8]) -> (encoding: TextEncoding, length: Int)? {
        if bytes.starts(with: utf8) { return (.utf8, utf8.count) }
        if bytes.starts(with: utf16LittleEndian) { return (.utf16LittleEndian, 2) }
        if bytes.starts(with: utf16BigEndian) { return (.utf16BigEndian, 2) }
        return nil
    }
}
