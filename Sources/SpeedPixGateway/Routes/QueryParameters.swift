import Hummingbird
import SpeedPix

/// The parameters of a request's query, as pages write them: a `+` is a space.
struct QueryParameters: Sendable {
    private var values: [String: String] = [:]

    init(_ request: Request) { self.init(request.uri.query ?? "") }

    /// - Parameter query: What follows the `?`. Of a name given twice, the last value counts.
    init(_ query: String) {
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let texts = parts.map { String(decoding: PercentEncoding.decodedFormBytes(Array($0)[...]), as: UTF8.self) }
            guard let name = texts.first, texts.count == 2 else { continue }
            values[name] = texts[1]
        }
    }

    /// A text; nil if it is missing or empty.
    func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A whole number; nil if it is missing or empty.
    ///
    /// - Throws: ``Refusal`` for anything that is not a number of this range.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalidParameter(
                "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not"
                    + " \"\(text.prefix(50))\"")
        }
        return number
    }
}
