import Imaging
import LuaRuntime
import Spelling

extension LuaOptions {
    /// A whole number of pixels, which may be far out of range: the picture's own checks say so.
    func pixels(_ name: String) throws -> Int? {
        // Sizes are often computed, and 640 / 2 is a float in Lua.
        if case .number(let number)? = self[name], let whole = Int64(exactly: number) { return Int(clamping: whole) }
        return try integer(name).map { Int(clamping: $0) }
    }

    func required(_ name: String) throws -> Int {
        guard let value = try pixels(name) else { throw LuaArgumentError("\(function) needs \(name)") }
        return value
    }

    func color(_ name: String) throws -> Color? {
        try string(name).map { try Color($0) }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws -> Choice?
    where Choice.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw LuaArgumentError(
                "\(name) of \(function) cannot be '\(text)'",
                hint: NearestName.hint(for: text, among: Choice.allCases.map(\.rawValue)))
        }
        return choice
    }

    func metadata() throws -> MetadataPolicy { try choice("metadata") ?? .keep }

    /// What ``metadata()`` reads.
    static let metadataField: LuaField = """
        metadata: "keep"|"strip" — whether EXIF (with the place it was taken at), colour profile, copyright and the like go along. \
        TIFF keeps the colour profile, XMP and, as XMP, copyright, artist and description; GIF keeps nothing. Default keep
        """

    /// What `picture:text` and `image.text` know of a style.
    func textStyle() throws -> TextStyle {
        var style = TextStyle()
        style.font = try string("font") ?? style.font
        style.weight = try string("weight") ?? style.weight
        style.size = try number("size") ?? style.size
        style.color = try color("color") ?? style.color
        style.width = try pixels("width")
        style.fitWidth = try pixels("fit_width")
        style.alignment = try choice("align") ?? style.alignment
        style.lineSpacing = try pixels("spacing") ?? style.lineSpacing
        return style
    }

    /// What ``textStyle()`` reads.
    static let textStyle: [LuaField] = [
        "font: string — families in order of preference, separated by commas",
        "weight: string — such as \"Bold\" or \"Light Italic\"",
        "size: number — pixels, 4 to 1000; default 32",
        "color: string — #rgb, #rrggbb, #rrggbbaa or a name; default black",
        "width: integer — wraps lines at this many pixels",
        "fit_width: integer — sets the text smaller until it is no wider than this",
        "align: \"left\"|\"center\"|\"right\" — of lines to each other; default left",
        "spacing: integer — pixels between lines beyond the font's own; default 0",
    ]
}

extension Image {
    func with(_ policy: MetadataPolicy) -> Image { policy == .strip ? withoutMetadata() : self }
}
