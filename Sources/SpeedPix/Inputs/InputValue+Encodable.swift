extension InputValue {
    /// Any value that can be encoded.
    ///
    /// ```swift
    /// struct Retouch: Encodable {
    ///     var image: URL
    ///     var mask: InputValue?
    ///     var seed: UInt64
    /// }
    /// ```
    ///
    /// Whole numbers keep every digit. What is ``InputValueConvertible`` stands for itself: a `URL` of a file, a `FilePath`, an
    /// ``UploadSource``, an ``UploadedFile`` or a ``FileOutput`` is a file here, wherever in the value it stands. A `Date` is
    /// ISO 8601 text. A property that is nil is left out, as Swift's own coding does it.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` that names the property: a whole number beyond 64 bits, a value that nests
    ///   deeper than 256 levels, or what its own `encode(to:)` throws.
    public init(encoding value: some Encodable) throws(SpeedPixError) {
        do {
            self = try InputEncoder.encode(value)
        } catch {
            throw SpeedPixError(encoding: value, failedWith: error)
        }
    }

    /// The input that a value is encoded as.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` also for a value that is not encoded as an object.
    static func members(encoding value: some Encodable) throws(SpeedPixError) -> [String: InputValue] {
        switch try InputValue(encoding: value) {
        case .object(let members): return members
        case .json(.object(let members)): return members.mapValues(InputValue.json)
        default:
            throw SpeedPixError(
                .invalidArgument, "the input, \(type(of: value)), is not encoded as an object",
                remedy: "give a struct or a dictionary, with a member for each input of the workflow")
        }
    }
}

extension JSONValue {
    /// Any value that can be encoded. Whole numbers of up to 64 bits keep every digit; a `Date` is ISO 8601 text.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument`: as ``InputValue/init(encoding:)``, and for a file that would have to be
    ///   uploaded.
    public init(encoding value: some Encodable) throws(SpeedPixError) {
        guard let json = try InputValue(encoding: value).plainJSON else {
            throw SpeedPixError(
                .invalidArgument, "\(type(of: value)) has a file in it, which JSON has not",
                remedy: "encode it as an InputValue")
        }
        self = json
    }
}

extension InputValue {
    /// The value without any files; nil if there are some.
    fileprivate var plainJSON: JSONValue? {
        switch self {
        case .json(let value): return value
        case .uploaded(let file): return .string(file.url)
        case .file, .custom: return nil
        case .array(let values):
            let plain = values.compactMap(\.plainJSON)
            return plain.count == values.count ? .array(plain) : nil
        case .object(let members):
            let plain = members.compactMapValues(\.plainJSON)
            return plain.count == members.count ? .object(plain) : nil
        }
    }
}

extension SpeedPixError {
    /// Why a value could not be encoded, with the property's name: `invalid_argument`.
    fileprivate init(encoding value: some Encodable, failedWith error: any Error) {
        if let error = error as? SpeedPixError {
            self = error
            return
        }
        var (place, reason) = ("", "\(error)")
        if case EncodingError.invalidValue(_, let context) = error {
            place = JSONValue.text(of: context.codingPath[...])
            reason = context.debugDescription
        }
        self.init(
            .invalidArgument,
            "the input, \(type(of: value)), cannot be encoded: \(place.isEmpty ? "" : "\(place): ")\(reason)",
            cause: error)
    }
}

// So that properties of these types can stand in a struct that is an input.

extension InputValue: Encodable {
    /// Encodes the JSON, and a file that was uploaded as its URL. As an input, every file is one.
    ///
    /// - Throws: `EncodingError` for a file that has yet to be uploaded, unless it is encoded as an input.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .json(let value): try value.encode(to: encoder)
        case .array(let values): try values.encode(to: encoder)
        case .object(let members): try members.encode(to: encoder)
        case .uploaded(let file): try file.url.encode(to: encoder)
        case .file(let source): try source.encode(to: encoder)
        case .custom(let file): throw EncodingError.unsentFile(file, at: encoder.codingPath)
        }
    }
}

extension UploadSource: Encodable {
    /// Only an input can hold it.
    ///
    /// - Throws: `EncodingError`, always: what encodes inputs does not call this.
    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.unsentFile(self, at: encoder.codingPath)
    }
}

extension EncodingError {
    fileprivate static func unsentFile(_ file: Any, at path: [any CodingKey]) -> EncodingError {
        .invalidValue(file, .init(codingPath: path, debugDescription: "a file can only be encoded as an input"))
    }
}
