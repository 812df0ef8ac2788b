extension Image {
    /// The picture's subject, cut out of its backdrop and trimmed to its box; transparent around it.
    ///
    /// The backdrop's colours are taken from the border, so it may be blurred, textured or graded; of several things
    /// the largest near the middle is kept. A picture that is transparent already is only trimmed.
    ///
    /// - Parameter feather: The softness of the edge in pixels, 0…50.
    /// - Throws: ``ImagingError`` with `noSubject` if nothing stands out, e.g. in a picture of one colour; `invalidArgument`.
    public func cutout(feather: Double = 0.6) throws -> Image { try assessedCutout(feather: feather).image }

    /// Like ``cutout(feather:)``, with how sure it is.
    public func assessedCutout(feather: Double = 0.6) throws -> (image: Image, assessment: CutoutAssessment) {
        guard (0...50).contains(feather) else {
            throw ImagingError(.invalidArgument, "cutout: feather \(feather) is not between 0 and 50")
        }
        if hasAlpha, isPartlyTransparent { return (try trimmed(threshold: 1), .given) }
        let (layer, assessment) = try subjectLayer(feather: feather)
        return (try layer.trimmed(threshold: 3), assessment)
    }

    /// The cut-out at its place in the whole picture.
    func subjectLayer(feather: Double) throws -> (image: Image, assessment: CutoutAssessment) {
        guard width >= 16, height >= 16 else {
            throw ImagingError(
                .invalidArgument, "cutout: \(width) × \(height) pixels are too few to tell a subject from its backdrop")
        }

        let opaque = try background()
        let side = SubjectMask.workingSide
        let small = try opaque.thumbnail(width: side, height: side)
        let lab = try LabPicture(small)
        let mask = try SubjectMask(lab)
        try ImagingStop.check()
        let matting = Matting(mask.region, small: small, width: width, height: height)
        let pixels = opaque.raster.withPixels { pixels in
            pixels.baseAddress.map { matting.apply($0, bands: opaque.raster.bands, width: width, height: height) } ?? []
        }
        try ImagingStop.check()
        let cut = try replacing(Image(pixels: pixels, width: width, height: height).raster)
        // The softness lies inside the edge: outside it there is only backdrop.
        let assessment = CutoutAssessment(mask, border: BorderColors(lab), weakEdges: matting.weakShare)
        return (feather < 0.3 ? cut : try cut.feathered(feather), assessment)
    }

    /// Whether someone has cut the subject out before.
    private var isPartlyTransparent: Bool {
        let total = width * height
        let transparent = raster.withPixels { pixels -> Int in
            var (count, i) = (0, 3)
            while i < pixels.count {
                if pixels[i] < 128 { count += 1 }
                i += 4
            }
            return count
        }
        return transparent * 100 > total && transparent < total
    }

    private func feathered(_ sigma: Double) throws -> Image {
        let blurred = try blurred(sigma: sigma)
        var result = pixels
        blurred.raster.withPixels { soft in
            var i = 3
            while i < result.count {
                // The lower half of the ramp is what spread outwards: cut it off, and never beyond the old edge.
                let inner = max(0, (Int(soft[i]) - 64) * 4 / 3)
                result[i] = UInt8(min(inner, Int(result[i])))
                i += 4
            }
        }
        return try replacing(Image(pixels: result, width: width, height: height).raster)
    }
}
