/// What is wrong with one row.
package struct RowFinding: Sendable, Equatable {
    /// By which findings are counted.
    package enum Kind: Sendable, CaseIterable {
        /// Fewer or more fields than there are columns.
        case width
        /// A line that is no JSON object.
        case malformed
        /// Of another type, out of range, or nothing that a parameter can have.
        case wrongValue
        case missingValue
        /// A file that is not there, or that the script may not read.
        case missingFile
        case missingKey
        case duplicateKey
    }

    /// The row's number, from 1.
    package let row: Int
    /// Where it stands: the source and the line, or the file that a pattern found.
    package let place: String
    /// The column's name; nil for what concerns the whole row.
    package let column: String?
    package let kind: Kind
    /// A part of a sentence, for behind place and column.
    package let message: String
    /// What to do about it.
    package let hint: String?
}

extension RowFinding: CustomStringConvertible {
    /// `products.csv:14, column photo: there is no file shoe.jpg; did you mean 'Shoe.jpg'?`
    package var description: String {
        "\(place)\(column.map { ", column \($0)" } ?? ""): \(message)\(hint.map { "; \($0)" } ?? "")"
    }
}

extension RowFinding.Kind {
    /// `1 missing file`, `12 missing files`.
    func counted(_ count: Int) -> String {
        let isOne = count == 1
        return switch self {
        case .width: "\(count) with too few or too many fields"
        case .malformed: "\(count) malformed"
        case .wrongValue: isOne ? "1 wrong value" : "\(count) wrong values"
        case .missingValue: isOne ? "1 missing value" : "\(count) missing values"
        case .missingFile: isOne ? "1 missing file" : "\(count) missing files"
        case .missingKey: isOne ? "1 missing key" : "\(count) missing keys"
        case .duplicateKey: isOne ? "1 duplicate key" : "\(count) duplicate keys"
        }
    }
}
