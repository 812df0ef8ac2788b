import Imaging
import Testing

@Suite struct ColorTests {
    @Test("Color reads hex digits and color names")
    func colorsAreRead() throws {
        #expect(try Color("#f80") == Color(red: 255, green: 136, blue: 0))
        #expect(try Color("#FF8800") == Color(red: 255, green: 136, blue: 0))
        #expect(try Color("#ff880080") == Color(red: 255, green: 136, blue: 0, alpha: 128))
        #expect(try Color("White") == .white)
        #expect(try Color("transparent").alpha == 0)
        #expect(try Color("#0a0B0c").description == "#0a0b0c")
    }

    @Test(
        "Color refuses any other text with a hint at #rrggbb",
        arguments: ["", "#", "#ff", "#fffff", "#ggg", "fff", "#ffff", "#+ff", "#１２３", "blurple", "#fffffffff"])
    func otherTextIsAnError(text: String) {
        let error = #expect(throws: ImagingError.self) { try Color(text) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.remedy?.contains("#rrggbb") == true)
    }
}
