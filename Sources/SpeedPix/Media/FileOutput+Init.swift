extension FileOutput {
    /// A file of one's own making: from a program's own records, or for a test.
    ///
    /// - Parameters:
    ///   - url: Where it can be downloaded.
    ///   - properties: What the service would report of it, with its keys: `filename`, `size`, `width`, `mime_type` …
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a text that is not an http or https URL.
    public init(url: String, properties: [String: JSONValue] = [:]) throws(SpeedPixError) {
        guard let file = FileOutput(.object(properties.merging(["url": .string(url)]) { $1 })) else {
            throw SpeedPixError(
                .invalidArgument, "\"\(String(url.prefix(200)).printable())\" is not an http or https URL")
        }
        self = file
    }
}
