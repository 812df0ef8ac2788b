/// Crété-Roffet's measure of blur, turned round.
enum Sharpness {
    /// Pixels of the mean that blurs once more, as in the paper.
    private static let window = 9

    /// 0…1 of a plane of lightness.
    static func of(_ plane: Plane) -> Double {
        let rows = blur(plane, lines: plane.height, along: 1, next: plane.width, count: plane.width)
        let columns = blur(plane, lines: plane.width, along: plane.width, next: 1, count: plane.height)
        guard let blur = [rows, columns].compactMap(\.self).max() else { return 0 }
        return 1 - blur
    }

    /// The share of the differences between neighbours of one direction that is left after a mean; nil where there are none.
    private static func blur(_ plane: Plane, lines: Int, along: Int, next: Int, count: Int) -> Double? {
        guard count > window else { return nil }
        let values = plane.values
        var (all, lost) = (0.0, 0.0)
        var line = 0
        while line < lines {
            let start = values + line * next
            var i = window / 2 + 1
            while i < count - window / 2 {
                // The difference of two means that lie one apart is that of the values in which they differ.
                let own = abs(start[i * along] - start[(i - 1) * along])
                let mean =
                    abs(start[(i + window / 2) * along] - start[(i - window / 2 - 1) * along]) / Float(window)
                all += Double(own)
                lost += Double(max(own - mean, 0))
                i += 1
            }
            line += 1
        }
        // A tenth of the least difference in lightness that anybody sees, on average: the picture is of one colour.
        guard all > 0.001 * Double(plane.count) else { return nil }
        return (all - lost) / all
    }
}
