import Imaging
import SpeedPixTestSupport
import Testing

@Suite("Pictures of the small ComfyUI")
struct TestPictureTests {
    @Test("A picture with a text: a PNG of one pixel that opens")
    func pixel() throws {
        let picture = try Image.open(bytes: TestPNG.pixel(0x12AB34, texts: [("prompt", "{}")]))
        #expect(picture.width == 1)
        #expect(picture.height == 1)
        #expect(picture.pixels == [0x12, 0xAB, 0x34])
    }
}
