#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONValue {
    /// The value as a type of the caller's.
    ///
    /// One value where the type has a list counts as a list of one. Dates may be ISO 8601 text, or seconds or
    /// milliseconds since 1970.
    ///
    /// - Parameter files: What downloads the files in it; they can then be saved and read.
    /// - Throws: ``SpeedPixError`` `invalid_response` that names the field that does not fit, what is there, and what the
    ///   type expects.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self, files: Files? = nil) throws -> Value {
        let decoder = JSONDecoder()
        if let files { decoder.userInfo[.speedPixFiles] = files }
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            guard let date = try container.decode(JSONValue.self).lenientDate else {
                throw DecodingError.typeMismatch(
                    Date.self, .init(codingPath: decoder.codingPath, debugDescription: "it is not a date"))
            }
            return date
        }
        var value = self
        // Each round makes one value a list; more of them in one output than this is not a slip of a workflow's.
        for _ in 0..<64 {
            do {
                // Within a list, so that a bare text or number is a document for every Foundation.
                let list = try decoder.decode([Value].self, from: Data(JSONValue.array([value]).encoded()))
                guard let decoded = list.first else { break }
                return decoded
            } catch let error as DecodingError {
                guard case .typeMismatch(let expected, let context) = error, expected == [Any].self,
                    let listed = value.listing(context.codingPath.dropFirst())
                else { throw typeMismatch(error, Value.self) }
                value = listed
            }
        }
        throw SpeedPixError(.invalidResponse, "the output does not fit \(Value.self)")
    }

    /// The same value with a list of one in place of what is at the path; nil if there is nothing, or a list already.
    private func listing(_ path: ArraySlice<any CodingKey>) -> JSONValue? {
        guard let key = path.first else {
            if case .array = self { return nil }
            return self == .null ? nil : .array([self])
        }
        switch self {
        case .object(var members):
            guard let listed = members[key.stringValue]?.listing(path.dropFirst()) else { return nil }
            members[key.stringValue] = listed
            return .object(members)
        case .array(var values):
            guard let index = key.intValue, values.indices.contains(index),
                let listed = values[index].listing(path.dropFirst())
            else { return nil }
            values[index] = listed
            return .array(values)
        default:
            return nil
        }
    }

    private func typeMismatch(_ error: DecodingError, _ type: Any.Type) -> SpeedPixError {
        let path: [any CodingKey]
        let expectation: String
        switch error {
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            path = context.codingPath
            expectation = Self.name(of: type)
        case .keyNotFound(let key, let context):
            path = context.codingPath + [key]
            expectation = "a value"
        case .dataCorrupted(let context):
            path = context.codingPath
            expectation = "something else (\(context.debugDescription))"
        @unknown default:
            path = []
            expectation = "something else"
        }
        let inside = path.dropFirst()
        let place = Self.text(of: inside)
        let found = at(inside)
        var remedy = "compare \(type) with the workflow's outputs"
        if found == nil, let names = at(inside.dropLast())?.objectValue?.keys.sorted(), !names.isEmpty {
            remedy += "; there is \(names.prefix(12).joined(separator: ", "))"
        }
        return SpeedPixError(
            .invalidResponse,
            "the output does not fit \(type): \(place.isEmpty ? "it" : place) is \(Self.excerpt(found)), expected \(expectation)",
            remedy: remedy, cause: error)
    }

    private func at(_ path: ArraySlice<any CodingKey>) -> JSONValue? {
        var value = self
        for key in path {
            switch value {
            case .object(let members):
                guard let member = members[key.stringValue] else { return nil }
                value = member
            case .array(let values):
                guard let index = key.intValue, values.indices.contains(index) else { return nil }
                value = values[index]
            default:
                return nil
            }
        }
        return value
    }

    /// `images[0].width`
    static func text(of path: ArraySlice<any CodingKey>) -> String {
        path.reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue.printable()
            }
        }
    }

    private static func name(of type: Any.Type) -> String {
        switch type {
        case is [Any].Type: "a list"
        case is [String: Any].Type: "an object"
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is FileOutput.Type: "a file's URL, or an object with a url"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is Date.Type: "a date"
        default: "\(type)"
        }
    }

    /// What is there, short enough for a message.
    private static func excerpt(_ value: JSONValue?) -> String {
        switch value {
        case nil: return "missing"
        case .null: return "null"
        case .array(let values): return "a list of \(values.count)"
        case .object(let members):
            return members.isEmpty
                ? "an empty object"
                : "an object of \(members.keys.sorted().prefix(6).joined(separator: ", "))".printable()
        case .some(let value):
            let text = (try? value.encoded()).map { String(decoding: $0, as: UTF8.self) } ?? "a number"
            return text.count > 60 ? "\(text.prefix(60))…".printable() : text.printable()
        }
    }
}
