#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What a media file says of itself. Nil is unknown.
public struct MediaProperties: Sendable, Hashable {
    /// The format by its content: "png", "mp4" …
    public var format: String?
    /// Bytes.
    public var size: Int64?
    /// Pixels, as the picture is to be shown.
    public var width: Int?
    /// Pixels, as the picture is to be shown.
    public var height: Int?
    /// Dots per inch.
    public var dpi: Int?
    /// "srgb", "cmyk" …
    public var colorSpace: String?
    /// How long it plays.
    public var duration: Duration?
    /// The codec of the video, or of a sound.
    public var codec: String?
    /// Frames a second.
    public var frameRate: Double?
    /// Whether a video has sound.
    public var hasAudio: Bool?
    /// The codec of a video's sound.
    public var audioCodec: String?
    /// Samples a second of each channel.
    public var sampleRate: Int?
    /// Bits a second.
    public var bitrate: Int?
    /// 1 is mono, 2 is stereo.
    public var channels: Int?
    /// How many pages a document has.
    public var pages: Int?
    /// As the document says.
    public var language: String?
    /// As the document says.
    public var author: String?
    /// When the document was made, as it says.
    public var createdAt: Date?
    /// Further properties, by name.
    public var metadata: [String: String] = [:]

    /// Knows nothing yet.
    public init() {}

    /// As the service would describe the file: snake_case, seconds.
    var described: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        func put(_ key: String, _ value: JSONValue?) {
            if let value { members[key] = value }
        }
        func integer(_ value: Int?) -> JSONValue? { value.map { .integer(Int64($0)) } }
        put("format", format.map(JSONValue.string))
        put("size", size.map(JSONValue.integer))
        put("width", integer(width))
        put("height", integer(height))
        put("dpi", integer(dpi))
        put("color_space", colorSpace.map(JSONValue.string))
        put("duration", duration.map { .double($0 / .seconds(1)) })
        put("codec", codec.map(JSONValue.string))
        put("frame_rate", frameRate.map(JSONValue.double))
        put("has_audio", hasAudio.map(JSONValue.bool))
        put("audio_codec", audioCodec.map(JSONValue.string))
        put("sample_rate", integer(sampleRate))
        put("bitrate", integer(bitrate))
        put("channels", integer(channels))
        put("pages", integer(pages))
        put("language", language.map(JSONValue.string))
        put("author", author.map(JSONValue.string))
        put("created_at", createdAt.map { .double($0.timeIntervalSince1970) })
        if !metadata.isEmpty { put("metadata", .object(metadata.mapValues(JSONValue.string))) }
        return members
    }
}
