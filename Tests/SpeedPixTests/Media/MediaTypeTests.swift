import SpeedPix
import Testing

@Suite("Media types")
struct MediaTypeTests {
    @Test(
        "MediaType guesses the type from a file name's extension",
        arguments: [
            ("a.jpg", "image/jpeg"), ("A.JPEG", "image/jpeg"), ("a.b.png", "image/png"), ("clip.mp4", "video/mp4"),
            ("noextension", "application/octet-stream"), (".png", "application/octet-stream"),
            ("a.", "application/octet-stream"), ("a.unknown", "application/octet-stream"),
            ("dir.png/file", "application/octet-stream"), ("", "application/octet-stream"),
        ])
    func typeOfAFileName(name: String, type: String) {
        #expect(MediaType.guess(filename: name) == type)
    }

    @Test(
        "MediaType gives the file extension of a type",
        arguments: [
            ("image/jpeg", "jpg"), ("IMAGE/PNG", "png"), ("text/plain;charset=utf-8", "txt"), ("audio/mpeg", "mp3"),
            ("image/tiff", "tiff"), ("application/x-own", nil), ("", nil),
        ])
    func extensionOfAType(type: String, ending: String?) {
        #expect(MediaType.fileExtension(for: type) == ending)
    }

    /// An ISO base media file's first box.
    private static func ftyp(_ brands: String...) -> [UInt8] {
        let names = brands.map { Array($0.utf8) }
        let size = UInt8(16 + (brands.count - 1) * 4)
        return [0, 0, 0, size] + Array("ftyp".utf8) + names[0] + [0, 0, 0, 0] + names.dropFirst().joined() + [0, 0]
    }

    private static func riff(_ kind: String) -> [UInt8] { Array("RIFF".utf8) + [1, 2, 3, 4] + Array(kind.utf8) }

    static let heads: [([UInt8], String?)] = [
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], "image/png"), ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"),
        (Array("GIF89a…".utf8), "image/gif"), (Array("GIF87a…".utf8), "image/gif"), (Array("BM6…".utf8), "image/bmp"),
        ([0x49, 0x49, 0x2A, 0x00], "image/tiff"), ([0x4D, 0x4D, 0x00, 0x2A], "image/tiff"),
        (riff("WEBPVP8 "), "image/webp"), (riff("WAVEfmt "), "audio/wav"), (riff("AVI LIST"), "video/x-msvideo"),
        (riff("????"), nil), (ftyp("avif", "mif1"), "image/avif"), (ftyp("mif1", "avif"), "image/avif"),
        (ftyp("heic"), "image/heic"), (ftyp("mif1", "heic"), "image/heic"), (ftyp("mif1"), "image/heif"),
        (ftyp("isom", "iso2", "mp41"), "video/mp4"), (ftyp("qt  "), "video/quicktime"), (ftyp("M4A "), "audio/mp4"),
        (ftyp("M4V "), "video/x-m4v"), ([0, 0, 0, 0] + Array("ftyp".utf8), "video/mp4"),
        ([0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x84] + Array("webm".utf8), "video/webm"),
        ([0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x88] + Array("matroska".utf8), "video/x-matroska"),
        (Array("ID3".utf8) + [4, 0], "audio/mpeg"), ([0xFF, 0xFB, 0x90, 0x64], "audio/mpeg"),
        ([0xFF, 0xF1, 0x50, 0x80], "audio/aac"), (Array("fLaC".utf8), "audio/flac"), (Array("OggS".utf8), "audio/ogg"),
        (Array("%PDF-1.7".utf8), "application/pdf"), ([0x50, 0x4B, 0x03, 0x04], "application/zip"),
        (Array("<svg xmlns=\"x\"/>".utf8), "image/svg+xml"),
        (Array("\u{FEFF}<?xml version=\"1.0\"?>\n<!-- a -->\n<svg>".utf8), "image/svg+xml"),
        (Array("<!DOCTYPE svg PUBLIC><svg/>".utf8), "image/svg+xml"), (Array("<svgs/>".utf8), nil),
        (Array("<html><svg></svg></html>".utf8), nil), (Array("a text".utf8), nil), ([], nil), ([0xFF], nil),
        (Array("<svg".utf8), nil), ([0, 0, 0, 0xFF] + Array("ftypheic".utf8), "image/heic"),
    ]

    @Test("MediaType finds the type in the first bytes of the content", arguments: heads)
    func typeOfContent(head: [UInt8], type: String?) {
        #expect(MediaType.sniff(head) == type)
    }
}
