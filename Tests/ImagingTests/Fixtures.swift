import Imaging

/// Files made for a test and the pictures that ship with the examples.
enum Fixtures {
    /// A picture out of examples/assets.
    static func asset(_ name: String, file: String = #filePath) -> String {
        let root = file.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/examples/assets/\(name)"
    }

    /// Red, green, blue and white quarters, `size` pixels a side.
    static func quarters(_ size: Int = 40) throws -> Image {
        var picture = try Image.blank(width: size, height: size, color: Color("red"))
        let half = size / 2
        picture = try picture.composited(.blank(width: half, height: half, color: Color("#00ff00")), x: half, y: 0)
        picture = try picture.composited(.blank(width: half, height: half, color: Color("blue")), x: 0, y: half)
        return try picture.composited(.blank(width: half, height: half, color: .white), x: half, y: half)
    }

    /// A product shot: a shape on a graded studio backdrop with its soft shadow, and the same shape as a mask.
    static func productShot(_ shape: String) throws -> (photo: Image, mask: Image) {
        let photo = try Image.svg(
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="480" height="360" viewBox="0 0 480 360"><defs>
            <linearGradient id="b" x1="0" x2="0.4" y1="0" y2="1"><stop offset="0" stop-color="#f2f2f2"/>
            <stop offset="1" stop-color="#c4c7cc"/></linearGradient>
            <filter id="s"><feGaussianBlur stdDeviation="9"/></filter></defs>
            <rect width="480" height="360" fill="url(#b)"/>
            <ellipse cx="240" cy="312" rx="90" ry="9" opacity="0.3" filter="url(#s)"/>\(shape)</svg>
            """)
        let mask = try Image.svg(
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="480" height="360" viewBox="0 0 480 360">\(shape)</svg>
            """)
        return (try photo.background(), mask)
    }

    static let bottle = """
        <path d="M220 60h40v60c0 20 34 30 34 66v120c0 8-6 12-12 12h-84c-6 0-12-4-12-12V186c0-36 34-46 34-66z" fill="#1f6b47"/>
        <rect x="186" y="210" width="108" height="60" fill="#faf8f2"/><rect x="217" y="50" width="46" height="18" fill="#caa14a"/>
        """
    static let bag = """
        <path d="M150 140h180l18 172H132z" fill="#1b1b1e"/>
        <path d="M190 142c0-90 100-90 100 0" fill="none" stroke="#1b1b1e" stroke-width="12"/>
        """

    /// The share of pixels that two pictures' alpha channels have in common (intersection over union).
    static func overlap(_ a: Image, _ b: Image) -> Double {
        let (p, q) = (a.pixels, b.pixels)
        var (both, either) = (0, 0)
        for i in stride(from: 3, to: min(p.count, q.count), by: 4) {
            let (x, y) = (p[i] > 127, q[i] > 127)
            if x && y { both += 1 }
            if x || y { either += 1 }
        }
        return Double(both) / Double(max(either, 1))
    }

    /// A PNG that says it is 30,000 × 30,000 pixels, in a few hundred bytes.
    static func bomb() -> [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        func chunk(_ type: String, _ data: [UInt8]) {
            let body = Array(type.utf8) + data
            bytes += big(UInt32(data.count)) + body + big(crc(body))
        }
        chunk("IHDR", big(30_000) + big(30_000) + [8, 2, 0, 0, 0])
        // An empty deflate stream: whoever decodes it has gone too far already.
        chunk("IDAT", [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01])
        chunk("IEND", [])
        return bytes
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0 as UInt32) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
    }
}

/// Whether each channel is within a tolerance.
func near(_ a: Color, _ b: Color, _ tolerance: Int = 3) -> Bool {
    [(a.red, b.red), (a.green, b.green), (a.blue, b.blue), (a.alpha, b.alpha)]
        .allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
}
