import CIconv

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Texts in the encodings of single countries, as UTF-8, by the system's iconv.
///
/// Not by Foundation's decoder, which in a program that has Foundation linked into it, as releases have, returns nil for
/// every encoding but Unicode's (Swift 6.3 on Linux), and which does not say where a text is wrong.
enum IconvDecoding {
    enum Failure: Error, Equatable {
        /// The system has no table for the encoding, as a small container may not.
        case unavailable
        /// The index of the first byte that is not part of a character.
        case invalid(Int)
    }

    /// Appends the text as UTF-8.
    static func decode(
        _ bytes: ArraySlice<UInt8>, _ encoding: TextEncoding, into text: inout [UInt8]
    ) throws(Failure) {
        let failed = iconv_t(bitPattern: -1)
        guard let name = encoding.iconvName, let converter = iconv_open("UTF-8", name), converter != failed else {
            throw .unavailable
        }
        defer { iconv_close(converter) }
        text.reserveCapacity(text.count + bytes.count + bytes.count / 2)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let (taken, reason) = convert(bytes[index...], by: converter, into: &text)
            index += taken
            switch reason {
            case 0, E2BIG: continue
            case EILSEQ where encoding == .gb18030 && bytes[index] == 0x80:
                // Windows' code page 936 has the euro sign here, which GB18030 has elsewhere.
                text.append(contentsOf: "€".utf8)
                index += 1
            default: throw .invalid(index)
            }
        }
    }

    /// Converts as much as one buffer takes.
    ///
    /// - Returns: How many bytes were used, and why it ended: 0 or an error number.
    private static func convert(
        _ bytes: ArraySlice<UInt8>, by converter: iconv_t, into text: inout [UInt8]
    ) -> (taken: Int, reason: Int32) {
        bytes.withUnsafeBytes { source in
            withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
                // iconv's C interface is older than const; it does not write here.
                var input: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(mutating: source.baseAddress)?
                    .assumingMemoryBound(to: CChar.self)
                var output: UnsafeMutablePointer<CChar>? = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                var (inputLeft, outputLeft) = (source.count, buffer.count)
                let result = iconv(converter, &input, &inputLeft, &output, &outputLeft)
                let reason = result == -1 ? errno : 0
                text.append(contentsOf: buffer[..<(buffer.count - outputLeft)])
                return (source.count - inputLeft, reason)
            }
        }
    }
}
