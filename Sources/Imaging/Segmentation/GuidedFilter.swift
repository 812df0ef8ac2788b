/// Smoothing that stops at the edges of a picture (He, Sun and Tang, "Guided Image Filtering", 2010, with a colour
/// guide).
///
/// Around each pixel the input is fitted as a linear function of the guide's colour; where the guide has an edge, so
/// has the result, and where it has none, noise is averaged away.
struct GuidedFilter {
    private let guide: [Plane]
    private let means: [Plane]
    /// The inverse covariance of the guide's colours around each pixel: 00, 01, 02, 11, 12, 22.
    private let inverse: [Plane]
    private let radius: Int

    /// - Parameter epsilon: The variance (in squared guide units) below which the guide counts as flat.
    init(_ lab: LabPicture, radius: Int, epsilon: Float) {
        self.radius = radius
        let guide = (0..<3).map(lab.channel)
        let means = guide.map { $0.boxMean(radius: radius) }
        var covariance: [Plane] = []
        for i in 0..<3 {
            for j in i..<3 {
                let (a, b, ma, mb) = (guide[i].values, guide[j].values, means[i].values, means[j].values)
                let products = guide[i].make { a[$0] * b[$0] }.boxMean(radius: radius)
                let own: Float = i == j ? epsilon : 0
                covariance.append(products.make { products.values[$0] - ma[$0] * mb[$0] + own })
            }
        }
        let c = covariance.map(\.values)
        let result = (0..<6).map { _ in Plane(width: lab.width, height: lab.height) }
        let r = result.map(\.values)
        let (c0, c1, c2, c3, c4, c5) = (c[0], c[1], c[2], c[3], c[4], c[5])
        let (r0, r1, r2, r3, r4, r5) = (r[0], r[1], r[2], r[3], r[4], r[5])
        let total = lab.count
        var i = 0
        while i < total {
            let i0 = c3[i] * c5[i] - c4[i] * c4[i]
            let i1 = c2[i] * c4[i] - c1[i] * c5[i]
            let i2 = c1[i] * c4[i] - c2[i] * c3[i]
            let d = c0[i] * i0 + c1[i] * i1 + c2[i] * i2
            r0[i] = i0 / d
            r1[i] = i1 / d
            r2[i] = i2 / d
            r3[i] = (c0[i] * c5[i] - c2[i] * c2[i]) / d
            r4[i] = (c1[i] * c2[i] - c0[i] * c4[i]) / d
            r5[i] = (c0[i] * c3[i] - c1[i] * c1[i]) / d
            i += 1
        }
        withExtendedLifetime(covariance) {}
        self.guide = guide
        self.means = means
        inverse = result
    }

    func apply(_ input: Plane) -> Plane {
        let mean = input.boxMean(radius: radius)
        let correlation = (0..<3).map { c in
            let (g, v) = (guide[c].values, input.values)
            return input.make { g[$0] * v[$0] }.boxMean(radius: radius)
        }
        let slopes = (0..<3).map { _ in Plane(width: input.width, height: input.height) }
        let intercept = Plane(width: input.width, height: input.height)
        let (m0, m1, m2, m) = (means[0].values, means[1].values, means[2].values, mean.values)
        let (k0, k1, k2) = (correlation[0].values, correlation[1].values, correlation[2].values)
        let (r0, r1, r2) = (inverse[0].values, inverse[1].values, inverse[2].values)
        let (r3, r4, r5) = (inverse[3].values, inverse[4].values, inverse[5].values)
        let (s0, s1, s2) = (slopes[0].values, slopes[1].values, slopes[2].values)
        let total = input.count
        var i = 0
        while i < total {
            let v0 = k0[i] - m0[i] * m[i]
            let v1 = k1[i] - m1[i] * m[i]
            let v2 = k2[i] - m2[i] * m[i]
            s0[i] = r0[i] * v0 + r1[i] * v1 + r2[i] * v2
            s1[i] = r1[i] * v0 + r3[i] * v1 + r4[i] * v2
            s2[i] = r2[i] * v0 + r4[i] * v1 + r5[i] * v2
            intercept.values[i] = m[i] - s0[i] * m0[i] - s1[i] * m1[i] - s2[i] * m2[i]
            i += 1
        }
        withExtendedLifetime((mean, correlation)) {}

        let smooth = slopes.map { $0.boxMean(radius: radius) }
        let base = intercept.boxMean(radius: radius)
        let (g0, g1, g2) = (guide[0].values, guide[1].values, guide[2].values)
        let (a0, a1, a2, b) = (smooth[0].values, smooth[1].values, smooth[2].values, base.values)
        let result = base.make { a0[$0] * g0[$0] + a1[$0] * g1[$0] + a2[$0] * g2[$0] + b[$0] }
        withExtendedLifetime((slopes, smooth, guide)) {}
        return result
    }
}
