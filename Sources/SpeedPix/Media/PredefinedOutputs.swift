/// What a workflow that makes pictures gives: its outputs named as the guide names them.
public struct ImageOutput: Codable, Hashable, Sendable {
    /// The pictures; one alone counts as a list of one.
    public var images: [ImageFile]

    /// Output of one's own making, for tests.
    public init(images: [ImageFile]) { self.images = images }

    /// Throws `DecodingError` if there is no `images`, or something else in it.
    public init(from decoder: any Decoder) throws {
        images = try decoder.container(keyedBy: CodingKeys.self).decodeList(forKey: .images)
    }
}

/// What a workflow that makes text gives.
public struct TextOutput: Codable, Hashable, Sendable {
    /// The text; a list's texts with line feeds between.
    public var text: String

    /// Output of one's own making, for tests.
    public init(text: String) { self.text = text }

    /// Throws `DecodingError` if there is no `text`, or something else in it.
    public init(from decoder: any Decoder) throws {
        text = try decoder.container(keyedBy: CodingKeys.self).decodeText(forKey: .text)
    }
}

/// What a workflow that makes videos gives.
public struct VideoOutput: Codable, Hashable, Sendable {
    /// The videos; one alone counts as a list of one.
    public var videos: [VideoFile]

    /// Output of one's own making, for tests.
    public init(videos: [VideoFile]) { self.videos = videos }

    /// Throws `DecodingError` if there is no `videos`, or something else in it.
    public init(from decoder: any Decoder) throws {
        videos = try decoder.container(keyedBy: CodingKeys.self).decodeList(forKey: .videos)
    }
}

/// What a workflow that makes sound gives.
public struct AudioOutput: Codable, Hashable, Sendable {
    /// The sounds; one alone counts as a list of one.
    public var audios: [AudioFile]

    /// Output of one's own making, for tests.
    public init(audios: [AudioFile]) { self.audios = audios }

    /// Throws `DecodingError` if there is no `audios`, or something else in it.
    public init(from decoder: any Decoder) throws {
        audios = try decoder.container(keyedBy: CodingKeys.self).decodeList(forKey: .audios)
    }
}

/// What a workflow that makes pictures and text gives.
public struct MultiModalOutput: Codable, Hashable, Sendable {
    /// The pictures; one alone counts as a list of one.
    public var images: [ImageFile]
    /// The text; a list's texts with line feeds between.
    public var text: String

    /// Output of one's own making, for tests.
    public init(images: [ImageFile], text: String) {
        self.images = images
        self.text = text
    }

    /// Throws `DecodingError` if `images` or `text` is missing, or something else is in it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        images = try container.decodeList(forKey: .images)
        text = try container.decodeText(forKey: .text)
    }
}

/// Any output, as it comes.
public typealias CustomResult = [String: JSONValue]

extension KeyedDecodingContainer {
    /// A list, or one value alone.
    fileprivate func decodeList<Element: Decodable>(forKey key: Key) throws -> [Element] {
        if case .array = try decode(JSONValue.self, forKey: key) { return try decode([Element].self, forKey: key) }
        return [try decode(Element.self, forKey: key)]
    }

    /// A text, a number written as one, or a list of them.
    fileprivate func decodeText(forKey key: Key) throws -> String {
        let value = try decode(JSONValue.self, forKey: key)
        let parts = value.arrayValue ?? [value]
        let texts = parts.compactMap { part in part.stringValue ?? part.lenientString }
        guard texts.count == parts.count else {
            throw DecodingError.typeMismatch(
                String.self, .init(codingPath: codingPath + [key], debugDescription: "it is not text"))
        }
        return texts.joined(separator: "\n")
    }
}
