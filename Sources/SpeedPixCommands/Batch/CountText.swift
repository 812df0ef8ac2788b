/// Numbers of things as people read them.
enum CountText {
    /// `1,204`.
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return number < 0 ? "-\(text)" : text
    }

    /// `1 row`, `20,000 rows`.
    static func of(_ number: Int, _ noun: String) -> String { "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")" }

    /// How many a time: `41/min`, `4.2/min`, and what is slower than one a minute `12/h`.
    static func rate(perSecond: Double) -> String {
        let perMinute = perSecond * 60
        guard perMinute < 1 else { return "\(short(perMinute))/min" }
        return "\(short(perMinute * 60))/h"
    }

    private static func short(_ number: Double) -> String {
        number < 9.95 ? "\((number * 10).rounded() / 10)" : grouped(Int(min(number, 1e9).rounded()))
    }
}
