package import SpeedPix

extension JSONValue {
    /// The value with null for every number that JSON cannot say: NaN and infinity, which a script may return.
    package var finite: JSONValue {
        switch self {
        case .double(let number) where !number.isFinite: .null
        case .array(let values): .array(values.map(\.finite))
        case .object(let members): .object(members.mapValues(\.finite))
        default: self
        }
    }
}
