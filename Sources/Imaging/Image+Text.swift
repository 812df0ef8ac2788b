internal import CImaging

/// How ``Image/text(_:style:)`` sets text.
public struct TextStyle: Sendable, Hashable {
    /// Where the lines of a block stand.
    public enum Alignment: String, Sendable, CaseIterable {
        case left, center, right

        var code: Int32 {
            switch self {
            case .left: Int32(SPX_ALIGN_LEFT)
            case .center: Int32(SPX_ALIGN_CENTER)
            case .right: Int32(SPX_ALIGN_RIGHT)
            }
        }
    }

    /// Families in order of preference, separated by commas. Characters that none of them has come from any installed
    /// font.
    public var font = Self.defaultFont
    /// Weight and slant in words, e.g. `Bold`, `Light Italic`; empty for regular.
    public var weight = ""
    /// Font size in pixels, 4…1000.
    public var size: Double = 32
    /// The ink, which may be translucent. Default black.
    public var color = Color.black
    /// Lines are wrapped at this many pixels; `nil` leaves them as they are.
    public var width: Int?
    /// If a line is still wider than this many pixels, the whole text is set smaller until it fits.
    public var fitWidth: Int?
    /// Where the lines of a block stand to each other. Default left.
    public var alignment = Alignment.left
    /// Whether wrapped lines are stretched to the full width.
    public var justify = false
    /// Pixels between lines beyond the font's own.
    public var lineSpacing = 0

    /// Typefaces of the usual systems that go with product pictures.
    public static let defaultFont = "Lato, Helvetica Neue, Inter, WenQuanYi Micro Hei, PingFang SC, Sans"

    /// The defaults: 32 pixels, regular, black, left, not wrapped.
    public init() {}
}

extension Image {
    /// The longest text that is set, in UTF-8 bytes.
    public static let textLimit = 10_000

    /// Text on nothing: a picture as small as the ink, transparent around it.
    ///
    /// Any script an installed font has can be set, Chinese, Japanese and Korean included.
    ///
    /// - Throws: ``ImagingError`` with `invalidArgument` for text without a visible character or a style out of range,
    ///   `tooLarge` if it would not fit ``ImagingLimits/standard``.
    public static func text(_ text: String, style: TextStyle = TextStyle()) throws -> Image {
        guard text.utf8.count <= textLimit else {
            throw ImagingError(.tooLarge, "text: \(text.utf8.count) bytes are over the limit of \(textLimit)")
        }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace && $0.value >= 32 }) else {
            throw ImagingError(.invalidArgument, "text: there is nothing to set", remedy: "leave empty text out")
        }
        try check(text, style)
        let picture = try render(text, style, size: style.size)
        guard let fit = style.fitWidth, picture.width > fit else { return picture }
        // Hinting rounds, so aim a hair below.
        return try render(text, style, size: max(1, style.size * Double(fit) / Double(picture.width) * 0.995))
    }

    private static func check(_ text: String, _ style: TextStyle) throws {
        let limits = ImagingLimits.standard
        guard (4...1000).contains(style.size) else {
            throw ImagingError(.invalidArgument, "text: size \(style.size) is not between 4 and 1000")
        }
        guard (-200...1000).contains(style.lineSpacing) else {
            throw ImagingError(.invalidArgument, "text: line spacing \(style.lineSpacing) is not between -200 and 1000")
        }
        for width in [style.width, style.fitWidth].compactMap(\.self) where !(1...limits.side).contains(width) {
            throw ImagingError(.invalidArgument, "text: width \(width) is not between 1 and \(limits.side)")
        }
        for name in [style.font, style.weight] where name.utf8.count > 200 || name.utf8.contains(where: { $0 < 32 }) {
            throw ImagingError(.invalidArgument, "text: that is not a font's name")
        }
        // How large the picture becomes is known only once it is drawn, so the worst case is what counts: every
        // character a square of the font's size, all in one line, or one under the other.
        let characters = Double(text.unicodeScalars.count)
        guard characters * style.size * style.size * 2 <= Double(limits.pixels),
            characters * style.size <= Double(limits.side) || style.width != nil
        else {
            throw ImagingError(
                .tooLarge, "text: \(text.unicodeScalars.count) characters of \(style.size) pixels are over the limit",
                remedy: "make the text shorter, its size smaller, or give a width to wrap at")
        }
    }

    private static func render(_ text: String, _ style: TextStyle, size: Double) throws -> Image {
        // The comma after the families keeps Pango from reading a family's last word as a weight.
        let font = "\(style.font), \(style.weight) \((size * 10).rounded() / 10)px"
        return Image(
            try .make("text") {
                spx_image_text(
                    escaped(text), font, Int32(style.width ?? 0), style.alignment.code, style.justify,
                    Int32(style.lineSpacing), style.color.c, $0, $1)
            })
    }

    /// The text as Pango markup that means just the text.
    private static func escaped(_ text: String) -> String {
        var markup = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": markup += "&amp;"
            case "<": markup += "&lt;"
            case ">": markup += "&gt;"
            case "\n", "\t": markup.unicodeScalars.append(scalar)
            // Control characters are not allowed in markup, and have no shape.
            case _ where scalar.value < 32 || scalar.value == 127: continue
            default: markup.unicodeScalars.append(scalar)
            }
        }
        return markup
    }
}
