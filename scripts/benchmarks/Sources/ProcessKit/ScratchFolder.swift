import Foundation

/// A folder of one benchmark.
public struct ScratchFolder {
    /// For commands that want to know a service which is never called.
    public static let credentials = [
        "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret", "SPEEDPIX_ENDPOINT": "http://127.0.0.1:9",
        "PATH": "/usr/bin:/bin",
    ]
    /// A parent whose files lie in memory, where there is one: a disk has a speed of its own.
    public static let memory = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : nil

    /// Where it is.
    public let path: String

    /// - Parameter parent: Where it is made; nil for where temporary files are.
    public init(in parent: String? = nil) throws {
        let parent = parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        path = parent.appending(path: "speedpix-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Writes a file, and returns its path.
    public func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    /// Removes it with all that is in it.
    public func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
