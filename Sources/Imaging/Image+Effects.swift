internal import CImaging

extension Image {
    /// The picture blurred by a Gaussian.
    ///
    /// - Parameter sigma: Its standard deviation in pixels, 0.3…200.
    public func blurred(sigma: Double) throws -> Image {
        guard (0.3...200).contains(sigma) else {
            throw ImagingError(.invalidArgument, "blur: sigma \(sigma) is not between 0.3 and 200")
        }
        try ImagingLimits.standard.check(sigma: sigma, on: self, for: "blur")
        return replacing(try .make("blur") { spx_image_blur(raster.handle, sigma, $0, $1) })
    }

    /// The picture with its lightness sharpened; colours keep their hue.
    ///
    /// - Parameter sigma: The size of the detail that is brought out, in pixels, 0.3…10.
    public func sharpened(sigma: Double = 0.8) throws -> Image {
        guard (0.3...10).contains(sigma) else {
            throw ImagingError(.invalidArgument, "sharpen: sigma \(sigma) is not between 0.3 and 10")
        }
        try ImagingLimits.standard.check(sigma: sigma, on: self, for: "sharpen")
        return replacing(try .make("sharpen") { spx_image_sharpen(raster.handle, sigma, $0, $1) })
    }

    /// The picture in shades of grey, still with three colour channels.
    public func grayscale() throws -> Image {
        replacing(try .make("grayscale") { spx_image_grayscale(raster.handle, $0, $1) })
    }

    /// The picture's outline filled with one colour: the start of a shadow. Transparent pixels stay so.
    public func silhouette(_ color: Color = .black) throws -> Image {
        replacing(try .make("silhouette") { spx_image_silhouette(raster.handle, color.c, $0, $1) })
    }
}
