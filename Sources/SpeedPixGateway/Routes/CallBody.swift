import SpeedPix

/// The JSON object of a signed call, read with either spelling of its keys.
struct CallBody: Sendable {
    let members: [String: JSONValue]

    /// - Throws: ``Refusal`` if the bytes are not a JSON object.
    init(_ bytes: [UInt8]) throws(Refusal) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            if let number = LongNumber(error) { throw .invalidParameter("\(number)") }
            throw .invalidParameter(bytes.isEmpty ? "the body is empty" : "the body is not valid JSON")
        }
        guard case .object(let members) = json else {
            throw .invalidParameter("the body must be a JSON object, not \(json.kindDescription)")
        }
        self.members = members
    }

    /// - Parameters:
    ///   - name: The spelling of the documents.
    ///   - other: The other spelling that clients use.
    func value(_ name: String, _ other: String? = nil) -> JSONValue? {
        for key in [name, other].compactMap({ $0 }) {
            if let value = members[key], value != .null { return value }
        }
        return nil
    }

    /// A text that must be there and not be empty.
    func requiredText(_ name: String, _ other: String? = nil) throws(Refusal) -> String {
        guard let text = try text(name, other) else { throw .invalidParameter("\(name) is missing") }
        return text
    }

    /// A text; nil if it is missing or empty.
    func text(_ name: String, _ other: String? = nil) throws(Refusal) -> String? {
        guard let value = value(name, other) else { return nil }
        guard let text = value.stringValue else {
            throw .invalidParameter("\(name) must be a string, not \(value.kindDescription)")
        }
        return text.isEmpty ? nil : text
    }

    func flag(_ name: String, _ other: String? = nil) throws(Refusal) -> Bool? {
        guard let value = value(name, other) else { return nil }
        guard let flag = value.lenientBool else {
            throw .invalidParameter("\(name) must be true or false, not \(value.kindDescription)")
        }
        return flag
    }
}
