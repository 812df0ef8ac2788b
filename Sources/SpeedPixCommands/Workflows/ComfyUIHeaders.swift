import ComfyUI
import HTTPTypes
import SpeedPix

/// The header fields that servers of ComfyUI want, as a file has them: a line each, `Authorization: Bearer …`. Below a line
/// `[https://gpu2:8188]` stand those of this server alone.
struct ComfyUIHeaders: Sendable {
    /// A line that cannot be read.
    struct Problem: Error {
        /// Counted from 1.
        let line: Int
        let message: String
    }

    /// Of every server.
    private var general = HTTPFields()
    /// By the server's URL.
    private var own: [String: HTTPFields] = [:]

    /// None.
    init() {}

    /// - Throws: ``Problem``, whose message has no value of a field in it.
    init(_ text: String) throws(Problem) {
        var section: String?
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = String(line).trimming(while: \.isWhitespace)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                guard let address = try? ComfyUIServerAddress(String(line.dropFirst().dropLast())) else {
                    throw Problem(line: index + 1, message: "between [ and ] stands a server, such as http://gpu2:8188")
                }
                section = address.text
                continue
            }
            guard let colon = line.firstIndex(of: ":"),
                let name = HTTPField.Name(String(line[..<colon]).trimming(while: \.isWhitespace))
            else { throw Problem(line: index + 1, message: "a line is NAME: VALUE, or [URL] of a server") }
            let value = String(line[line.index(after: colon)...]).trimming(while: \.isWhitespace)
            guard HTTPField.isValidValue(value) else {
                throw Problem(line: index + 1, message: "the value has a character that no header can have")
            }
            if let section {
                own[section, default: [:]][name] = value
            } else {
                general[name] = value
            }
        }
    }

    /// What requests to a server carry.
    ///
    /// - Parameter server: Its URL, as `ComfyUIServerAddress/text` has it.
    func fields(for server: String) -> HTTPFields {
        var fields = general
        for field in own[server] ?? [:] { fields[field.name] = field.value }
        return fields
    }
}
