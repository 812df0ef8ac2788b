import Testing

@testable import Imaging

@Suite struct CutoutTests {
    @Test("A cutout keeps the flower in focus and drops the one in the backdrop")
    func cutoutOfTheMainSubject() throws {
        let photo = try Image.open(path: Fixtures.asset("dahlia.jpg"))
        let layer = try photo.subjectLayer(feather: 0.6).image
        func alpha(_ x: Int, _ y: Int) throws -> UInt8 { try layer.color(x: x, y: y).alpha }
        // The heart, and petals at the top, the left, the right and the bottom.
        for (x, y) in [(306, 222), (310, 95), (182, 225), (432, 220), (300, 346), (222, 140), (395, 320)] {
            #expect(try alpha(x, y) > 250, "petal at \(x), \(y)")
        }
        for (x, y) in [
            (0, 0), (639, 0), (0, 426), (639, 426), (360, 400), (420, 390), (200, 370), (480, 230), (140, 200),
        ] {
            #expect(try alpha(x, y) == 0, "backdrop at \(x), \(y)")
        }
        let cut = try photo.cutout()
        #expect((265...290).contains(cut.width) && (265...290).contains(cut.height))
        #expect(cut.hasAlpha)
    }

    @Test("A cutout has hardly any backdrop color along its edge")
    func noBackdropColorAtTheEdge() throws {
        // Backdrop that stuck to the edge would be dark and green; petals are light and orange.
        let cut = try Image.open(path: Fixtures.asset("dahlia.jpg")).cutout()
        let pixels = cut.pixels
        var (edge, green) = (0, 0)
        for i in stride(from: 0, to: pixels.count, by: 4) where (64...250).contains(pixels[i + 3]) {
            edge += 1
            if pixels[i] < pixels[i + 1] { green += 1 }
        }
        #expect(edge > 300)
        #expect(green * 20 < edge)
    }

    @Test(
        "A cutout of a product shot follows the outline and drops the shadow",
        arguments: [Fixtures.bottle, Fixtures.bag])
    func cutoutOfAProductShot(shape: String) throws {
        let (photo, mask) = try Fixtures.productShot(shape)
        let layer = try photo.subjectLayer(feather: 0).image
        let overlap = Fixtures.overlap(layer, mask)
        #expect(overlap > 0.97)
        // White shows neither the old backdrop nor the shadow.
        let white = try layer.background()
        for (x, y) in [(0, 0), (479, 0), (0, 359), (479, 359), (100, 312), (380, 316), (240, 20)] {
            #expect(try white.color(x: x, y: y) == .white)
        }
    }

    @Test("A cutout leaves the inside of a handle transparent")
    func insideOfAHandleIsTransparent() throws {
        let layer = try Fixtures.productShot(Fixtures.bag).photo.subjectLayer(feather: 0.6).image
        #expect(try layer.color(x: 240, y: 110).alpha == 0)
        #expect(try layer.color(x: 240, y: 75).alpha > 200)
    }

    @Test("A cutout keeps a white label on the subject")
    func keepsAWhiteLabel() throws {
        let layer = try Fixtures.productShot(Fixtures.bottle).photo.subjectLayer(feather: 0.6).image
        let label = try layer.color(x: 240, y: 240)
        #expect(near(label, try Color("#faf8f2")))
        #expect(try layer.color(x: 190, y: 240).alpha > 200)
    }

    @Test("A cutout of a cup keeps the saucer and drops the table")
    func keepsTheSaucer() throws {
        let layer = try Image.open(path: Fixtures.asset("coffee.png")).subjectLayer(feather: 0.6).image
        for (x, y) in [(290, 130), (290, 40), (120, 220), (430, 270), (220, 280), (280, 360)] {
            #expect(try layer.color(x: x, y: y).alpha > 240, "cup at \(x), \(y)")
        }
        for (x, y) in [(20, 20), (40, 130), (580, 60), (560, 350), (30, 380)] {
            #expect(try layer.color(x: x, y: y).alpha == 0, "table at \(x), \(y)")
        }
    }

    @Test("A cutout of a large photograph has the size of the photograph")
    func cutoutOfALargePhotograph() throws {
        let (photo, mask) = try Fixtures.productShot(Fixtures.bag)
        let layer = try photo.resized(width: 960).subjectLayer(feather: 0).image
        #expect(layer.width == 960)
        let overlap = Fixtures.overlap(layer, try mask.resized(width: 960))
        #expect(overlap > 0.96)
    }

    @Test("A cutout of a picture without a subject is an error")
    func aPictureWithoutASubjectIsAnError() throws {
        let gradient = try Fixtures.productShot("").photo.cropped(x: 0, y: 0, width: 480, height: 260)
        for picture in [try Image.blank(width: 200, height: 150, color: Color("teal")), gradient] {
            let error = #expect(throws: ImagingError.self) { try picture.cutout() }
            #expect(error?.code == .noSubject)
            #expect(error?.message == "cutout: nothing in the picture stands out from its backdrop")
            #expect(error?.remedy?.contains("backdrop") == true)
        }
    }

    @Test("A cutout refuses tiny pictures and invalid feathers")
    func tinyPicturesAndBadFeathersAreErrors() throws {
        #expect(throws: ImagingError.self) { try Image.blank(width: 5, height: 5).cutout() }
        #expect(throws: ImagingError.self) { try Fixtures.quarters().cutout(feather: -1) }
        #expect(throws: ImagingError.self) { try Fixtures.quarters().cutout(feather: .nan) }
    }

    @Test("A cutout of pictures of odd shapes does not trap")
    func cutoutOfOddShapes() throws {
        for (width, height) in [(16, 16), (16, 900), (900, 17), (33, 401)] {
            let picture = try Image.blank(width: width, height: height)
                .composited(.blank(width: max(5, width / 3), height: max(5, height / 3), color: .black))
            do {
                #expect(try picture.cutout().hasAlpha)
            } catch let error as ImagingError {
                // Too few pixels to be sure of anything is an honest answer; a trap is not.
                #expect(error.code == .noSubject)
            }
        }
    }

    @Test("A cutout of a picture that is cut out already only trims it")
    func cutoutOfACutout() throws {
        let done = try Fixtures.quarters(40).extended(top: 30, right: 30, bottom: 30, left: 30, color: .transparent)
        let cut = try done.cutout()
        #expect(cut.width == 40 && cut.height == 40)
        #expect(try cut.background().pixels == Fixtures.quarters(40).pixels)
    }

    @Test("Two cutouts of the same picture have the same pixels")
    func cutoutIsDeterministic() throws {
        let photo = try Image.open(path: Fixtures.asset("dahlia.jpg"))
        #expect(try photo.cutout().pixels == photo.cutout().pixels)
    }

    @Test("A feather softens the edge of a cutout inwards only")
    func featherSoftensInwards() throws {
        let (photo, _) = try Fixtures.productShot(Fixtures.bag)
        let hard = try photo.subjectLayer(feather: 0).image.pixels
        let soft = try photo.subjectLayer(feather: 4).image.pixels
        var partly = (hard: 0, soft: 0)
        for i in stride(from: 3, to: hard.count, by: 4) {
            #expect(soft[i] <= hard[i])
            if (20..<236).contains(hard[i]) { partly.hard += 1 }
            if (20..<236).contains(soft[i]) { partly.soft += 1 }
        }
        #expect(partly.soft > partly.hard * 2)
    }
}
