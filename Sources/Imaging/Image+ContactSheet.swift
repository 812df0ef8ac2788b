/// One picture of a contact sheet.
public struct ContactSheetTile: Sendable {
    /// Shrunk to fit its cell, never enlarged.
    public var image: Image
    /// One line under it; nil for none.
    public var label: String?

    /// A tile without a label unless one is given.
    public init(_ image: Image, label: String? = nil) {
        self.image = image
        self.label = label
    }
}

/// How ``Image/contactSheet(_:style:)`` lays pictures out.
public struct ContactSheetStyle: Sendable {
    /// Pictures in a row; `nil` makes the sheet about square.
    public var columns: Int?
    /// The side of a cell in pixels, 16…2000.
    public var cell = 256
    /// Pixels between cells and around them, 0…500.
    public var gap = 16
    /// The colour behind the pictures.
    public var background = Color.white
    /// The colour of the labels.
    public var ink = Color.black

    /// The defaults, each given at its property.
    public init() {}
}

extension Image {
    /// Many pictures on one sheet, in rows from the top left.
    ///
    /// - Throws: ``ImagingError`` with `invalidArgument` for no pictures or a style out of range, `tooLarge` if the sheet
    ///   would be over ``ImagingLimits/standard``.
    public static func contactSheet(
        _ tiles: [ContactSheetTile], style: ContactSheetStyle = ContactSheetStyle()
    ) throws -> Image {
        guard !tiles.isEmpty else {
            throw ImagingError(.invalidArgument, "contact_sheet: there are no pictures")
        }
        let columns = min(style.columns ?? Int(Double(tiles.count).squareRoot().rounded(.up)), tiles.count)
        guard columns >= 1, (16...2000).contains(style.cell), (0...500).contains(style.gap) else {
            throw ImagingError(
                .invalidArgument, "contact_sheet: columns, cell or gap is out of range",
                remedy: "columns from 1, cell 16 to 2000, gap 0 to 500")
        }
        let rows = (tiles.count + columns - 1) / columns
        let caption = tiles.contains { $0.label?.isEmpty == false } ? max(18, style.cell / 8) : 0
        let (stepX, stepY) = (style.cell + style.gap, style.cell + caption + style.gap)
        let (width, height) = (columns * stepX + style.gap, rows * stepY + style.gap)
        try ImagingLimits.standard.check(width: width, height: height, for: "contact_sheet")

        // Rows are made one by one and put under each other at the end: laying each picture on the whole sheet would
        // copy the sheet once a picture.
        var sheet = try blank(width: width, height: height, color: style.background)
        for row in 0..<rows {
            var strip = try blank(width: width, height: stepY, color: style.background)
            for (column, tile) in tiles[row * columns..<min((row + 1) * columns, tiles.count)].enumerated() {
                let x = style.gap + column * stepX
                let small = try tile.image.thumbnail(width: style.cell, height: style.cell)
                strip = try strip.composited(
                    small, x: x + (style.cell - small.width) / 2, y: style.gap + (style.cell - small.height) / 2)
                guard let label = tile.label, let words = try words(for: label, style: style, height: caption) else {
                    continue
                }
                strip = try strip.composited(
                    words, x: x + (style.cell - words.width) / 2,
                    y: style.gap + style.cell + (caption - words.height) / 2)
            }
            sheet = try sheet.composited(strip, x: 0, y: row * stepY)
        }
        return sheet
    }

    private static func words(for label: String, style: ContactSheetStyle, height: Int) throws -> Image? {
        let line = label.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(120)
        guard line.contains(where: { !$0.isWhitespace }) else { return nil }
        var text = TextStyle()
        text.size = Double(height) * 0.6
        text.color = style.ink
        text.fitWidth = style.cell
        return try Image.text(String(line), style: text)
    }
}
