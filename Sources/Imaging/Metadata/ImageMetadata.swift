internal import CImaging

/// What a picture's file says of it besides the pixels: EXIF, colour profile, XMP, IPTC, texts.
///
/// It goes with a picture through every change, and is written by ``Image/encoded(format:quality:metadata:)`` as far as the
/// format has a place for it: GIF has none, TIFF none for EXIF. Orientation and embedded thumbnails are left out, since the
/// pixels are upright and may have been changed.
///
/// `@unchecked Sendable`: the handle's content is written only before the initialiser ends, and its reference count is atomic.
public final class ImageMetadata: @unchecked Sendable {
    /// The most fields that ``exif`` gives.
    public static let fieldLimit = 200
    /// The longest text of one field, in UTF-8 bytes, and the longest of ``xmp``.
    public static let textLimit = 1000
    /// The longest ``xmp``, in bytes.
    public static let xmpLimit = 64 << 10

    let handle: OpaquePointer

    /// Takes the handle over; nil if there is nothing in it.
    init?(owning handle: OpaquePointer?) {
        guard let handle else { return nil }
        self.handle = handle
        rewrite("exif-data") { EXIFBlock.withoutOrientationAndThumbnail($0) }
        rewrite("xmp-data") { XMPPacket.withoutOrientationAndThumbnails($0) }
        rewrite("iptc-data") { PhotoshopResources.withoutThumbnails($0) }
    }

    deinit { spx_metadata_unref(handle) }

    private func rewrite(_ name: String, _ change: ([UInt8]) -> [UInt8]?) {
        guard let bytes = block(name), let changed = change(bytes) else { return }
        changed.withUnsafeBytes { spx_metadata_set_block(handle, name, $0.baseAddress, $0.count) }
    }

    /// A block as the file has it; nil if there is none.
    func block(_ name: String) -> [UInt8]? {
        var count = 0
        guard let start = spx_metadata_block(handle, name, &count) else { return nil }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Bytes that it takes in memory, without what little its texts take.
    public var byteCount: Int {
        ["exif-data", "xmp-data", "iptc-data", "icc-profile-data"].reduce(0) { total, name in
            var count = 0
            _ = spx_metadata_block(handle, name, &count)
            return total + count
        }
    }

    /// How long each frame of an animation is shown, in milliseconds, and how often all are; 0 is without end.
    func timing(frames: Int) -> (delays: [Int], loop: Int) {
        var delays = [Int32](repeating: 0, count: frames)
        var loop: Int32 = 0
        let count = Int(spx_metadata_delays(handle, &delays, Int32(clamping: frames), &loop))
        return (delays.prefix(count).map(Int.init), Int(loop))
    }

    /// Every text, by libvips' name for it.
    private var texts: [(name: String, text: String)] {
        final class Box { var list: [(name: String, text: String)] = [] }
        let box = Box()
        spx_metadata_map(
            handle,
            { name, text, context in
                guard let name, let text, let context else { return }
                Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().list
                    .append((String(cString: name), String(cString: text)))
            }, Unmanaged.passUnretained(box).toOpaque())
        return withExtendedLifetime(box) { box.list }
    }

    /// EXIF by its tags' names, such as `Make`, `ExposureTime`, `GPSLatitude`: at most ``fieldLimit``, in the file's order. Texts
    /// as they are, if they are UTF-8; numbers as a person reads them ("1/100 sec.").
    public var exif: [String: String] {
        var fields: [String: String] = [:]
        let present = block("exif-data").flatMap(EXIFBlock.tags(of:))
        for (name, text) in texts where name.hasPrefix("exif-ifd") && fields.count < Self.fieldLimit {
            // The pixels are upright, and the density is the picture's.
            let isElsewhere = ["-Orientation", "-XResolution", "-YResolution", "-ResolutionUnit"]
                .contains { name.hasSuffix($0) }
            guard !isElsewhere else { continue }
            // "exif-ifd0-Make": one digit says which directory it is of.
            let tag = String(name.dropFirst("exif-ifd0-".count))
            if let present, let number = Self.supplied[tag], !present.contains(number) { continue }
            let value = EXIFText(text).value
            if !value.isEmpty, fields[tag] == nil { fields[tag] = Self.shortened(value) }
        }
        return fields
    }

    /// The tags that libexif supplies where a block lacks them, since EXIF demands them, by their numbers.
    private static let supplied = [
        "YCbCrPositioning": 0x0213, "ExifVersion": 0x9000, "ComponentsConfiguration": 0x9101,
        "FlashpixVersion": 0xA000, "ColorSpace": 0xA001, "PixelXDimension": 0xA002, "PixelYDimension": 0xA003,
    ]

    /// Who holds the rights, by EXIF, IPTC, XMP or a PNG's text, in this order.
    public var copyright: String? {
        first("Copyright", record: 116, property: "dc:rights", keyword: "copyright")
    }

    /// Who made it, from the same places.
    public var artist: String? { first("Artist", record: 80, property: "dc:creator", keyword: "author") }

    /// What it shows, from the same places.
    public var summary: String? {
        first("ImageDescription", record: 120, property: "dc:description", keyword: "description")
            ?? texts.first { $0.name == "image-description" }.map { Self.shortened($0.text) }
    }

    /// What its colour profile is called; nil if it has none.
    public var profileName: String? {
        block("icc-profile-data").map { Self.shortened(ICCProfile.name(of: $0) ?? "unnamed") }
    }

    /// The XMP packet; nil if there is none, it is over ``xmpLimit``, or not UTF-8.
    public var xmp: String? {
        guard let bytes = block("xmp-data"), bytes.count <= Self.xmpLimit else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// XMP that says what the format has no other place for; nil where it has one, or there is XMP already. TIFF gets neither EXIF
    /// nor IPTC, PNG and WebP no IPTC.
    func packet(for format: ImageFormat) -> String? {
        guard format == .tiff || (format != .jpeg && block("iptc-data") != nil), block("xmp-data") == nil else {
            return nil
        }
        return XMPPacket.packet(rights: copyright, creator: artist, description: summary)
    }

    private func first(_ tag: String, record: UInt8, property: String, keyword: String) -> String? {
        if let text = texts.first(where: { $0.name == "exif-ifd0-\(tag)" }).map({ EXIFText($0.text).value }),
            !text.isEmpty
        {
            return Self.shortened(text)
        }
        let found =
            block("iptc-data").flatMap { PhotoshopResources.record(record, in: $0) }
            ?? block("xmp-data").flatMap { XMPPacket.text(of: property, in: $0) }
            ?? texts.first { $0.name.hasPrefix("png-comment-") && $0.name.lowercased().hasSuffix("-\(keyword)") }?.text
        return found.flatMap { $0.isEmpty ? nil : Self.shortened($0) }
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > textLimit else { return text }
        var short = text.prefix(textLimit)
        while short.utf8.count > textLimit { short.removeLast() }
        return String(short)
    }
}
