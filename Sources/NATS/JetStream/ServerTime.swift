/// Times as the server writes them.
enum ServerTime {
    /// `2026-01-02T03:04:05.678901234Z`, with up to nine digits of a second, as nanoseconds since 1970.
    static func nanoseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T")
        else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var number: Int64 = 0
            for byte in bytes[range] {
                guard case let digit = byte &- UInt8(ascii: "0"), digit < 10 else { return nil }
                number = number * 10 + Int64(digit)
            }
            return number
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month), (1678...2261).contains(year)
        else { return nil }
        var fraction: Int64 = 0
        if bytes[19] == UInt8(ascii: ".") {
            let digits = bytes.count - 21
            guard (1...9).contains(digits), let value = number(20..<bytes.count - 1) else { return nil }
            fraction = (digits..<9).reduce(value) { value, _ in value * 10 }
        } else if bytes.count != 20 {
            return nil
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        return seconds * 1_000_000_000 + fraction
    }

    /// Days since 1970 in the Gregorian calendar. A year counts from March on, so that the leap day is its last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        // The days before a month that counts from March: 153 in each five of them. 719,468: from March of year 0 to 1970.
        return 365 * marchYear + leapDays + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
    }
}
