public import SystemPackage

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What can stand in a prediction's input as it is: texts, numbers and files in variables of their own types.
///
/// ```swift
/// let image: URL, seed: UInt64, mask: URL?
/// let done = try await client.run("retouch", input: ["image": image, "seed": seed, "mask": mask])
/// ```
///
/// - Every whole number keeps every digit. A type with more than 64 bits goes through ``InputValue/init(exactly:)``.
/// - A text is text, whatever it looks like. `nil` is JSON's null.
/// - A `URL` of a file and a `FilePath` are files of this machine, which are uploaded; any other `URL` is sent as text, for the
///   service to fetch.
/// - `Data` is a file's content, uploaded as "data" with the extension of the format that its first bytes show
///   ("data.png"); ``InputValue/bytes(_:filename:)`` gives it another name. A `[UInt8]` is a list of numbers.
/// - Within a list or a dictionary of several types say which is an input: `InputValue(["mask": mask, "strength": 0.5])`.
///
/// Conform a type of your own to it to let its values stand in inputs.
public protocol InputValueConvertible: Sendable {
    /// The value as an input has it. Nothing is read or uploaded for it before the create.
    var inputValue: InputValue { get }
}

extension InputValueConvertible where Self == InputValue {
    /// A file on this machine; see ``InputValue/path(_:)``.
    public static func path(_ path: String) -> InputValue { InputValue.path(path) }

    /// Bytes in memory, uploaded under the name; see ``InputValue/bytes(_:filename:)``.
    public static func bytes(_ bytes: [UInt8], filename: String) -> InputValue {
        InputValue.bytes(bytes, filename: filename)
    }

    /// A file that the service can fetch by itself; see ``InputValue/url(_:)``.
    public static func url(_ url: String) -> InputValue { InputValue.url(url) }

    /// A file that an earlier prediction made; see ``InputValue/output(_:)``.
    public static func output(_ file: FileOutput) -> InputValue { InputValue.output(file) }
}

extension InputValue {
    /// A value of another type: `InputValue(seed)`.
    public init(_ value: some InputValueConvertible) { self = value.inputValue }

    /// Named values of several types.
    @_disfavoredOverload
    public init(_ members: [String: any InputValueConvertible]) { self = .object(members.mapValues(\.inputValue)) }

    /// A list of values of several types.
    @_disfavoredOverload
    public init(_ elements: [any InputValueConvertible]) { self = .array(elements.map(\.inputValue)) }

    /// A whole number of any type.
    ///
    /// - Returns: Nil if it is less than -2^63 or greater than 2^64 − 1: such a number would not be sent exactly.
    public init?(exactly number: some BinaryInteger) {
        guard let value = JSONValue(exactly: number) else { return nil }
        self = .json(value)
    }
}

extension JSONValue {
    /// A whole number of any type.
    ///
    /// - Returns: Nil if it is less than -2^63 or greater than 2^64 − 1.
    public init?(exactly number: some BinaryInteger) {
        if let signed = Int64(exactly: number) {
            self = .integer(signed)
        } else if let unsigned = UInt64(exactly: number) {
            self = .unsigned(unsigned)
        } else {
            return nil
        }
    }
}

extension InputValue: InputValueConvertible {
    /// The value itself.
    public var inputValue: InputValue { self }
}

extension JSONValue: InputValueConvertible {
    /// The JSON, sent as it is.
    public var inputValue: InputValue { .json(self) }
}

// MARK: Texts, numbers, truth values

extension String: InputValueConvertible {
    /// Text, never a file.
    public var inputValue: InputValue { .string(self) }
}

extension Substring: InputValueConvertible {
    /// Text, never a file.
    public var inputValue: InputValue { .string(String(self)) }
}

extension Bool: InputValueConvertible {
    /// True or false.
    public var inputValue: InputValue { .bool(self) }
}

extension Double: InputValueConvertible {
    /// A number. NaN and infinity make the create fail before anything is sent.
    public var inputValue: InputValue { .double(self) }
}

extension Float: InputValueConvertible {
    /// The number with the digits that a `Float` has: 0.1, and not 0.10000000149011612.
    public var inputValue: InputValue { .double(Double(description) ?? Double(self)) }
}

extension Int: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .integer(Int64(self)) }
}

extension Int8: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .integer(Int64(self)) }
}

extension Int16: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .integer(Int64(self)) }
}

extension Int32: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .integer(Int64(self)) }
}

extension Int64: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .integer(self) }
}

extension UInt: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .unsigned(UInt64(self)) }
}

extension UInt8: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .integer(Int64(self)) }
}

extension UInt16: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .integer(Int64(self)) }
}

extension UInt32: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .integer(Int64(self)) }
}

extension UInt64: InputValueConvertible {
    /// A whole number.
    public var inputValue: InputValue { .unsigned(self) }
}

// MARK: Values of values

extension Optional: InputValueConvertible where Wrapped: InputValueConvertible {
    /// JSON's null for nil.
    public var inputValue: InputValue { self?.inputValue ?? .json(.null) }
}

extension Array: InputValueConvertible where Element: InputValueConvertible {
    /// A list.
    public var inputValue: InputValue { .array(map(\.inputValue)) }
}

extension Dictionary: InputValueConvertible where Key == String, Value: InputValueConvertible {
    /// Named values.
    public var inputValue: InputValue { .object(mapValues(\.inputValue)) }
}

// MARK: Files

extension Data: InputValueConvertible {
    /// A file with this content, named "data" with the extension of the format that its first bytes show, if they do.
    public var inputValue: InputValue {
        let type = MediaType.sniff(Array(prefix(MediaType.sniffedLength)))
        let ending = type.flatMap { MediaType.fileExtension(for: $0) }
        return .bytes(Array(self), filename: ending.map { "data.\($0)" } ?? "data")
    }
}

extension URL: InputValueConvertible {
    /// A file on this machine for a `file:` URL, which is uploaded; the URL's text for any other.
    public var inputValue: InputValue {
        isFileURL ? .path(absoluteURL.path(percentEncoded: false)) : .url(absoluteString)
    }
}

extension FilePath: InputValueConvertible {
    /// A file on this machine, which is uploaded.
    public var inputValue: InputValue { .path(string) }
}

extension UploadSource: InputValueConvertible {
    /// A file that is uploaded first.
    public var inputValue: InputValue { .file(self) }
}

extension UploadedFile: InputValueConvertible {
    /// The file that was uploaded before. If its URL is about to expire, it gets a new one first.
    public var inputValue: InputValue { .uploaded(self) }
}

extension FileOutput: InputValueConvertible {
    /// The file by its URL.
    public var inputValue: InputValue { .output(self) }
}

extension MediaFile {
    /// The file by its URL.
    public var inputValue: InputValue { .output(file) }
}
