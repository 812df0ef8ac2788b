/// Bounds that keep hostile or mistaken pictures from taking the machine's memory.
public struct ImagingLimits: Sendable, Hashable {
    /// The most pixels (width × height) a picture may have; checked before any is decoded.
    ///
    /// The default, 100 megapixels, is above what cameras deliver and means at most 400 MB of memory for one picture.
    public var pixels: Int
    /// The longest side in pixels. The default is what JPEG can hold.
    public var side: Int

    /// Limits for one call that reads a picture; results are held to ``standard`` whatever it says.
    public init(pixels: Int = 100_000_000, side: Int = 65_500) {
        self.pixels = pixels
        self.side = side
    }

    /// The defaults; every operation's result is held to them.
    public static let standard = ImagingLimits()

    func check(width: Int, height: Int, for operation: String) throws {
        guard width >= 1, height >= 1 else {
            throw ImagingError(
                .invalidArgument, "\(operation): a picture of \(width) × \(height) pixels cannot be made",
                remedy: "give a width and a height of at least 1")
        }
        // Divide instead of multiplying: a script may ask for any integer.
        guard width <= side, height <= side, width <= pixels / height else {
            throw ImagingError(
                .tooLarge, "\(operation): \(width) × \(height) pixels are over the limit",
                remedy: "stay under \(pixels / 1_000_000) megapixels and \(side) pixels a side")
        }
    }
}
