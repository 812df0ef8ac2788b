/// Evens out a smooth backdrop, as flat-field correction does in photometry.
///
/// A studio backdrop runs from light to dark, so that the grey of one corner is the white of a label elsewhere. Where
/// the border is well described by a smooth surface over the picture, the surface is subtracted and the backdrop
/// becomes one colour: zero.
struct FlatField {
    /// A polynomial in x and y for each of L, a and b.
    private let coefficients: [[Double]]
    private let degree: Int
    /// The median distance of the fitted pixels from the surface, in CIELAB units.
    let residual: Float

    /// Above this the backdrop has structure of its own, and a surface would be a bad description of it.
    static let smoothResidual: Float = 4

    /// Fits the pixels `chosen`; those far from the surface (the subject's, if it touches the border) are weighted
    /// down.
    init?(_ lab: LabPicture, degree: Int, chosen: [Int]) {
        let step = max(1, chosen.count / 3000)
        let pixels = stride(from: 0, to: chosen.count, by: step).map { chosen[$0] }
        guard pixels.count > 60 else { return nil }
        let terms = pixels.map { Self.terms(x: $0 % lab.width, y: $0 / lab.width, of: lab, degree: degree) }
        var weights = [Double](repeating: 1, count: pixels.count)
        var fitted: [[Double]] = []
        var median: Float = 0
        for _ in 0..<6 {
            guard let solution = Self.solve(terms, weights: weights, pixels: pixels, of: lab) else { return nil }
            fitted = solution
            let errors = pixels.indices.map { i -> Float in
                var sum: Float = 0
                for c in 0..<3 {
                    let value = zip(fitted[c], terms[i]).reduce(0) { $0 + $1.0 * $1.1 }
                    let error = lab.values[3 * pixels[i] + c] - Float(value)
                    sum += error * error
                }
                return sum.squareRoot()
            }
            median = errors.sorted()[errors.count / 2]
            // Cauchy weights: a pixel three medians off counts a tenth.
            let scale = Double(max(median, 0.7))
            weights = errors.map { 1 / (1 + Double($0 * $0) / (scale * scale)) }
        }
        coefficients = fitted
        self.degree = degree
        residual = median
    }

    /// The picture without the surface.
    func flattened(_ lab: LabPicture) -> LabPicture {
        let result = LabPicture(width: lab.width, height: lab.height)
        let (width, height, degree) = (lab.width, lab.height, degree)
        var y = 0
        while y < height {
            let v = 2 * Double(y) / Double(height) - 1
            var channel = 0
            while channel < 3 {
                // Along a row the surface is a polynomial in x alone.
                let row = Self.row(of: coefficients[channel], at: v, degree: degree)
                let (r0, r1, r2, r3, r4) = (row[0], row[1], row[2], row[3], row[4])
                var x = 0
                while x < width {
                    let u = 2 * Double(x) / Double(width) - 1
                    let i = 3 * (y * width + x) + channel
                    result.values[i] = lab.values[i] - Float((((r4 * u + r3) * u + r2) * u + r1) * u + r0)
                    x += 1
                }
                channel += 1
            }
            y += 1
        }
        return result
    }

    /// The coefficients of the powers of x, 0…4, for one y; in the order of ``terms``.
    private static func row(of c: [Double], at v: Double, degree: Int) -> [Double] {
        if degree == 2 { return [c[0] + v * (c[2] + v * c[5]), c[1] + v * c[4], c[3], 0, 0] }
        return [
            c[0] + v * (c[2] + v * (c[5] + v * (c[9] + v * c[14]))), c[1] + v * (c[4] + v * (c[8] + v * c[13])),
            c[3] + v * (c[7] + v * c[12]), c[6] + v * c[11], c[10],
        ]
    }

    /// All products of powers of x and y up to the degree, both scaled to -1…1 for the numbers' sake.
    private static func terms(x: Int, y: Int, of lab: LabPicture, degree: Int) -> [Double] {
        let u = 2 * Double(x) / Double(lab.width) - 1
        let v = 2 * Double(y) / Double(lab.height) - 1
        if degree == 2 { return [1, u, v, u * u, u * v, v * v] }
        let (u2, v2) = (u * u, v * v)
        return [
            1, u, v, u2, u * v, v2, u2 * u, u2 * v, u * v2, v2 * v, u2 * u2, u2 * u * v, u2 * v2, u * v * v2, v2 * v2,
        ]
    }

    /// Weighted least squares by the normal equations, for the three channels at once.
    private static func solve(
        _ terms: [[Double]], weights: [Double], pixels: [Int], of lab: LabPicture
    ) -> [[Double]]? {
        let n = terms.first?.count ?? 0
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: n + 3), count: n)
        for (i, t) in terms.enumerated() {
            for row in 0..<n {
                let weighted = t[row] * weights[i]
                for column in row..<n { matrix[row][column] += weighted * t[column] }
                for c in 0..<3 { matrix[row][n + c] += weighted * Double(lab.values[3 * pixels[i] + c]) }
            }
        }
        for row in 0..<n {
            for column in 0..<row { matrix[row][column] = matrix[column][row] }
            // A touch of ridge keeps high powers tame where no pixel holds them.
            matrix[row][row] += row == 0 ? 0 : 1e-4 * Double(terms.count)
        }
        for pivot in 0..<n {
            guard let best = (pivot..<n).max(by: { abs(matrix[$0][pivot]) < abs(matrix[$1][pivot]) }),
                abs(matrix[best][pivot]) > 1e-9
            else { return nil }
            matrix.swapAt(pivot, best)
            for row in 0..<n where row != pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in pivot..<n + 3 { matrix[row][column] -= factor * matrix[pivot][column] }
            }
        }
        return (0..<3).map { c in (0..<n).map { matrix[$0][n + c] / matrix[$0][$0] } }
    }
}
