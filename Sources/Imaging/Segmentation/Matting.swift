/// Turns the working copy's region into an alpha channel of full size, and frees the edge from the backdrop's colour.
///
/// In a band along the region's outline each pixel is taken as a mix of two colours, the mean of the subject just
/// inside and that of the backdrop just outside; how far along from one to the other it lies is its alpha (the classic
/// colour-line estimate). Where the two are alike, the smoothed outline decides instead.
struct Matting {
    private let outline: Plane
    private let inner: [Plane]
    private let outer: [Plane]
    /// Working pixels for each picture pixel.
    private let scaleX: Float
    private let scaleY: Float

    /// - Parameters:
    ///   - region: The subject on the working copy.
    ///   - small: The working copy, opaque.
    init(_ region: Region, small: Image, width: Int, height: Int) {
        outline = Plane(region).boxMean(radius: 1).boxMean(radius: 1)
        scaleX = Float(region.width) / Float(width)
        scaleY = Float(region.height) / Float(height)
        inner = Self.localMeans(small, where: region.eroded(by: 1.5))
        let outside = Region(
            width: region.width, height: region.height, contains: region.dilated(by: 2).contains.map { !$0 })
        outer = Self.localMeans(small, where: outside)
    }

    /// For each pixel the mean colour of nearby pixels of a region: red, green, blue.
    private static func localMeans(_ image: Image, where region: Region) -> [Plane] {
        let bands = image.raster.bands
        let weight = Plane(region)
        let near = weight.boxMean(radius: 3)
        let far = weight.boxMean(radius: 12)
        let total = max(weight.sum, 1)
        return (0..<3).map { c in
            let channel = image.raster.withPixels { pixels in
                weight.make { weight.values[$0] * Float(pixels[$0 * bands + c]) }
            }
            let (nearMean, farMean) = (channel.boxMean(radius: 3), channel.boxMean(radius: 12))
            let overall = channel.sum / total
            // The nearest surroundings that have enough of the region to speak of a mean.
            return channel.make { i in
                if near.values[i] > 0.04 { return nearMean.values[i] / near.values[i] }
                if far.values[i] > 0.004 { return farMean.values[i] / far.values[i] }
                return overall
            }
        }
    }

    /// The share of the outline along which subject and backdrop have nearly the same colour, 0…1.
    var weakShare: Double {
        var (weak, all, i) = (0, 0, 0)
        while i < outline.count {
            if outline.values[i] > 0.3, outline.values[i] < 0.7 {
                all += 1
                var contrast: Float = 0
                for channel in 0..<3 {
                    let difference = inner[channel].values[i] - outer[channel].values[i]
                    contrast += difference * difference
                }
                if contrast < Self.leastContrast * Self.leastContrast { weak += 1 }
            }
            i += 1
        }
        return all > 0 ? Double(weak) / Double(all) : 1
    }

    /// Of 441, which black and white have: below it the outline's place is guessed.
    private static let leastContrast: Float = 36

    /// The cut-out: RGBA pixels of the full picture.
    ///
    /// - Parameter pixels: The full picture, `bands` bytes a pixel.
    func apply(_ pixels: UnsafePointer<UInt8>, bands: Int, width: Int, height: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: width * height * 4)
        result.withUnsafeMutableBufferPointer { buffer in
            guard let out = buffer.baseAddress else { return }
            var y = 0
            while y < height {
                let wy = (Float(y) + 0.5) * scaleY - 0.5
                var x = 0
                while x < width {
                    let from = pixels + (y * width + x) * bands
                    let to = out + (y * width + x) * 4
                    let wx = (Float(x) + 0.5) * scaleX - 0.5
                    let inside = outline.sample(wx, wy)
                    if inside >= 0.98 {
                        to[0] = from[0]
                        to[1] = from[1]
                        to[2] = from[2]
                        to[3] = 255
                    } else if inside > 0.02 {
                        mix(from, into: to, inside: inside, x: wx, y: wy)
                    }
                    x += 1
                }
                y += 1
            }
        }
        return result
    }

    private func mix(
        _ from: UnsafePointer<UInt8>, into to: UnsafeMutablePointer<UInt8>, inside: Float, x: Float, y: Float
    ) {
        let (f0, f1, f2) = (inner[0].sample(x, y), inner[1].sample(x, y), inner[2].sample(x, y))
        let (b0, b1, b2) = (outer[0].sample(x, y), outer[1].sample(x, y), outer[2].sample(x, y))
        let (i0, i1, i2) = (Float(from[0]), Float(from[1]), Float(from[2]))
        let (d0, d1, d2) = (f0 - b0, f1 - b1, f2 - b2)
        let contrast = d0 * d0 + d1 * d1 + d2 * d2
        let along = ((i0 - b0) * d0 + (i1 - b1) * d1 + (i2 - b2) * d2) / max(contrast, 1)
        // A step in the middle of the outline's ramp, which at full size is as wide as a few working pixels.
        let step = min(max((inside - 0.5) * 2.5 + 0.5, 0), 1)
        let trust = contrast / (contrast + 45 * 45)
        var alpha = min(max((along - 0.12) / 0.76, 0), 1) * trust + step * (1 - trust)
        // Colours alone must not make holes deep inside or islands far outside.
        alpha = min(max(alpha, (inside - 0.8) * 5.5), inside * 3.5)
        alpha = min(max(alpha, 0), 1)
        guard alpha > 0.004 else { return }
        // What is left of the pixel without the backdrop's share; where that share is large it is mostly guesswork, so
        // lean on the subject's own colour there.
        to[0] = unmixed(i0, backdrop: b0, subject: f0, alpha: alpha)
        to[1] = unmixed(i1, backdrop: b1, subject: f1, alpha: alpha)
        to[2] = unmixed(i2, backdrop: b2, subject: f2, alpha: alpha)
        to[3] = UInt8(alpha * 255 + 0.5)
    }

    private func unmixed(_ value: Float, backdrop: Float, subject: Float, alpha: Float) -> UInt8 {
        let own = min(max((value - (1 - alpha) * backdrop) / alpha, 0), 255)
        let trust = alpha * alpha
        return UInt8(min(max(own * trust + subject * (1 - trust), 0), 255))
    }
}

extension Plane {
    /// 1 inside a region, 0 outside.
    fileprivate convenience init(_ region: Region) {
        self.init(width: region.width, height: region.height)
        for i in 0..<count where region.contains[i] { values[i] = 1 }
    }

    fileprivate var sum: Float {
        var result: Float = 0
        var i = 0
        while i < count {
            result += values[i]
            i += 1
        }
        return result
    }
}
