/// Bounds that keep hostile or mistaken pictures from taking the machine's memory.
public struct ImagingLimits: Sendable, Hashable {
    /// The most pixels (width × height) a picture may have; checked before any is decoded.
    ///
    /// The default, 100 megapixels, is above what cameras deliver and means at most 400 MB of memory for one picture.
    public var pixels: Int
    /// The longest side in pixels. The default is what JPEG can hold.
    public var side: Int
    /// The most multiplications of one filter: its kernel's width and height together, for each channel of each pixel.
    ///
    /// The default, 200,000,000,000, takes some minutes on two cores, and is a blur of 100 pixels over 55 megapixels.
    public var work: Double

    /// Limits for one call that reads a picture; results are held to ``standard`` whatever it says.
    public init(pixels: Int = 100_000_000, side: Int = 65_500, work: Double = 2e11) {
        self.pixels = pixels
        self.side = side
        self.work = work
    }

    /// The defaults; every operation's result is held to them.
    public static let standard = ImagingLimits()

    /// - Parameter sigma: Of a Gaussian, whose kernel is six times as wide (three to each side; what is beyond is 0.3 %).
    func check(sigma: Double, on image: Image, for operation: String) throws {
        let values = Double(image.width) * Double(image.height) * Double(image.raster.bands)
        guard values * 2 * (6 * sigma + 1) <= work else {
            throw ImagingError(
                .tooLarge, "\(operation): sigma \(sigma) on \(image.width) × \(image.height) pixels is over the limit",
                remedy:
                    "make the picture smaller first, and larger again afterwards: what is blurred loses nothing by it")
        }
    }

    func check(side: Int, for operation: String) throws {
        guard side >= 1 else {
            throw ImagingError(
                .invalidArgument, "\(operation): a side of \(side) pixels cannot be made",
                remedy: "give a width and a height of at least 1")
        }
        guard side <= self.side else {
            throw ImagingError(
                .tooLarge, "\(operation): a side of \(side) pixels is over the limit",
                remedy: "stay under \(self.side) pixels a side")
        }
    }

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
