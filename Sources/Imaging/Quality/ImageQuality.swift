/// What a picture is like, in figures from 0 to 1: for a gate before it is published.
public struct ImageQuality: Sendable, Hashable {
    /// How crisp it is, on a copy of at most 1024 pixels a side: 0 is out of focus or of one colour, 1 as crisp as pixels are.
    ///
    /// 1 less the blur of Crété-Roffet et al., "The Blur Effect" (2007): how little of the differences between neighbours is
    /// lost when the picture is blurred once more.
    public var sharpness: Double
    /// How light the subject is, or the whole picture if nothing stands out: its mean L* (CIELAB) by 100. 0 is black, 1 white.
    public var exposure: Double
    /// The share of the picture that the subject takes; 0 if nothing stands out from the backdrop. Above 0.9 if the
    /// backdrop is only a thin border of one colour.
    public var coverage: Double
    /// The shorter side by the longer one: 1 is a square.
    public var squareness: Double
}

extension Image {
    /// Looks at the picture; a transparent one lies on white, and what is not transparent is its subject.
    ///
    /// - Throws: `CancellationError`, or ``ImagingError`` if libvips fails.
    public func quality() throws -> ImageQuality {
        let opaque = try background()
        let large = try LabPicture(opaque.thumbnail(width: 1024, height: 1024))
        let sharpness = Sharpness.of(large.channel(0))
        try ImagingStop.check()
        let side = SubjectMask.workingSide
        let small = try LabPicture(opaque.thumbnail(width: side, height: side))
        let subject = try subjectRegion(small)
        let inside = subject?.contains
        var (sum, count, i) = (0.0, 0, 0)
        while i < small.count {
            if inside?[i] ?? true {
                sum += Double(small.values[3 * i])
                count += 1
            }
            i += 1
        }
        func rounded(_ value: Double) -> Double { (min(max(value, 0), 1) * 1000).rounded() / 1000 }
        return ImageQuality(
            sharpness: rounded(sharpness), exposure: rounded(sum / Double(max(count, 1)) / 100),
            coverage: rounded(subject.map { Double($0.count) / Double($0.contains.count) } ?? 0),
            squareness: rounded(Double(min(width, height)) / Double(max(width, height))))
    }

    /// Nil if nothing stands out.
    private func subjectRegion(_ small: LabPicture) throws -> Region? {
        if hasAlpha {
            let sized = try resized(width: small.width, height: small.height, mode: .exact)
            let opaque = sized.raster.withPixels { pixels in
                (0..<small.count).map { pixels[4 * $0 + 3] > 127 }
            }
            // What is nowhere transparent has a backdrop like any other picture.
            if opaque.contains(false) {
                let region = Region(width: small.width, height: small.height, contains: opaque)
                return region.count > 0 ? region : nil
            }
        }
        guard small.width >= 16, small.height >= 16 else { return nil }
        if let filling = BorderColors(small).filling { return filling }
        do {
            return try SubjectMask(small).region
        } catch let error as ImagingError where error.code == .noSubject {
            return nil
        }
    }
}
