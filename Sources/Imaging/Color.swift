internal import CImaging

/// A colour in sRGB, 8 bits a channel.
public struct Color: Sendable, Hashable {
    /// 0…255, not multiplied by ``alpha``.
    public var red: UInt8
    /// 0…255, not multiplied by ``alpha``.
    public var green: UInt8
    /// 0…255, not multiplied by ``alpha``.
    public var blue: UInt8
    /// 255 is opaque.
    public var alpha: UInt8

    /// A colour from its channels; opaque unless `alpha` says otherwise.
    public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// Opaque white: the colour of blank pictures unless another one is given.
    public static let white = Color(red: 255, green: 255, blue: 255)
    /// Opaque black: the colour of text unless another one is given.
    public static let black = Color(red: 0, green: 0, blue: 0)
    /// Nothing at all: black with an alpha of 0.
    public static let transparent = Color(red: 0, green: 0, blue: 0, alpha: 0)

    /// Reads `#rgb`, `#rrggbb`, `#rrggbbaa` or one of ``names``.
    ///
    /// - Throws: ``ImagingError/Code/invalidArgument`` for anything else.
    public init(_ text: String) throws {
        if let named = Self.named[text.lowercased()] {
            self = named
            return
        }
        guard let parsed = Self.hexadecimal(text) else {
            throw ImagingError(
                .invalidArgument, "\"\(text.prefix(40))\" is not a colour",
                remedy: "write #rgb, #rrggbb, #rrggbbaa or a name: \(Self.names.joined(separator: ", "))")
        }
        self = parsed
    }

    /// The same colour with another opacity, 0…1.
    public func opacity(_ opacity: Double) -> Color {
        var color = self
        color.alpha = UInt8((min(max(opacity, 0), 1) * 255).rounded())
        return color
    }

    /// The names that ``init(_:)`` knows: CSS's basic ones and a few more.
    public static let names: [String] = named.keys.sorted()

    private static let named: [String: Color] = [
        "aqua": Color(hex: 0x00FFFF), "beige": Color(hex: 0xF5F5DC), "black": .black, "blue": Color(hex: 0x0000FF),
        "brown": Color(hex: 0xA52A2A), "cyan": Color(hex: 0x00FFFF), "fuchsia": Color(hex: 0xFF00FF),
        "gold": Color(hex: 0xFFD700), "gray": Color(hex: 0x808080), "green": Color(hex: 0x008000),
        "grey": Color(hex: 0x808080), "ivory": Color(hex: 0xFFFFF0), "lime": Color(hex: 0x00FF00),
        "magenta": Color(hex: 0xFF00FF), "maroon": Color(hex: 0x800000), "navy": Color(hex: 0x000080),
        "olive": Color(hex: 0x808000), "orange": Color(hex: 0xFFA500), "pink": Color(hex: 0xFFC0CB),
        "purple": Color(hex: 0x800080), "red": Color(hex: 0xFF0000), "silver": Color(hex: 0xC0C0C0),
        "teal": Color(hex: 0x008080), "transparent": .transparent, "white": .white, "yellow": Color(hex: 0xFFFF00),
    ]

    private init(hex: UInt32) {
        self.init(red: UInt8(hex >> 16 & 0xFF), green: UInt8(hex >> 8 & 0xFF), blue: UInt8(hex & 0xFF))
    }

    private static func hexadecimal(_ text: String) -> Color? {
        guard text.utf8.first == UInt8(ascii: "#") else { return nil }
        let digits = text.utf8.dropFirst().map { Character(UnicodeScalar($0)).hexDigitValue }
        let values = digits.compactMap(\.self).map(UInt8.init)
        guard values.count == digits.count else { return nil }
        switch values.count {
        case 3: return Color(red: values[0] * 17, green: values[1] * 17, blue: values[2] * 17)
        case 6, 8:
            let bytes = stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
            return Color(red: bytes[0], green: bytes[1], blue: bytes[2], alpha: bytes.count == 4 ? bytes[3] : 255)
        default: return nil
        }
    }

    var c: spx_color {
        spx_color(red: Double(red), green: Double(green), blue: Double(blue), alpha: Double(alpha))
    }
}

extension Color: CustomStringConvertible {
    /// `#rrggbb`, or `#rrggbbaa` unless opaque.
    public var description: String {
        let bytes = alpha == 255 ? [red, green, blue] : [red, green, blue, alpha]
        return bytes.reduce(into: "#") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
    }
}
