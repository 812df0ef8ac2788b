import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A folder that results are to go to.
enum OutputFolder {
    /// Makes it, and makes sure that it can be written to: nobody should pay for what then cannot be saved.
    ///
    /// - Throws: ``CommandFailure`` with ``ExitStatus/failure``.
    static func prepare(_ path: String, shownAs name: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(.failure, "the folder \(name) cannot be made: \(reason(path))".printable())
        }
        guard FileKind(path) == .folder else { throw CommandFailure(.failure, "\(name) is no folder".printable()) }
        guard access(path, W_OK | X_OK) == 0 else {
            throw CommandFailure(.failure, "the folder \(name) cannot be written to: \(reason(path))".printable())
        }
    }

    /// What is in the way: a file, or a folder that may not be changed.
    private static func reason(_ path: String) -> String {
        var nearest = FilePath(path)
        while FileKind(nearest.string) == .missing, nearest.removeLastComponent() {}
        if FileKind(nearest.string) == .file { return "\(nearest.string) is a file" }
        return access(nearest.string, W_OK | X_OK) == 0 ? "the system refused" : String(cString: strerror(errno))
    }
}
