internal import CImaging

/// The frames of an animated GIF or WebP: pictures of one size, each shown for a while.
public struct Animation: Sendable {
    /// At least one.
    public let frames: [Image]
    /// How long each frame is shown, in milliseconds; as many as there are frames.
    public let delays: [Int]
    /// How often all of it is shown; 0 is without end.
    public let loop: Int

    /// - Throws: ``ImagingError`` with `invalidArgument` for no frames, or frames of different sizes; `tooLarge` if all
    ///   together are over ``ImagingLimits/standard``.
    public init(frames: [Image], delays: [Int] = [], loop: Int = 0) throws {
        guard let first = frames.first else { throw ImagingError(.invalidArgument, "animation: there are no frames") }
        guard frames.allSatisfy({ $0.width == first.width && $0.height == first.height }) else {
            throw ImagingError(.invalidArgument, "animation: the frames are not of one size")
        }
        try Self.check(width: first.width, height: first.height, count: frames.count)
        self.frames = frames
        self.delays = (0..<frames.count).map { delays.indices.contains($0) ? delays[$0] : Self.usualDelay }
        self.loop = loop
    }

    /// What players show a frame for that says nothing, in milliseconds.
    private static let usualDelay = 100

    /// The first frame, which says what all are like.
    public var first: Image { frames[0] }

    /// The bytes of all pixels.
    public var byteCount: Int { frames.reduce(0) { $0 + $1.width * $1.height * ($1.hasAlpha ? 4 : 3) } }

    /// Every frame changed alike.
    ///
    /// - Throws: What the closure throws; ``ImagingError`` with `tooLarge` if the results together would be over
    ///   ``ImagingLimits/standard``, found after the first; `invalidArgument` if they are of different sizes.
    public func map(_ change: (Image) throws -> Image) throws -> Animation {
        var changed: [Image] = []
        changed.reserveCapacity(frames.count)
        for frame in frames {
            try ImagingStop.check()
            let result = try change(frame)
            if changed.isEmpty { try Self.check(width: result.width, height: result.height, count: frames.count) }
            changed.append(result)
        }
        return try Animation(frames: changed, delays: delays, loop: loop)
    }

    private static func check(width: Int, height: Int, count: Int) throws {
        let limits = ImagingLimits.standard
        guard count <= limits.pixels / max(width * height, 1) else {
            throw ImagingError(
                .tooLarge, "\(count) frames of \(width) × \(height) pixels are over the limit",
                remedy: "stay under \(limits.pixels / 1_000_000) megapixels in all frames together")
        }
    }

    /// The animation as a file's content.
    ///
    /// - Parameters:
    ///   - format: GIF or WebP.
    ///   - quality: 1…100, for WebP.
    ///   - metadata: Whether what the first frame's file said of itself is written, too.
    /// - Throws: ``ImagingError`` with `invalidArgument`, or `unsupportedFormat` for a format that holds one picture.
    public func encoded(format: ImageFormat, quality: Int = 90, metadata: MetadataPolicy = .keep) throws -> [UInt8] {
        guard format == .gif || format == .webp else {
            throw ImagingError(
                .unsupportedFormat,
                "\(format.rawValue) holds one picture, and this is an animation of \(frames.count) frames",
                remedy: "write it as .gif or .webp, or one frame of it: picture:frame(1)")
        }
        let handles = frames.map { Optional($0.raster.handle) }
        let delays = delays.map { Int32(clamping: max($0, 0)) }
        return try withExtendedLifetime(frames) {
            try first.encode(format: format, quality: quality, metadata: metadata) { options, bytes, count, error in
                spx_frames_encode(
                    handles, Int32(handles.count), delays, Int32(clamping: loop), &options, &bytes, &count, error)
            }
        }
    }
}
