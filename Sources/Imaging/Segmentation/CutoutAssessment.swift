/// Why a cut-out may be wrong.
public enum CutoutWarning: String, Sendable, CaseIterable {
    /// The subject goes on outside the picture.
    case touchesBorder = "touches_border"
    /// Other things stand out from the backdrop as well, and were left out.
    case severalParts = "several_parts"
    /// The subject takes less than 5 % of the picture.
    case coverageLow = "coverage_low"
    /// The subject takes more than 90 % of the picture.
    case coverageHigh = "coverage_high"
    /// Along much of its outline, subject and backdrop have nearly the same colour.
    case weakEdges = "weak_edges"

    /// The same for a person.
    public var text: String {
        switch self {
        case .touchesBorder: "the subject touches the picture's border"
        case .severalParts: "there are several things, of which one was kept"
        case .coverageLow: "the subject takes less than 5 % of the picture"
        case .coverageHigh: "the subject takes more than 90 % of the picture"
        case .weakEdges: "along much of its edge the subject has the backdrop's colour"
        }
    }
}

/// How sure ``Image/assessedCutout(feather:)`` is of what it cut out.
public struct CutoutAssessment: Sendable, Hashable {
    /// 0…1. It is 1 if there is no warning and every edge is clear; each warning lowers it.
    public var confidence: Double
    /// Every reason for doubt; empty if there is none.
    public var warnings: [CutoutWarning]

    /// Of a picture that somebody else has cut out.
    static let given = CutoutAssessment(confidence: 1, warnings: [])
}

extension CutoutAssessment {
    /// The shares of the outline that are too much.
    private static let (mostTouching, mostWeak) = (0.01, 0.25)

    /// - Parameter weakEdges: The share of the outline along which the colours are nearly the same.
    init(_ mask: SubjectMask, border: BorderColors, weakEdges: Double) {
        let touching = mask.region.touchingShare
        let coverage = mask.coverage
        var (confidence, warnings) = (1 - 0.7 * weakEdges, [CutoutWarning]())
        func warn(_ warning: CutoutWarning, _ factor: Double) {
            warnings.append(warning)
            confidence *= factor
        }
        if touching > Self.mostTouching || border.isCrossed { warn(.touchesBorder, 1 - min(0.3 + touching, 0.7)) }
        if mask.otherParts > 0 { warn(.severalParts, 0.6) }
        // If the border is thin, the mask is a detail of the subject, and its share of the picture says nothing.
        if coverage > 0.9 || border.isThin {
            warn(.coverageHigh, 0.4)
        } else if coverage < 0.05 {
            warn(.coverageLow, 0.6)
        }
        if weakEdges > Self.mostWeak { warn(.weakEdges, 0.7) }
        self.init(confidence: (confidence * 100).rounded() / 100, warnings: warnings)
    }
}

extension SubjectMask {
    /// The share of the picture that the subject takes, 0…1.
    var coverage: Double { Double(region.count) / Double(region.contains.count) }
}

extension Region {
    /// The share of the picture's outermost pixels that are inside.
    fileprivate var touchingShare: Double {
        var count = 0
        for x in 0..<width {
            if contains[x] { count += 1 }
            if contains[(height - 1) * width + x] { count += 1 }
        }
        for y in 0..<height {
            if contains[y * width] { count += 1 }
            if contains[(y + 1) * width - 1] { count += 1 }
        }
        return Double(count) / Double(2 * (width + height))
    }
}
