import SpeedPix
import Testing

@Suite("Media types")
struct MediaTypeTests {
    @Test(arguments: [
        ("a.jpg", "image/jpeg"), ("A.JPEG", "image/jpeg"), ("a.b.png", "image/png"), ("clip.mp4", "video/mp4"),
        ("noextension", "application/octet-stream"), (".png", "application/octet-stream"),
        ("a.", "application/octet-stream"), ("a.unknown", "application/octet-stream"),
        ("dir.png/file", "application/octet-stream"), ("", "application/octet-stream"),
    ])
    func aNamePromisesAType(name: String, type: String) {
        #expect(MediaType.guess(filename: name) == type)
    }
}
