import Imaging

/// Picture files with metadata (EXIF, XMP, IPTC, a colour profile), made for tests.
package enum DescribedPictures {
    /// What ``jpeg(orientation:)`` names as its holder.
    package static let copyright = "© 2026 Ada (all rights)"
    /// Bytes of the thumbnails in ``jpeg(orientation:)``, found nowhere else.
    package static let thumbnail = Array("THUMBNAIL-OF-THE-ORIGINAL".utf8)

    /// 60 × 40 pixels as stored, red on the left and blue on the right, in a profile of its own, with EXIF (position and
    /// thumbnail included), XMP and IPTC.
    ///
    /// - Parameter maker: The text of the tag `Make` as bytes, which may be of any encoding.
    package static func jpeg(
        orientation: Int = 6, hasXMP: Bool = true, maker: [UInt8] = Array("Lumen, Inc.".utf8)
    ) throws -> [UInt8] {
        var pixels: [UInt8] = []
        for _ in 0..<40 {
            for x in 0..<60 { pixels += x < 30 ? [200, 40, 40] : [40, 40, 200] }
        }
        let plain = try Image(pixels: pixels, width: 60, height: 40).encoded(format: .jpeg, quality: 95)
        let described = described(jpeg: Array(plain.prefix(2)), orientation: orientation, maker: maker)
        return described
            + (hasXMP
                ? segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + xmp(orientation: orientation)) : [])
            + segment(0xED, photoshop)
            + segment(0xE2, Array("ICC_PROFILE\0".utf8) + [1, 1] + profile) + Array(plain.dropFirst(2))
    }

    /// A JPEG with EXIF as ``jpeg(orientation:hasXMP:)`` has it.
    package static func described(
        jpeg: [UInt8], orientation: Int, maker: [UInt8] = Array("Lumen, Inc.".utf8)
    ) -> [UInt8] {
        Array(jpeg.prefix(2)) + segment(0xE1, Array("Exif\0\0".utf8) + exif(orientation: orientation, maker: maker))
            + Array(jpeg.dropFirst(2))
    }

    /// A WebP with EXIF as ``jpeg(orientation:hasXMP:)`` has it; it must have the extended header that animations have.
    package static func described(webp: [UInt8], orientation: Int) -> [UInt8] {
        let block = exif(orientation: orientation)
        func little(_ value: Int) -> [UInt8] { big32(value).reversed() }
        var bytes = webp + Array("EXIF".utf8) + little(block.count) + block
        if block.count % 2 == 1 { bytes.append(0) }
        // The flags of the chunk VP8X, and the file's length (WebP Container Specification).
        bytes[20] |= 0x08
        bytes.replaceSubrange(4..<8, with: little(bytes.count - 8))
        return bytes
    }

    private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
        [0xFF, marker] + big16(content.count + 2) + content
    }

    private static func big16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }
    private static func big32(_ value: Int) -> [UInt8] { big16(value >> 16) + big16(value & 65535) }

    // MARK: EXIF

    /// TIFF, big endian: a directory with orientation, maker and holder, one each for exposure and place, and a thumbnail's.
    private static func exif(orientation: Int, maker: [UInt8] = Array("Lumen, Inc.".utf8)) -> [UInt8] {
        var heap: [UInt8] = []
        let (first, exposure, place, second) = (8, 8 + 2 + 5 * 12 + 4, 100, 150)
        let heapStart = 250
        func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
            var field = value
            if value.count > 4 {
                field = big32(heapStart + heap.count)
                heap += value
            }
            return big16(tag) + big16(type) + big32(count) + field + Array(repeating: 0, count: max(0, 4 - field.count))
        }
        func text(_ tag: Int, _ text: some Sequence<UInt8>) -> [UInt8] {
            let bytes = Array(text) + [0]
            return entry(tag, 2, bytes.count, bytes)
        }
        func directory(_ entries: [[UInt8]], next: Int) -> [UInt8] {
            big16(entries.count) + entries.flatMap(\.self) + big32(next)
        }
        func padded(_ bytes: [UInt8], to count: Int) -> [UInt8] {
            bytes + Array(repeating: 0, count: count - bytes.count)
        }
        let main = directory(
            [
                text(0x010F, maker), entry(0x0112, 3, 1, big16(orientation)), text(0x8298, copyright.utf8),
                entry(0x8769, 4, 1, big32(exposure)), entry(0x8825, 4, 1, big32(place)),
            ], next: second)
        let exposureFields = directory([entry(0x829A, 5, 1, big32(1) + big32(100))], next: 0)
        let placeFields = directory(
            [text(0x0001, "N".utf8), entry(0x0002, 5, 3, [52, 1, 31, 1, 12, 1].flatMap(big32))], next: 0)
        let thumbnailAt = 600
        let thumbnailFields = directory(
            [entry(0x0201, 4, 1, big32(thumbnailAt)), entry(0x0202, 4, 1, big32(thumbnail.count + 4))], next: 0)
        var block = Array("MM".utf8) + big16(42) + big32(first) + main
        block = padded(block, to: exposure) + exposureFields
        block = padded(block, to: place) + placeFields
        block = padded(block, to: second) + thumbnailFields
        block = padded(padded(block, to: heapStart) + heap, to: thumbnailAt)
        return block + [0xFF, 0xD8] + thumbnail + [0xFF, 0xD9]
    }

    // MARK: XMP and IPTC

    private static func xmp(orientation: Int) -> [UInt8] {
        let packet = """
            <?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \
            xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" \
            xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" \
            xmlns:xmp="http://ns.adobe.com/xap/1.0/" tiff:Orientation="\(orientation)">\
            <xmp:Thumbnails><rdf:Alt><rdf:li>\(String(decoding: thumbnail, as: UTF8.self))</rdf:li></rdf:Alt></xmp:Thumbnails>\
            <dc:description><rdf:Alt><rdf:li xml:lang="x-default">Red &amp; blue</rdf:li></rdf:Alt></dc:description>\
            </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>
            """
        return Array(packet.utf8)
    }

    /// Photoshop's resources: IPTC with who made it, and a thumbnail.
    private static var photoshop: [UInt8] {
        func resource(_ number: Int, _ data: [UInt8]) -> [UInt8] {
            Array("8BIM".utf8) + big16(number) + [0, 0] + big32(data.count) + data + (data.count % 2 == 1 ? [0] : [])
        }
        let name = Array("Ada".utf8)
        return Array("Photoshop 3.0\0".utf8) + resource(1036, thumbnail)
            + resource(1028, [0x1C, 2, 80] + big16(name.count) + name)
    }

    // MARK: ICC

    /// A profile (ICC.1:2001) of a wide gamut: Adobe's primaries and a gamma of 2.2.
    package static let profile: [UInt8] = {
        func fixed(_ value: Double) -> [UInt8] { big32(Int((value * 65536).rounded()) & 0xFFFF_FFFF) }
        func xyz(_ x: Double, _ y: Double, _ z: Double) -> [UInt8] {
            Array("XYZ ".utf8) + big32(0) + fixed(x) + fixed(y) + fixed(z)
        }
        let name = Array("Wide test gamut\0".utf8)
        let curve = Array("curv".utf8) + big32(0) + big32(1) + big16(563) + [0, 0]
        let named = Array("desc".utf8) + big32(0) + big32(name.count) + name + Array(repeating: 0, count: 78)
        let tags: [(String, [UInt8])] = [
            ("desc", named + [0, 0]), ("cprt", Array("text".utf8) + big32(0) + Array("none".utf8)),
            ("wtpt", xyz(0.9642, 1, 0.8249)), ("rXYZ", xyz(0.60974, 0.31111, 0.01947)),
            ("gXYZ", xyz(0.20528, 0.62567, 0.06087)), ("bXYZ", xyz(0.14919, 0.06322, 0.74457)), ("rTRC", curve),
            ("gTRC", curve), ("bTRC", curve),
        ]
        var (table, data) = (big32(tags.count), [UInt8]())
        let start = 128 + 4 + tags.count * 12
        for (name, content) in tags {
            table += Array(name.utf8) + big32(start + data.count) + big32(content.count)
            data += content + Array(repeating: 0, count: (4 - content.count % 4) % 4)
        }
        var header = big32(start + data.count) + big32(0) + big32(0x0210_0000) + Array("mntrRGB XYZ ".utf8)
        header += Array(repeating: 0, count: 12) + Array("acsp".utf8) + Array(repeating: 0, count: 28)
        header += fixed(0.9642) + fixed(1) + fixed(0.8249)
        return header + Array(repeating: 0, count: 128 - header.count) + table + data
    }()
}
