package import Imaging

/// What a picture of a script shows: one picture, or an animation's frames.
package enum PicturePixels: Sendable {
    case still(Image)
    case moving(Animation)

    init(_ animation: Animation) {
        self = animation.frames.count == 1 ? .still(animation.first) : .moving(animation)
    }

    /// The picture, or the frame that all others are like.
    var first: Image {
        switch self {
        case .still(let image): image
        case .moving(let animation): animation.first
        }
    }

    var frames: Int {
        switch self {
        case .still: 1
        case .moving(let animation): animation.frames.count
        }
    }

    /// Bytes in memory.
    var cost: Int {
        let metadata = first.metadata?.byteCount ?? 0
        switch self {
        case .still(let image): return image.width * image.height * (image.hasAlpha ? 4 : 3) + metadata
        case .moving(let animation): return animation.byteCount + metadata
        }
    }

    /// Every frame changed alike.
    func map(_ change: (Image) throws -> Image) throws -> PicturePixels {
        switch self {
        case .still(let image): .still(try change(image))
        case .moving(let animation): .moving(try animation.map(change))
        }
    }

    /// The content of a file.
    ///
    /// - Throws: ``ImagingError`` with `unsupportedFormat` for an animation in a format that holds one picture.
    func encoded(format: ImageFormat, quality: Int, metadata: MetadataPolicy) throws -> [UInt8] {
        switch self {
        case .still(let image): try image.encoded(format: format, quality: quality, metadata: metadata)
        case .moving(let animation): try animation.encoded(format: format, quality: quality, metadata: metadata)
        }
    }
}
