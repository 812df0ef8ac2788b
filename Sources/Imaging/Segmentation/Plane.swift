/// A grid of numbers, one for each pixel of the working copy.
///
/// The inner loops of this folder use raw pointers and `while`, because they run over every pixel many times and must
/// not be fifty times slower in debug builds, where ranges and array subscripts are real calls. Every index is derived
/// from `width`, `height` and `count`.
final class Plane {
    let width: Int
    let height: Int
    let values: UnsafeMutablePointer<Float>

    var count: Int { width * height }

    init(width: Int, height: Int, filledWith value: Float = 0) {
        self.width = width
        self.height = height
        values = .allocate(capacity: width * height)
        values.initialize(repeating: value, count: width * height)
    }

    deinit { values.deallocate() }

    /// A plane of the same size whose value `i` is `body(i)`.
    func make(_ body: (Int) -> Float) -> Plane {
        let result = Plane(width: width, height: height)
        let total = count
        var i = 0
        while i < total {
            result.values[i] = body(i)
            i += 1
        }
        return result
    }

    func mapped(_ body: (Float) -> Float) -> Plane { make { body(self.values[$0]) } }

    /// The mean over a square of `2 * radius + 1` a side; at the edges over the part of it that is inside.
    func boxMean(radius: Int) -> Plane {
        transposedRowMean(radius: radius).transposedRowMean(radius: radius)
    }

    /// Close to a Gaussian: three box means have its shape.
    func smoothed(radius: Int) -> Plane {
        boxMean(radius: radius).boxMean(radius: radius).boxMean(radius: radius)
    }

    /// Row means by a running sum, written column by column: applied twice, both directions are done and the layout is
    /// back.
    private func transposedRowMean(radius: Int) -> Plane {
        let result = Plane(width: height, height: width)
        var y = 0
        while y < height {
            let row = values + y * width
            var sum: Float = 0
            var inside = 0
            var x = 0
            while x < min(radius, width) {
                sum += row[x]
                inside += 1
                x += 1
            }
            x = 0
            while x < width {
                if x + radius < width {
                    sum += row[x + radius]
                    inside += 1
                }
                if x - radius > 0 {
                    sum -= row[x - radius - 1]
                    inside -= 1
                }
                result.values[x * height + y] = sum / Float(inside)
                x += 1
            }
            y += 1
        }
        return result
    }

    /// The value between pixels by bilinear interpolation; outside, that of the nearest pixel.
    func sample(_ x: Float, _ y: Float) -> Float {
        let cx = min(max(x, 0), Float(width - 1))
        let cy = min(max(y, 0), Float(height - 1))
        let x0 = Int(cx)
        let y0 = Int(cy)
        let x1 = x0 + 1 < width ? x0 + 1 : x0
        let y1 = y0 + 1 < height ? y0 + 1 : y0
        let fx = cx - Float(x0)
        let fy = cy - Float(y0)
        let top = values[y0 * width + x0] * (1 - fx) + values[y0 * width + x1] * fx
        let bottom = values[y1 * width + x0] * (1 - fx) + values[y1 * width + x1] * fx
        return top * (1 - fy) + bottom * fy
    }
}
