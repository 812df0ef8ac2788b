/// Finds the subject on the working copy.
///
/// 1. The backdrop's colours are learned from the border; what is far from them (Otsu's threshold) is a first guess.
/// 2. Subject and backdrop each get a colour model from the guess, every pixel goes to the likelier one, smoothed along
/// the
///    picture's own edges, and the largest region near the centre is kept; two more rounds of this, as GrabCut does it.
/// 3. Gaps are closed, holes filled.
struct SubjectMask {
    let region: Region
    /// How many other things there are that are unlike the backdrop, each at least ``otherPartShare`` as large as the subject.
    let otherParts: Int

    /// How large something has to be beside the subject to count.
    private static let otherPartShare = 0.15

    /// The longest side of the working copy in pixels: detail beyond it does not help to find the subject, only to cut
    /// it.
    static let workingSide = 400

    /// - Throws: ``ImagingError/Code/noSubject`` if nothing stands out.
    init(_ lab: LabPicture) throws {
        let unit = max(1, Float(max(lab.width, lab.height)) / 200)
        let backdrop = Backdrop(lab)
        let (lab, distance, threshold) = (backdrop.picture, backdrop.distance, backdrop.threshold)

        var guess = Region(distance, above: threshold)
        // A part that passes for a shadow is still outlined by its edges.
        if backdrop.isSmooth { guess = guess.closed(by: 1.5).fillingHoles { $0.count * 12 < lab.count } }
        let first = guess.opened(by: unit)
        guard var subject = first.mainPart(), Self.isPlausible(subject) else { throw Self.nothing }
        var unlike = first

        let filter = GuidedFilter(lab, radius: max(2, Int(2 * unit)), epsilon: 12)
        for _ in 0..<3 {
            let core = subject.eroded(by: unit)
            let source = core.count > 50 ? core : subject
            let near = subject.dilated(by: 2 * unit)
            // Other things that are unlike the border are neither: a second flower would teach the backdrop the first
            // one's colour.
            let behind = lab.samples(limit: 6000) { !near.contains[$0] && distance.values[$0] < threshold }
            let ahead = lab.samples(limit: 6000) { source.contains[$0] }
            guard behind.count > 300, ahead.count > 150 else { break }

            let subjectLikelihood = ColorMixture(samples: ahead, clusters: 7).logLikelihood(lab)
            let backdropLikelihood = ColorMixture(samples: behind, clusters: 7).logLikelihood(lab)
            // Likelihoods of rare colours are wild numbers; beyond "clearly" more says nothing.
            let evidence = subjectLikelihood.make {
                min(max(subjectLikelihood.values[$0] - backdropLikelihood.values[$0], -6), 6)
            }
            let refined = Region(filter.apply(evidence), above: 0).opened(by: unit)
            guard let next = refined.mainPart(), Self.isPlausible(next) else { break }
            (subject, unlike) = (next, refined)
        }

        let area = subject.count
        func meanDistance(_ part: [Int]) -> Float {
            part.reduce(Float(0)) { $0 + distance.values[$1] } / Float(part.count)
        }
        subject = subject.closed(by: 1.5 * unit)
        // Shading can pass through the backdrop's very colour and cut a bay into the subject. A bay that is really
        // empty looks like the backdrop throughout; so does the inside of a handle, unlike a highlight or a dark
        // centre.
        subject = subject.fillingConcavities(width: 12 * unit) {
            $0.count * 80 > area && meanDistance($0) > threshold * 0.45
        }
        subject = subject.fillingHoles { $0.count * 80 < area || meanDistance($0) > threshold * 0.5 }
        guard let whole = subject.opened(by: unit).mainPart(),
            let main = whole.droppingThinParts(
                width: 8 * unit,
                where: {
                    // Streaks of a structured backdrop that hang on; a handle or a strap is thin as well, but stands out.
                    !backdrop.isSmooth && meanDistance($0) < threshold * 1.4
                }
            ).opened(by: unit).mainPart(), Self.isPlausible(main)
        else { throw Self.nothing }
        region = main
        let large = unlike.parts().sizes.count { Double($0) >= Double(main.count) * Self.otherPartShare }
        // One of them is the subject.
        otherParts = max(large - 1, 0)
    }

    /// More than a speck, less than everything.
    private static func isPlausible(_ region: Region) -> Bool {
        let count = region.count
        return count * 500 > region.contains.count && count * 100 < region.contains.count * 97
    }

    private static let nothing = ImagingError(
        .noSubject, "cutout: nothing in the picture stands out from its backdrop",
        remedy: "use a picture of one thing on a plain or blurred backdrop that it does not fill")
}
