import SpeedPix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A text file that may hold a secret: whether it is one depends on who may read and change the file.
struct PrivateFile {
    let path: String
    let text: String
    private let mode: mode_t

    /// - Returns: Nil if there is no such file.
    /// - Throws: ``SettingsError`` for what is not a file, cannot be read, is larger than `limit` bytes, or not UTF-8.
    init?(_ path: String, limit: Int) throws(SettingsError) {
        do {
            guard let file = try FileText.read(path, limit: limit) else { return nil }
            (self.path, text, mode) = (path, file.text, file.mode)
        } catch {
            throw SettingsError(message: error.message)
        }
    }

    /// - Throws: ``SettingsError`` if others than its owner could say in it which program runs and where a secret comes from.
    func checkIsOwn() throws(SettingsError) {
        guard mode & 0o022 != 0 else { return }
        throw SettingsError(
            message: "\(path.printable()) says where the secret comes from, and others than you may change it",
            hint: "chmod go-w \(ShellText.quoted(path))")
    }

    /// - Parameter secret: What it holds, as the message names it.
    /// - Throws: ``SettingsError`` if others than its owner could learn the secret in it.
    func checkIsPrivate(holding secret: String = "the secret") throws(SettingsError) {
        guard mode & 0o077 != 0 else { return }
        throw SettingsError(
            message: "\(path.printable()) holds \(secret), and others than you may read or change it",
            hint: "chmod 600 \(ShellText.quoted(path))")
    }
}
