#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// A mixture of Gaussians over CIELAB colours: what a backdrop or a subject looks like.
struct ColorMixture {
    /// One Gaussian with full covariance.
    struct Component {
        var mean: (Float, Float, Float)
        /// The inverse covariance: ll, la, lb, aa, ab, bb.
        var inverse: (Float, Float, Float, Float, Float, Float)
        var logDeterminant: Float
        /// The share of the samples it stands for.
        var weight: Float
    }

    var components: [Component]

    /// Added to every variance: noise and JPEG artefacts are about two units wide even on a flat backdrop.
    static let noiseVariance: Float = 6

    /// Learns a mixture from samples (three floats each) by k-means, started from the samples farthest apart.
    ///
    /// Plain k-means rather than expectation maximisation: it needs no random numbers, so the same picture always gives
    /// the same cut-out, and differs in nothing that a threshold would notice.
    init(samples: [Float], clusters: Int) {
        let count = samples.count / 3
        guard count > 0 else {
            components = []
            return
        }
        var centers = Self.spread(samples, clusters)
        var labels = [Int](repeating: 0, count: count)
        for _ in 0..<8 {
            Self.assign(samples, to: centers, labels: &labels)
            centers = Self.means(of: samples, labels: labels, old: centers)
        }
        components = centers.indices.compactMap {
            Self.component(of: samples, labels: labels, label: $0, mean: centers[$0])
        }
    }

    private typealias Center = (Float, Float, Float)

    private static func spread(_ samples: [Float], _ clusters: Int) -> [Center] {
        let count = samples.count / 3
        var mean: Center = (0, 0, 0)
        var distance = [Float](repeating: .infinity, count: count)
        var centers: [Center] = []
        samples.withUnsafeBufferPointer { buffer in
            guard let s = buffer.baseAddress else { return }
            var i = 0
            while i < count {
                mean = (mean.0 + s[3 * i], mean.1 + s[3 * i + 1], mean.2 + s[3 * i + 2])
                i += 1
            }
            centers = [(mean.0 / Float(count), mean.1 / Float(count), mean.2 / Float(count))]
            while centers.count < clusters {
                let (l, a, b) = centers[centers.count - 1]
                var farthest = 0
                i = 0
                while i < count {
                    let (dl, da, db) = (s[3 * i] - l, s[3 * i + 1] - a, s[3 * i + 2] - b)
                    let d = dl * dl + da * da + db * db
                    if d < distance[i] { distance[i] = d }
                    if distance[i] > distance[farthest] { farthest = i }
                    i += 1
                }
                // Fewer colours than clusters: the rest would be copies.
                guard distance[farthest] > 1 else { return }
                centers.append((s[3 * farthest], s[3 * farthest + 1], s[3 * farthest + 2]))
            }
        }
        return centers
    }

    private static func assign(_ samples: [Float], to centers: [Center], labels: inout [Int]) {
        let count = labels.count
        samples.withUnsafeBufferPointer { buffer in
            labels.withUnsafeMutableBufferPointer { labels in
                guard let s = buffer.baseAddress, let labels = labels.baseAddress else { return }
                var i = 0
                while i < count {
                    var best = Float.infinity
                    var k = 0
                    while k < centers.count {
                        let c = centers[k]
                        let (dl, da, db) = (s[3 * i] - c.0, s[3 * i + 1] - c.1, s[3 * i + 2] - c.2)
                        let d = dl * dl + da * da + db * db
                        if d < best {
                            best = d
                            labels[i] = k
                        }
                        k += 1
                    }
                    i += 1
                }
            }
        }
    }

    private static func means(of samples: [Float], labels: [Int], old: [Center]) -> [Center] {
        var sums = [(Float, Float, Float, Float)](repeating: (0, 0, 0, 0), count: old.count)
        for (i, k) in labels.enumerated() {
            sums[k].0 += samples[3 * i]
            sums[k].1 += samples[3 * i + 1]
            sums[k].2 += samples[3 * i + 2]
            sums[k].3 += 1
        }
        return zip(sums, old).map { sum, old in
            sum.3 > 0 ? (sum.0 / sum.3, sum.1 / sum.3, sum.2 / sum.3) : old
        }
    }

    private static func component(of samples: [Float], labels: [Int], label k: Int, mean: Center) -> Component? {
        var c: (Float, Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0, 0)
        var n: Float = 0
        for (i, label) in labels.enumerated() where label == k {
            let (l, a, b) = (samples[3 * i] - mean.0, samples[3 * i + 1] - mean.1, samples[3 * i + 2] - mean.2)
            c = (c.0 + l * l, c.1 + l * a, c.2 + l * b, c.3 + a * a, c.4 + a * b, c.5 + b * b)
            n += 1
        }
        guard n > 0 else { return nil }
        c = (c.0 / n + noiseVariance, c.1 / n, c.2 / n, c.3 / n + noiseVariance, c.4 / n, c.5 / n + noiseVariance)
        // The inverse of a symmetric 3 × 3 matrix by cofactors; the noise term keeps it far from singular.
        let i0 = c.3 * c.5 - c.4 * c.4
        let i1 = c.2 * c.4 - c.1 * c.5
        let i2 = c.1 * c.4 - c.2 * c.3
        let determinant = c.0 * i0 + c.1 * i1 + c.2 * i2
        let i3 = c.0 * c.5 - c.2 * c.2
        let i4 = c.1 * c.2 - c.0 * c.4
        let i5 = c.0 * c.3 - c.1 * c.1
        return Component(
            mean: mean,
            inverse: (
                i0 / determinant, i1 / determinant, i2 / determinant, i3 / determinant, i4 / determinant,
                i5 / determinant
            ),
            logDeterminant: log(determinant), weight: n / Float(labels.count))
    }

    /// For each pixel the Mahalanobis distance to the nearest component: "how many standard deviations off".
    func distance(_ lab: LabPicture) -> Plane {
        energy(lab, offset: { _ in 0 }).mapped { $0.squareRoot() }
    }

    /// For each pixel the logarithm of its likelihood, up to a constant. The likeliest component stands for the sum.
    func logLikelihood(_ lab: LabPicture) -> Plane {
        energy(lab) { $0.logDeterminant - 2 * log(max($0.weight, 1e-6)) }.mapped { -$0 / 2 }
    }

    /// The component with the least distance to each pixel.
    func nearest(_ lab: LabPicture) -> [Int] {
        var labels = [Int](repeating: 0, count: lab.count)
        _ = energy(lab, labels: &labels) { _ in 0 }
        return labels
    }

    private func energy(_ lab: LabPicture, offset: (Component) -> Float) -> Plane {
        var none: [Int] = []
        return energy(lab, labels: &none, offset: offset)
    }

    private func energy(_ lab: LabPicture, labels: inout [Int], offset: (Component) -> Float) -> Plane {
        let result = Plane(width: lab.width, height: lab.height, filledWith: .infinity)
        let total = lab.count
        let wantsLabels = !labels.isEmpty
        for (k, component) in components.enumerated() {
            let (ml, ma, mb) = component.mean
            let (ll, la, lb, aa, ab, bb) = component.inverse
            let constant = offset(component)
            var i = 0
            while i < total {
                let l = lab.values[3 * i] - ml
                let a = lab.values[3 * i + 1] - ma
                let b = lab.values[3 * i + 2] - mb
                let e = l * (ll * l + 2 * (la * a + lb * b)) + a * (aa * a + 2 * ab * b) + b * bb * b + constant
                if e < result.values[i] {
                    result.values[i] = e
                    if wantsLabels { labels[i] = k }
                }
                i += 1
            }
        }
        return result
    }
}
