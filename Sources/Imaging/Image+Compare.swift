#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// How far two pictures are apart.
public struct ImageComparison: Sendable {
    /// The mean difference of all channels, 0 (the same) … 1 (black against white).
    public let difference: Double
    /// The share of pixels that differ visibly, by more than 8 of 255 in a channel; 0…1.
    public let changed: Double
    /// Peak signal-to-noise ratio in decibels; infinite for the same pixels. Above 40 no difference is visible.
    public let peakSignalToNoise: Double
    /// The differences of the channels as a picture, black where nothing differs.
    public let image: Image
}

extension Image {
    /// Compares two pictures pixel by pixel; transparent ones lie on white.
    ///
    /// - Throws: ``ImagingError/Code/invalidArgument`` for pictures of different sizes.
    public func compared(with other: Image) throws -> ImageComparison {
        guard width == other.width, height == other.height else {
            throw ImagingError(
                .invalidArgument,
                "compare: \(width) × \(height) and \(other.width) × \(other.height) pixels cannot be compared",
                remedy: "resize one of them with { fit = \"exact\" } first")
        }
        let (left, right) = (try opaque(), try other.opaque())
        let count = width * height * 3
        var (sum, squares, changed) = (0, 0, 0)
        let pixels = left.raster.withPixels { a in
            right.raster.withPixels { b in
                [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
                    for pixel in 0..<(count / 3) {
                        var largest = 0
                        for at in pixel * 3..<pixel * 3 + 3 {
                            let distance = abs(Int(a[at]) - Int(b[at]))
                            out[at] = UInt8(distance)
                            sum += distance
                            squares += distance * distance
                            largest = max(largest, distance)
                        }
                        if largest > 8 { changed += 1 }
                    }
                    initialized = count
                }
            }
        }
        let meanSquare = Double(squares) / Double(count)
        return ImageComparison(
            difference: Double(sum) / Double(count) / 255, changed: Double(changed) / Double(width * height),
            peakSignalToNoise: squares == 0 ? .infinity : 10 * log10(255 * 255 / meanSquare),
            image: try Image(pixels: pixels, width: width, height: height))
    }

    private func opaque() throws -> Image {
        hasAlpha ? try background() : self
    }
}
