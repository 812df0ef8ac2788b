/// The last line of a string-to-sign: the path, and the parameters of the query and of a form.
///
/// As Alibaba's digest has it: parameters are sorted by key, byte by byte; keys and values are signed as they were before
/// URL encoding; an empty value has no `=`; of a key that is given more than once the first value counts. A form's
/// parameters come before the query's.
enum SignedResource {
    /// - Parameters:
    ///   - path: As it is sent, with its query if it has one.
    ///   - form: The body, if it is a form.
    static func text(path: String, form: [UInt8]? = nil) -> String {
        let parts = path.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 || form != nil else { return path }
        // Bytes and not texts: two texts are equal for Swift whose bytes differ.
        var values: [[UInt8]: [UInt8]] = [:]
        for encoded in [form ?? [], parts.count == 2 ? Array(parts[1]) : []] {
            for pair in encoded.split(separator: UInt8(ascii: "&")) {
                let key = pair.prefix { $0 != UInt8(ascii: "=") }
                guard !key.isEmpty else { continue }
                let name = PercentEncoding.decodedFormBytes(key)
                guard values[name] == nil else { continue }
                values[name] = PercentEncoding.decodedFormBytes(pair.dropFirst(key.count + 1))
            }
        }
        var bytes = Array(parts[0])
        var separator = UInt8(ascii: "?")
        for (key, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            bytes.append(separator)
            bytes += key
            if !value.isEmpty {
                bytes.append(UInt8(ascii: "="))
                bytes += value
            }
            separator = UInt8(ascii: "&")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
