/// Numbers of rows as people read them.
package enum RowCount {
    /// `20,000`
    package static func text(_ count: Int) -> String {
        let digits = Array(String(count))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3), digits[index - 1].isWholeNumber { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
