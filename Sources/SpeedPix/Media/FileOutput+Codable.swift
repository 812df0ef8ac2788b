extension CodingUserInfoKey {
    /// For a decoder's `userInfo`: the ``Files`` that download what is decoded, so that it can be saved and read.
    public static let speedPixFiles: CodingUserInfoKey = {
        guard let key = CodingUserInfoKey(rawValue: "speedpix.files") else {
            preconditionFailure("a text that is not empty is a key")
        }
        return key
    }()
}

extension FileOutput: Codable {
    /// From a URL, an object with a `url`, or a list of just one of them.
    ///
    /// With `CodingUserInfoKey.speedPixFiles` in the decoder's `userInfo` the file can be saved and read.
    ///
    /// - Throws: `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        var value = try container.decode(JSONValue.self)
        // Some workflows wrap their only output into a list.
        if case .array(let values) = value, values.count == 1 { value = values[0] }
        guard let output = FileOutput(value) else {
            throw DecodingError.typeMismatch(
                FileOutput.self,
                .init(codingPath: decoder.codingPath, debugDescription: "it is neither a URL nor an object with a url"))
        }
        self = (decoder.userInfo[.speedPixFiles] as? Files).map(output.attached) ?? output
    }

    /// As a URL if nothing more is known, else as an object with a `url`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if properties.isEmpty {
            try container.encode(url)
        } else {
            try container.encode(JSONValue.object(properties.merging(["url": .string(url)]) { $1 }))
        }
    }
}
