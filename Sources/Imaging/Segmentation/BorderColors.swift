/// What the outermost pixels of a picture say of a subject that the segmentation cannot see, since it takes the border for backdrop.
struct BorderColors {
    /// Something of another colour lies across the border: most of it has one colour, and a run of it another.
    let isCrossed: Bool
    /// What is inside a thin border: every pixel but those that are connected with the border in its colour. Nil unless nearly
    /// the whole border has one colour, and those pixels are less than a tenth of the picture.
    let filling: Region?

    /// Whether there is a ``filling``. The segmentation then takes it for backdrop, and what lies on it for the subject.
    var isThin: Bool { filling != nil }

    /// CIELAB distances: alike, and clearly another colour.
    private static let (alike, unlike): (Float, Float) = (10, 22)

    init(_ lab: LabPicture) {
        let (w, h) = (lab.width, lab.height)
        let ring =
            (0..<w).map { $0 } + (1..<h).map { $0 * w + w - 1 } + (0..<w - 1).reversed().map { (h - 1) * w + $0 }
            + (1..<h - 1).reversed().map { $0 * w }
        let median = (0..<3).map { channel in ring.map { lab.values[3 * $0 + channel] }.sorted()[ring.count / 2] }
        func distance(_ i: Int) -> Float {
            let d = (0..<3).map { lab.values[3 * i + $0] - median[$0] }
            return (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).squareRoot()
        }
        let distances = ring.map(distance)
        let near = Double(distances.count { $0 < Self.alike }) / Double(ring.count)
        // Twice round, for a run that the first corner cuts.
        var (run, longest) = (0, 0)
        for i in 0..<2 * ring.count {
            run = distances[i % ring.count] > Self.unlike ? run + 1 : 0
            longest = max(longest, run)
        }
        isCrossed = near > 0.5 && longest * 40 > ring.count && longest < ring.count
        guard near > 0.9 else {
            filling = nil
            return
        }
        let backdrop = Region(width: w, height: h, contains: (0..<lab.count).map { distance($0) < Self.alike })
        let (labels, sizes) = backdrop.parts()
        let touching = Set(ring.map { labels[$0] }).filter { $0 > 0 }
        let isThin = touching.reduce(0) { $0 + sizes[Int($1)] } * 10 < lab.count
        filling = isThin ? Region(width: w, height: h, contains: labels.map { !touching.contains($0) }) : nil
    }
}
