/// Where the console of a gateway that runs is opened.
package struct ConsoleLink: Sendable {
    /// Scheme, host and port.
    let origin: String
    let codes: ConsoleCodes

    /// Makes a new link, which is good once and for five minutes.
    ///
    /// - Returns: The code, and the URL that ends in it. It stands behind `#`, which a browser sends to nobody.
    package func make() -> (code: String, url: String) {
        let code = codes.make()
        return (code, "\(origin)/#\(code)")
    }
}
