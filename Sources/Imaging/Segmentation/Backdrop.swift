/// What lies behind the subject, learned from the picture's border.
struct Backdrop {
    /// The picture to work on: evened out if the backdrop is smooth, else as it was.
    let picture: LabPicture
    let isSmooth: Bool
    /// How far each pixel's colour is from the backdrop's, in standard deviations.
    let distance: Plane
    /// Pixels farther than this are unlike the backdrop.
    let threshold: Float

    init(_ lab: LabPicture) {
        let border = lab.border(max(2, min(lab.width, lab.height) / 28))
        guard let field = FlatField(lab, degree: 2, chosen: border), field.residual < FlatField.smoothResidual else {
            let colors = Self.structuredColors(lab, border)
            picture = lab
            isSmooth = false
            distance = colors.distance(lab).boxMean(radius: 1)
            threshold = min(max(otsuThreshold(distance, upTo: 24), 3), 9)
            return
        }

        // The border alone leaves the surface free in the middle. Once it is known roughly what is backdrop, all of it
        // counts.
        let rough = Self.ignoringShadows(field.flattened(lab), border)
        let inside = Region(rough, above: 6).dilated(by: Float(max(lab.width, lab.height)) / 60)
        let outside = inside.contains.indices.filter { !inside.contains[$0] }
        let finer = FlatField(lab, degree: 4, chosen: outside.count > lab.count / 5 ? outside : border)
        picture = (finer ?? field).flattened(lab)
        isSmooth = true
        distance = Self.ignoringShadows(picture, outside.count > lab.count / 5 ? outside : border)
        // On an even backdrop much less than the usual split between two groups is significant: white on light grey is 5 or
        // 6.
        threshold = min(max(otsuThreshold(distance, upTo: 24), 3), 3.6)
    }

    /// The distance from an evened-out backdrop, with shadows taken for backdrop.
    private static func ignoringShadows(_ flat: LabPicture, _ chosen: [Int]) -> Plane {
        let distance = ColorMixture(samples: flat.samples(limit: 3000, of: chosen), clusters: 1).distance(flat)
            .boxMean(radius: 1)
        let lightness = flat.channel(0).boxMean(radius: 1)
        let (w, h) = (flat.width, flat.height)
        return distance.make { i in
            let (x, y) = (i % w, i / w)
            guard x > 0, y > 0, x < w - 1, y < h - 1 else { return distance.values[i] }
            let l = lightness.values
            let (dx, dy) = (abs(l[i + 1] - l[i - 1]), abs(l[i + w] - l[i - w]))
            let (a, b) = (flat.values[3 * i + 1], flat.values[3 * i + 2])
            // A shadow is darker by a little, has the backdrop's hue, and no edge.
            let isShadow = l[i] < 0 && l[i] > -25 && a * a + b * b < 12 && max(dx, dy) < 6
            return isShadow ? distance.values[i] * 0.35 : distance.values[i]
        }
    }

    /// The colours of a backdrop with structure: foliage, wood, a room.
    private static func structuredColors(_ lab: LabPicture, _ border: [Int]) -> ColorMixture {
        let (width, height) = (lab.width, lab.height)
        let mixture = ColorMixture(samples: lab.samples(limit: 3000, of: border), clusters: 7)

        // The subject, or another of its kind, may touch the border. Its colours then are rare there but common in the
        // middle, which is never so for a backdrop's.
        let nearest = mixture.nearest(lab)
        let distance = mixture.distance(lab)
        var middle = [Float](repeating: 0, count: mixture.components.count)
        var total: Float = 0
        for y in height / 4..<max(height * 3 / 4, height / 4 + 1) {
            for x in width / 4..<max(width * 3 / 4, width / 4 + 1) {
                let i = y * width + x
                total += 1
                if distance.values[i] < 4 { middle[nearest[i]] += 1 }
            }
        }
        let kept = mixture.components.indices.filter { k in
            let share = mixture.components[k].weight
            // A cluster of very few pixels is a speck with a wide spread, near to every colour and typical of none.
            return share > 0.3 || (share > 0.03 && middle[k] / total < 2.5 * share)
        }
        var colors = mixture
        if !kept.isEmpty { colors.components = kept.map { mixture.components[$0] } }
        return colors
    }
}

/// The threshold that splits values into two groups with the least variance inside each (Otsu, 1979).
func otsuThreshold(_ plane: Plane, upTo limit: Float) -> Float {
    let bins = 128
    var histogram = [Float](repeating: 0, count: bins)
    var i = 0
    while i < plane.count {
        histogram[min(bins - 1, Int(max(0, plane.values[i]) / limit * Float(bins)))] += 1
        i += 1
    }
    let total = Float(plane.count)
    let sum = histogram.enumerated().reduce(Float(0)) { $0 + Float($1.offset) * $1.element }
    var (below, sumBelow, best, threshold) = (Float(0), Float(0), Float(-1), Float(0))
    for bin in 0..<bins - 1 {
        below += histogram[bin]
        sumBelow += Float(bin) * histogram[bin]
        guard below > 0, below < total else { continue }
        let gap = sumBelow / below - (sum - sumBelow) / (total - below)
        let between = below * (total - below) * gap * gap
        if between > best { (best, threshold) = (between, Float(bin + 1)) }
    }
    return threshold * limit / Float(bins)
}
