/// The digests that Alibaba's API gateway verifies.
package enum SignatureMethod: String, Sendable, CaseIterable {
    case hmacSHA256 = "HmacSHA256"
    /// What Alibaba's SDKs for phones sign with.
    case hmacSHA1 = "HmacSHA1"

    /// The method that a call names in `x-ca-signature-method`; without one it is HmacSHA256.
    ///
    /// - Returns: Nil for a method that the gateway does not know.
    package init?(header: String?) {
        guard let header, !header.isEmpty else {
            self = .hmacSHA256
            return
        }
        let name = header.lowercased()
        guard let method = Self.allCases.first(where: { $0.rawValue.lowercased() == name }) else { return nil }
        self = method
    }
}
