import ComfyUI
import SpeedPix

/// What servers of ComfyUI are asked with, as settings have it: header fields, and the certificates that count.
///
/// A server with a table of its own, `[[comfyui]]`, has the files that its table names; what that leaves open, and every other
/// server, has those of `comfyui_headers_file` and `comfyui_ca_file`.
struct ComfyUIAccess {
    /// Bytes of a file of headers.
    private static let largestFile = 64 << 10

    private let reader: SettingsReader
    /// Of every server without a file of its own.
    private let headers: ComfyUIHeaders
    /// The path of a file, for every server without one of its own.
    private let authorities: String?
    /// By the server's URL, as `ComfyUIServerAddress/text` has it.
    private var tables: [String: SettingTable] = [:]

    /// - Throws: ``SettingsError`` for the file of headers of every server.
    init(_ settings: ResolvedSettings, _ reader: SettingsReader) throws(SettingsError) {
        self.reader = reader
        if let value = settings[.comfyUIHeadersFile] {
            headers = try Self.headers(in: value, reader)
        } else {
            headers = ComfyUIHeaders()
        }
        authorities = settings[.comfyUICAFile].map { reader.path($0) }
        for table in settings[.comfyUI]?.tables ?? [] {
            // One that is no URL is refused where it is used.
            guard let address = try? ComfyUIServerAddress(table.url.text) else { continue }
            tables[address.text] = table
        }
    }

    /// The address of a server, with what it is asked with.
    ///
    /// - Throws: ``ComfyUI/ComfyUIError`` for what is no URL of a server, and for a file of certificates that cannot be used;
    ///   ``SettingsError`` for its file of headers, and for certificates of a server without TLS.
    func address(_ url: String) throws -> ComfyUIServerAddress {
        let plain = try ComfyUIServerAddress(url)
        let table = tables[plain.text]
        var headers = headers
        if let own = table?.headersFile { headers = try Self.headers(in: own, reader) }
        var authorities = plain.isSecure ? authorities : nil
        if let own = table?.caFile {
            guard plain.isSecure else {
                throw SettingsError(
                    message: "\(own.origin.shown): ca_file is for https, and the url is http",
                    hint: "leave it out, or write https")
            }
            authorities = reader.path(own)
        }
        return try ComfyUIServerAddress(url, headers: headers.fields(for: plain.text), caFile: authorities)
    }

    private static func headers(
        in value: SettingValue, _ reader: SettingsReader
    ) throws(SettingsError) -> ComfyUIHeaders {
        let path = reader.path(value)
        guard let file = try PrivateFile(path, limit: largestFile) else {
            throw SettingsError(message: "\(value.origin.shown): there is no file \(path.printable())")
        }
        try file.checkIsPrivate(holding: "what servers of ComfyUI are asked with")
        do throws(ComfyUIHeaders.Problem) {
            return try ComfyUIHeaders(file.text)
        } catch {
            throw SettingsError(message: "\(path.printable()):\(error.line): \(error.message)")
        }
    }
}
