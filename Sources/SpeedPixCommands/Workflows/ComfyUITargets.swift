import ComfyUI
import SpeedPix

/// The servers of ComfyUI that a command line or the settings name.
struct ComfyUITargets: Sendable {
    /// The word for none.
    static let noneWord = "none"
    /// ComfyUI's own port, and that of its desktop program.
    static let usual = ["http://127.0.0.1:8188", "http://127.0.0.1:8000"]
    /// Bytes of a file of headers, or of one with a key.
    static let largestFile = 64 << 10

    /// The servers in their order, each once.
    let addresses: [ComfyUIServerAddress]
    /// Whether somebody has named them, or has said that there are none.
    let isGiven: Bool

    /// - Parameter named: What the command line says, with commas between; empty for the setting.
    /// - Throws: ``SettingsError``; ``CommandFailure``.
    init(_ named: [String], _ settings: ResolvedSettings, _ reader: SettingsReader) throws {
        let texts = named.isEmpty ? [settings[.comfyUI]?.text].compactMap(\.self) : named
        let origin = named.isEmpty ? settings[.comfyUI]?.origin.shown ?? "comfyui" : "--comfyui"
        isGiven = !texts.isEmpty
        let words = texts.flatMap { $0.split(separator: ",") }.map { String($0).trimming(while: \.isWhitespace) }
            .filter { !$0.isEmpty }
        guard words != [Self.noneWord] else {
            addresses = []
            return
        }
        let headers = try Self.headers(settings, reader)
        let authorities = settings[.comfyUICAFile].map { reader.path($0) }
        var targets: [ComfyUIServerAddress] = []
        for word in words {
            do {
                let plain = try ComfyUIServerAddress(word)
                let address = try ComfyUIServerAddress(
                    word, headers: headers.fields(for: plain.text), caFile: plain.isSecure ? authorities : nil)
                guard !targets.contains(where: { $0.text == address.text }) else {
                    throw CommandFailure(.usage, "\(origin): \(address.text) is named twice".printable())
                }
                targets.append(address)
            } catch let error as ComfyUIError {
                throw CommandFailure(.usage, "\(origin): \(error.message)".printable(), hint: error.remedy?.printable())
            }
        }
        addresses = targets
    }

    private static func headers(_ settings: ResolvedSettings, _ reader: SettingsReader) throws -> ComfyUIHeaders {
        guard let value = settings[.comfyUIHeadersFile] else { return ComfyUIHeaders() }
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

    /// The usual addresses. Each may be started later.
    static var assumed: [ComfyUIServerAddress] { usual.compactMap { try? ComfyUIServerAddress($0) } }
}
