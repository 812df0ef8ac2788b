import LocalFiles
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A secret that was made up, in a file only its owner can read: it must not pass through a terminal or a log.
struct CredentialsFile {
    let path: String

    /// Shell assignments: `. FILE` in a shell makes them the environment of the next command.
    init(key: String, secret: String, endpoint: String) throws {
        let text = """
            export SPEEDPIX_APP_KEY='\(key)'
            export SPEEDPIX_APP_SECRET='\(secret)'
            export SPEEDPIX_ENDPOINT='\(endpoint)'

            """
        var template = Array("/tmp/speedpix-credentials-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)  // mode 0600
        guard descriptor >= 0 else { throw CommandFailure(.failure, "could not write a credentials file in /tmp") }
        defer { close(descriptor) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            try FileDescriptor(rawValue: descriptor).writeAll(Array(text.utf8))
        } catch {
            unlink(path)
            throw CommandFailure.writing("a credentials file in /tmp", Errno(from: error))
        }
    }

    func remove() {
        unlink(path)
    }
}
