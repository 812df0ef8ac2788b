import SpeedPixTestSupport
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension TemporaryFolder {
    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String { try write(bytes, to: name) }

    /// Makes a named pipe and returns its path.
    func pipe(_ name: String) -> String {
        mkfifo(self[name], 0o600)
        return self[name]
    }
}

/// A file's content.
func contents(of path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        if count <= 0 { return all }
        all += chunk[..<count]
    }
}
