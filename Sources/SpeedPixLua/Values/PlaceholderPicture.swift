import Imaging
import SpeedPix

/// The picture that stands for every picture of a dry run: a dark square on light grey. A picture of one colour would
/// not do, since a cutout needs a subject.
enum PlaceholderPicture {
    /// Pixels of its width and of its height.
    static let side = 1024

    private static let made = Result {
        let subject = side / 4..<side * 3 / 4
        let ground = [UInt8](repeating: 208, count: side * 3)
        var row = ground
        row.replaceSubrange(
            subject.lowerBound * 3..<subject.upperBound * 3, with: repeatElement(96, count: subject.count * 3))
        let pixels = (0..<side).flatMap { subject.contains($0) ? row : ground }
        return try Image(pixels: pixels, width: side, height: side).encoded(format: .png)
    }

    /// A PNG file, made once.
    ///
    /// - Throws: ``ImagingError`` where no pictures can be made, such as without libvips.
    static func bytes() throws -> [UInt8] { try made.get() }
}
