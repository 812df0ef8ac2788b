/// A sound of a result.
public struct AudioFile: MediaFile {
    /// Sounds.
    public static let kind = MediaKind.audio
    /// URL and description.
    public var file: FileOutput

    /// Any file taken for a sound.
    public init(_ file: FileOutput) { self.file = file }

    /// How long it plays.
    public var duration: Duration? { file.duration }
    /// Samples a second of each channel.
    public var sampleRate: Int? { file.rounded("sample_rate", "sampleRate") }
    /// Bits a second.
    public var bitrate: Int? { file.rounded("bitrate", "bit_rate", "bitRate") }
    /// 1 is mono, 2 is stereo.
    public var channels: Int? { file.rounded("channels") }
    /// The codec: "mp3", "aac" …
    public var codec: String? { file.text("codec", "audio_codec", "audioCodec") }
}
