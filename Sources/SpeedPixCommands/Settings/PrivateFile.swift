import SpeedPix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A small text file, with what it takes to know whether a secret in it is one.
struct PrivateFile {
    let path: String
    let text: String
    /// Whether group or world may read or change it.
    let isOpenToOthers: Bool
    /// Whether group or world may change it.
    let isChangeableByOthers: Bool

    /// - Returns: Nil if there is no such file.
    /// - Throws: ``SettingsError`` for what is not a file, cannot be read, is larger than `limit` bytes, or not UTF-8.
    init?(_ path: String, limit: Int) throws(SettingsError) {
        func failure(_ message: String) -> SettingsError { SettingsError(message: "\(path.printable()) \(message)") }
        guard !path.utf8.contains(0) else { throw failure("has a zero byte in its name") }
        // Not waiting for somebody to write into what may be a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure("is not a regular file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw failure("is larger than \(limit >> 10) KiB") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("is not UTF-8 text") }
        self.path = path
        self.text = text
        isOpenToOthers = status.st_mode & 0o077 != 0
        isChangeableByOthers = status.st_mode & 0o022 != 0
    }

    /// - Throws: ``SettingsError`` if others than its owner could say in it which program runs and where a secret comes from.
    func checkIsOwn() throws(SettingsError) {
        guard isChangeableByOthers else { return }
        throw SettingsError(
            message: "\(path.printable()) says where the secret comes from, and others than you may change it",
            hint: "chmod go-w \(ShellText.quoted(path))")
    }

    /// - Parameter secret: What it holds, as the message names it.
    /// - Throws: ``SettingsError`` if others than its owner could learn the secret in it.
    func checkIsPrivate(holding secret: String = "the secret") throws(SettingsError) {
        guard isOpenToOthers else { return }
        throw SettingsError(
            message: "\(path.printable()) holds \(secret), and others than you may read or change it",
            hint: "chmod 600 \(ShellText.quoted(path))")
    }
}
