/// One value of a prediction's input: JSON, with files wherever they are wanted.
///
/// ```swift
/// let input: [String: InputValue] = [
///     "prompt": "a red kettle",
///     "image": .path("./kettle.jpg"),
///     "references": [.path("./a.png"), .url("https://example.com/b.png")],
/// ]
/// ```
///
/// A string is text, whatever it looks like: only ``path(_:)`` and its siblings read files. The same content is
/// uploaded once.
public enum InputValue: Sendable {
    /// Anything that JSON can say, sent as it is.
    case json(JSONValue)
    /// A list that may have files in it.
    case array([InputValue])
    /// Named values that may have files among them.
    case object([String: InputValue])
    /// A file that is uploaded first.
    case file(UploadSource)
    /// A file that was uploaded before. If its URL is about to expire, it gets a new one first.
    case uploaded(UploadedFile)
    /// A file that only the caller can read: in a sandbox, an archive, a database.
    case custom(any InputFile)

    /// A file on this machine.
    public static func path(_ path: String) -> InputValue { .file(.path(path)) }

    /// Bytes in memory, uploaded under the name.
    public static func bytes(_ bytes: [UInt8], filename: String) -> InputValue {
        .file(.bytes(bytes, filename: filename))
    }

    /// A file that the service can fetch by itself.
    public static func url(_ url: String) -> InputValue { .json(.string(url)) }

    /// A file that an earlier prediction made.
    public static func output(_ file: FileOutput) -> InputValue { .json(.string(file.url)) }

    /// Text, never a file.
    public static func string(_ text: String) -> InputValue { .json(.string(text)) }

    /// A whole number.
    public static func integer(_ number: Int64) -> InputValue { .json(.integer(number)) }

    /// A whole number without a sign, such as a seed of 64 bits: every digit is sent.
    public static func unsigned(_ number: UInt64) -> InputValue { .json(JSONValue(number)) }

    /// A number. One that JSON cannot say (NaN, infinity) makes the create fail before anything is sent.
    public static func double(_ number: Double) -> InputValue { .json(.double(number)) }

    /// True or false.
    public static func bool(_ flag: Bool) -> InputValue { .json(.bool(flag)) }
}

extension InputValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByStringInterpolation
{
    /// Text, as a literal; never a file.
    public init(stringLiteral value: String) { self = .json(.string(value)) }
    /// An integer, as a literal.
    public init(integerLiteral value: Int64) { self = .json(.integer(value)) }
    /// A number with a fraction, as a literal.
    public init(floatLiteral value: Double) { self = .json(.double(value)) }
    /// True or false, as a literal.
    public init(booleanLiteral value: Bool) { self = .json(.bool(value)) }
    /// JSON's null, as a literal.
    public init(nilLiteral: ()) { self = .json(.null) }
    /// A list, as a literal.
    public init(arrayLiteral elements: InputValue...) { self = .array(elements) }
    /// Named values, as a literal; of a name given twice, the last value counts.
    public init(dictionaryLiteral elements: (String, InputValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}
