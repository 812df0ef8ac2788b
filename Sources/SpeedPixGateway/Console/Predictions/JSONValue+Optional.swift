import SpeedPix

extension JSONValue {
    /// A text, or null without one.
    static func orNull(_ text: String?) -> JSONValue {
        if let text { .string(text) } else { .null }
    }

    /// A whole number, or null without one.
    static func orNull(_ number: Int?) -> JSONValue {
        if let number { .integer(Int64(number)) } else { .null }
    }

    /// A number, or null without one.
    static func orNull(_ number: Double?) -> JSONValue {
        if let number { .double(number) } else { .null }
    }
}
