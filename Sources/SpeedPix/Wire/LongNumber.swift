/// A whole number beyond 64 bits, where it would have been rounded. Parsing throws it within a `DecodingError`.
package struct LongNumber: Error, CustomStringConvertible {
    package let digits: String

    package var description: String {
        "the whole number \(digits.utf8.count > 40 ? "\(digits.prefix(40))…" : digits) does not fit 64 bits"
    }

    init(digits: String) { self.digits = digits }

    /// The number that kept a document from being parsed; nil if that failed for another reason.
    package init?(_ error: any Error) {
        guard case DecodingError.dataCorrupted(let context) = error, let number = context.underlyingError as? LongNumber
        else { return nil }
        self = number
    }
}
