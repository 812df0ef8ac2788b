import SpeedPixTestSupport
import Testing

@testable import Imaging

@Suite("Quality and confidence")
struct QualityTests {
    @Test("Blur lowers sharpness; a picture of one colour has none")
    func sharpness() throws {
        let photo = try Image.open(path: Fixtures.asset("coffee.png"))
        let figures = try [photo, photo.blurred(sigma: 2), photo.blurred(sigma: 6)].map { try $0.quality().sharpness }
        #expect(figures[0] > figures[1] + 0.1 && figures[1] > figures[2] + 0.05, "\(figures)")
        #expect(figures.allSatisfy { (0...1).contains($0) })
        #expect(try Image.blank(width: 50, height: 50, color: Color("gray")).quality().sharpness == 0)
    }

    @Test("Exposure is the subject's lightness, coverage its share, squareness that of the sides")
    func figures() throws {
        let dark = try Image.blank(width: 200, height: 100)
            .composited(.blank(width: 80, height: 50, color: Color("#202020")), x: 60, y: 25)
        let quality = try dark.quality()
        #expect(quality.squareness == 0.5)
        #expect(abs(quality.coverage - 0.2) < 0.03, "\(quality)")
        #expect(quality.exposure < 0.2, "\(quality)")
        let light = try Image.blank(width: 200, height: 200, color: Color("#404040"))
            .composited(.blank(width: 100, height: 100, color: .white), x: 50, y: 50).quality()
        #expect(light.exposure > 0.9 && light.squareness == 1, "\(light)")
        let cut = try Image.blank(width: 100, height: 100, color: .transparent)
            .composited(.blank(width: 50, height: 50, color: .black), x: 0, y: 0).quality()
        #expect(abs(cut.coverage - 0.25) < 0.01 && cut.exposure < 0.05, "\(cut)")
        let plain = try Image.blank(width: 100, height: 100, color: .white).quality()
        #expect(plain.coverage == 0 && plain.exposure == 1)
        #expect(try Image.blank(width: 1, height: 1).quality().squareness == 1)
    }

    /// A rectangle on grey.
    private func shot(_ shapes: [(Int, Int, Int, Int)], color: String = "#7a1f1f") throws -> Image {
        var image = try Image.blank(width: 300, height: 200, color: Color("#d8d8d8"))
        for (x, y, width, height) in shapes {
            image = try image.composited(.blank(width: width, height: height, color: Color(color)), x: x, y: y)
        }
        return image
    }

    @Test("A clear subject in the middle gives no warning and full confidence")
    func clear() throws {
        let assessment = try shot([(100, 50, 100, 100)]).assessedCutout().assessment
        #expect(assessment == CutoutAssessment(confidence: 1, warnings: []))
        let bottle = try Fixtures.productShot(Fixtures.bottle).photo.assessedCutout().assessment
        #expect(bottle.warnings.isEmpty && bottle.confidence > 0.9, "\(bottle)")
    }

    @Test(
        "Each reason for doubt is named and lowers the confidence",
        arguments: [
            ([(60, 140, 150, 60)], "#7a1f1f", CutoutWarning.touchesBorder),
            ([(30, 60, 90, 90), (190, 60, 80, 80)], "#7a1f1f", .severalParts),
            ([(140, 90, 30, 30)], "#7a1f1f", .coverageLow),
        ])
    func doubts(shapes: [(Int, Int, Int, Int)], color: String, warning: CutoutWarning) throws {
        let assessment = try shot(shapes, color: color).assessedCutout().assessment
        #expect(assessment.warnings.contains(warning), "\(assessment)")
        #expect(assessment.confidence > 0 && assessment.confidence < 0.8)
    }

    @Test("A subject with nearly the backdrop's colour along its edge is a reason for doubt")
    func weakEdges() throws {
        let shape = "<ellipse cx=\"240\" cy=\"180\" rx=\"90\" ry=\"110\" fill=\"#f4e8d0\"/>"
        let assessment = try Fixtures.productShot(shape).photo.assessedCutout().assessment
        #expect(assessment.warnings == [.weakEdges], "\(assessment)")
        #expect(assessment.confidence < 0.6)
    }

    @Test("A subject that fills nearly everything is a reason for doubt")
    func filling() throws {
        let assessment = try shot([(5, 4, 290, 192)]).assessedCutout().assessment
        #expect(assessment.warnings.contains(.coverageHigh), "\(assessment)")
        #expect(assessment.confidence < 0.5)
    }

    @Test(
        "Within a thin border, a detail that was taken for the subject does not make the coverage low",
        arguments: [2, 4])
    func thinBorder(width: Int) throws {
        let body = try shot([(width, width, 300 - 2 * width, 200 - 2 * width)])
        let picture = try body.composited(.blank(width: 30, height: 30, color: .white), x: 135, y: 85)
        let (cut, assessment) = try picture.assessedCutout()
        // The white square on the body.
        #expect(cut.width < 40)
        #expect(assessment.warnings.contains(.coverageHigh) && !assessment.warnings.contains(.coverageLow))
        #expect(assessment.confidence < 0.5)
        for quality in [try picture.quality(), try body.quality()] {
            #expect(quality.coverage > 0.9, "\(quality)")
            #expect(quality.exposure < 0.4, "\(quality)")
        }
    }

    @Test("A picture that is cut out already is taken as it is")
    func alreadyCut() throws {
        let cut = try Image.blank(width: 100, height: 100, color: .transparent)
            .composited(.blank(width: 10, height: 10, color: .black), x: 0, y: 0).assessedCutout()
        #expect(cut.assessment == CutoutAssessment(confidence: 1, warnings: []))
        #expect(cut.image.width == 10)
    }
}
