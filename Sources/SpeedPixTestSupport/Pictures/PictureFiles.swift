package import Imaging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Pictures' files, whole and damaged, made for a test.
package enum PictureFiles {
    /// Detail everywhere, so that each part of a file holds pixels of its own.
    package static func photo(width: Int = 240, height: Int = 160, seed: UInt32 = 7) throws -> Image {
        var state = seed
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                // A linear congruential generator (Numerical Recipes): the same noise on every machine.
                state = state &* 1_664_525 &+ 1_013_904_223
                let noise = Int(state >> 26)
                pixels.append(UInt8(clamping: 160 * x / width + noise))
                pixels.append(UInt8(clamping: 160 * y / height + noise))
                pixels.append(UInt8(clamping: 190 - 120 * x / width - noise))
            }
        }
        return try Image(pixels: pixels, width: width, height: height)
    }

    /// Every format that can be written, as a file of ``photo(width:height:seed:)``, and an AVIF.
    package static func file(_ format: ImageFormat) throws -> [UInt8] {
        try format == .heif ? avif : photo().encoded(format: format)
    }

    /// The first part of a file.
    package static func cut(_ bytes: [UInt8], to share: Double) -> [UInt8] {
        Array(bytes.prefix(Int(Double(bytes.count) * share)))
    }

    /// A JPEG whose scan says that it ends at another coefficient than the last, as those of some phones do.
    package static func withOddScan(_ jpeg: [UInt8]) -> [UInt8] {
        var bytes = jpeg
        var at = 2
        while at + 4 < bytes.count, bytes[at] == 0xFF {
            if bytes[at + 1] == 0xDA {
                // Behind the length and the components: first coefficient, last, bit position.
                bytes[at + 4 + 2 * Int(bytes[at + 4]) + 2] = 0
                return bytes
            }
            at += 2 + Int(bytes[at + 2]) << 8 + Int(bytes[at + 3])
        }
        return bytes
    }

    /// The first part of a JPEG with the mark that ends a picture behind it: only the decoder
    /// notices that data is missing.
    package static func cutAndClosed(_ jpeg: [UInt8], to share: Double) -> [UInt8] {
        cut(jpeg, to: share) + [0xFF, 0xD9]
    }

    /// A GIF of several frames, each with colours of its own.
    package static func animation(frames: Int) throws -> [UInt8] {
        var file: [UInt8] = []
        for frame in 0..<frames {
            let single = try photo(width: 60, height: 40, seed: UInt32(frame + 1)).encoded(format: .gif)
            let table = single[10] & 0x80 == 0 ? 0 : 3 << (Int(single[10] & 7) + 1)
            let colors = single[13..<13 + table]
            var at = 13 + table
            while single[at] == 0x21 { at = endOfData(single, at + 2) }
            let end = endOfData(single, at + 11)
            if frame == 0 { file += single[..<13] + colors }
            file += single[at..<at + 9] + [0x80 | single[10] & 7] + colors + single[at + 10..<end]
        }
        return file + [0x3B]
    }

    private static func endOfData(_ gif: [UInt8], _ start: Int) -> Int {
        var at = start
        while gif[at] != 0 { at += 1 + Int(gif[at]) }
        return at + 1
    }

    /// A TIFF as cameras write it: the directories before the data. 64 × 64 pixels, uncompressed, in strips of 8 rows.
    package static func tiff(pages: Int = 1) -> [UInt8] {
        func short(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }
        func long(_ value: Int) -> [UInt8] { short(value & 65535) + short(value >> 16) }
        let (side, rows) = (64, 8)
        let strips = side / rows
        let stripBytes = side * rows * 3
        let directoryBytes = 2 + 10 * 12 + 4
        let arraysBytes = 6 + strips * 8
        let pageBytes = directoryBytes + arraysBytes
        let data = 8 + pages * pageBytes
        var file = Array("II".utf8) + short(42) + long(8)
        for page in 0..<pages {
            let start = 8 + page * pageBytes
            let arrays = start + directoryBytes
            func field(tag: Int, type: Int, count: Int, value: Int) -> [UInt8] {
                short(tag) + short(type) + long(count)
                    + (type == 3 && count == 1 ? short(value) + short(0) : long(value))
            }
            file += short(10)
            file +=
                field(tag: 256, type: 3, count: 1, value: side) + field(tag: 257, type: 3, count: 1, value: side)
                + field(tag: 258, type: 3, count: 3, value: arrays) + field(tag: 259, type: 3, count: 1, value: 1)
            file +=
                field(tag: 262, type: 3, count: 1, value: 2)
                + field(tag: 273, type: 4, count: strips, value: arrays + 6)
                + field(tag: 277, type: 3, count: 1, value: 3)
            file +=
                field(tag: 278, type: 3, count: 1, value: rows)
                + field(tag: 279, type: 4, count: strips, value: arrays + 6 + strips * 4)
                + field(tag: 284, type: 3, count: 1, value: 1)
            file += long(page + 1 < pages ? start + pageBytes : 0)
            file += short(8) + short(8) + short(8)
            for strip in 0..<strips { file += long(data + (page * strips + strip) * stripBytes) }
            for _ in 0..<strips { file += long(stripBytes) }
        }
        for page in 0..<pages {
            for y in 0..<side {
                for x in 0..<side { file += [UInt8(x * 4), UInt8(y * 4), UInt8(page * 40 + 80)] }
            }
        }
        return file
    }

    /// 64 × 48 pixels, written by libvips 8.14 with libheif and libaom.
    package static let avif: [UInt8] = Array(
        Data(
            base64Encoded: """
                AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5w\
                aXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEOAAEAAAAAAAAAkQAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEA\
                AAAAamlwcnAAAABLaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EADAAAAAAUaXNwZQAAAAAAAABAAAAAMAAAABBwaXhpAAAA\
                AAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgYIDhAAAAJltZGF0EgAKCRgVf72CBAQNCDKBAUbAAQRBAUDSfcGMNtfmNooDxmDf/5srdXH1\
                Mz/yuswR/GjW8ALIG82SaBdbvzEpdbm2u4UPiGjzqpOL1Ffhw3RD7B+rYNbAWgk/HyyG4u+9iJsyaVTWvP5AdxpnbwkFBOoNQpOiCJeB\
                7NuDdJgVR46E/2Tzgck37KMu3u3zYapU0A==
                """) ?? Data())
}
