/// Sizes as people read them.
package enum ByteCount {
    /// `512 B`, `1.4 MB`, `25 MB`: powers of 1000, as drives, networks and file managers count; two digits at least.
    package static func text(_ bytes: Int64) -> String {
        guard bytes >= 1000 else { return "\(bytes) B" }
        var value = Double(bytes)
        var unit = "B"
        for next in ["kB", "MB", "GB", "TB"] where value >= 999.5 {
            value /= 1000
            unit = next
        }
        return value < 9.95 ? "\((value * 10).rounded() / 10) \(unit)" : "\(Int(value.rounded())) \(unit)"
    }
}
