/// A video of a result.
public struct VideoFile: PixelFile {
    /// Videos.
    public static let kind = MediaKind.video
    /// URL and description.
    public var file: FileOutput

    /// Any file taken for a video.
    public init(_ file: FileOutput) { self.file = file }

    /// How long it plays.
    public var duration: Duration? { file.duration }
    /// The video codec: "h264", "av1" …
    public var codec: String? { file.text("codec", "video_codec", "videoCodec") }
    /// Frames a second.
    public var frameRate: Double? { file.rate("frame_rate", "frameRate", "fps") }
    /// Whether there is sound; false if that is not known.
    public var hasAudio: Bool { file.flag("has_audio", "hasAudio") ?? (audioCodec != nil) }
    /// The codec of the sound: "aac" …
    public var audioCodec: String? { file.text("audio_codec", "audioCodec") }

    /// 720 lines or more, by the shorter side: a video on its side counts the same. False while the size is unknown.
    public var isHD: Bool { hasLines(720) }
    /// 2,160 lines or more, by the shorter side. False while the size is unknown.
    public var is4K: Bool { hasLines(2160) }
    /// "1920x1080"; nil while the size is unknown.
    public var resolution: String? {
        guard let width, let height else { return nil }
        return "\(width)x\(height)"
    }

    private func hasLines(_ least: Int) -> Bool {
        guard let width, let height else { return false }
        return min(width, height) >= least
    }
}
