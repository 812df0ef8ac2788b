import Imaging
import SpeedPixLua

extension PictureDisplay {
    /// Draws on standard output, if that is a terminal that can show pictures.
    ///
    /// - Parameter chosen: What the command line says; nil to go by the environment.
    static func terminal(_ context: CommandContext, chosen: PictureProtocol? = nil) -> PictureDisplay? {
        let environment = context.environment
        let style = chosen ?? PictureProtocol.detect(environment)
        guard style != .none, context.outputTerminal() != nil else { return nil }
        let encoding = PictureEncoding(
            style: style, hasTrueColor: ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? ""))
        return PictureDisplay { size, columns in
            // Asked now: the window may have been resized.
            guard let extent = context.outputTerminal() else { return nil }
            let fit = PictureFit(
                width: size.width, height: size.height, on: extent, style: style, wanted: columns)
            return PictureDisplay.Frame(width: fit.width, height: fit.height) { picture in
                try encoding.bytes(picture.image, columns: fit.columns, rows: fit.rows)
            }
        }
    }
}
