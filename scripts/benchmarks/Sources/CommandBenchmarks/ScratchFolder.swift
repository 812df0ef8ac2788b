import Foundation

/// A folder of one benchmark.
struct ScratchFolder {
    /// For commands that want to know a service which is never called.
    static let credentials = [
        "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret", "SPEEDPIX_ENDPOINT": "http://127.0.0.1:9",
        "PATH": "/usr/bin:/bin",
    ]

    let path: String

    /// - Parameter parent: Where it is made; nil for where temporary files are.
    init(in parent: String? = nil) throws {
        let parent = parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        path = parent.appending(path: "speedpix-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
