/// How large a picture becomes on a terminal: never wider than it, never higher than the screen with its prompt, and
/// never more than its own pixels unless it is tiny.
struct PictureFit {
    var columns: Int
    var rows: Int
    /// The pixels to scale it to.
    var width: Int
    var height: Int

    /// - Parameter wanted: Columns that the user asked for.
    init(width: Int, height: Int, on extent: TerminalExtent, style: PictureProtocol, wanted: Int? = nil) {
        let isBlocks = style == .blocks
        // A half block is one pixel wide and two high.
        let cell = isBlocks ? (width: 1, height: 2) : (width: extent.cellWidth, height: extent.cellHeight)
        let most = (columns: max(1, min(wanted ?? 80, extent.columns)), rows: max(1, min(30, extent.rows - 3)))
        let box = (width: most.columns * cell.width, height: most.rows * cell.height)
        var scale = min(Double(box.width) / Double(max(1, width)), Double(box.height) / Double(max(1, height)))
        if wanted == nil { scale = min(scale, 1) }
        self.width = max(1, min(box.width, Int((Double(width) * scale).rounded())))
        self.height = max(1, min(box.height, Int((Double(height) * scale).rounded())))
        columns = (self.width + cell.width - 1) / cell.width
        rows = (self.height + cell.height - 1) / cell.height
    }
}
