import ComfyUI
import SpeedPix

/// The servers of ComfyUI that a command line or the settings name.
struct ComfyUITargets: Sendable {
    /// The word for none.
    static let noneWord = "none"
    /// ComfyUI's own port, and that of its desktop program.
    static let usual = ["http://127.0.0.1:8188", "http://127.0.0.1:8000"]

    /// The servers in their order, each once.
    let addresses: [ComfyUIServerAddress]
    /// Whether somebody has named them, or has said that there are none.
    let isGiven: Bool

    /// - Parameter named: What the command line says, with commas between; empty for the setting.
    /// - Throws: ``SettingsError`` for what settings have wrong, ``CommandFailure`` for what the command line has.
    init(_ named: [String], _ settings: ResolvedSettings, _ reader: SettingsReader) throws {
        let setting = settings[.comfyUI]
        isGiven = !named.isEmpty || setting != nil
        let servers: [(url: String, origin: String)]
        if named.isEmpty, let setting, !setting.tables.isEmpty {
            servers = setting.tables.map { (url: $0.url.text, origin: $0.url.origin.shown) }
        } else {
            let texts = named.isEmpty ? [setting?.text].compactMap(\.self) : named
            let origin = named.isEmpty ? setting?.origin.shown ?? "comfyui" : "--comfyui"
            let words = texts.flatMap { $0.split(separator: ",") }.map { String($0).trimming(while: \.isWhitespace) }
                .filter { !$0.isEmpty }
            servers = words == [Self.noneWord] ? [] : words.map { (url: $0, origin: origin) }
        }
        // Of no server, no file is read.
        guard !servers.isEmpty else {
            addresses = []
            return
        }
        addresses = try Self.addresses(servers, ComfyUIAccess(settings, reader)) { message, hint in
            if named.isEmpty { return SettingsError(message: message, hint: hint) }
            return CommandFailure(.usage, message, hint: hint)
        }
    }

    /// - Parameter problem: What a message and a hint are thrown as.
    private static func addresses(
        _ servers: [(url: String, origin: String)], _ access: ComfyUIAccess,
        problem: (_ message: String, _ hint: String?) -> any Error
    ) throws -> [ComfyUIServerAddress] {
        var addresses: [ComfyUIServerAddress] = []
        for server in servers {
            let address: ComfyUIServerAddress
            do {
                address = try access.address(server.url)
            } catch let error as ComfyUIError {
                throw problem("\(server.origin): \(error.message)".printable(), error.remedy?.printable())
            }
            guard !addresses.contains(where: { $0.text == address.text }) else {
                throw problem("\(server.origin): \(address.text) is named twice".printable(), nil)
            }
            addresses.append(address)
        }
        return addresses
    }

    /// The usual addresses. Each may be started later.
    static var assumed: [ComfyUIServerAddress] { usual.compactMap { try? ComfyUIServerAddress($0) } }
}
