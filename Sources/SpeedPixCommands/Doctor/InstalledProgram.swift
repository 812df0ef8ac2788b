#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A program that looks into files of a kind; speedpix works without.
struct InstalledProgram {
    var name: String
    /// What is not known of files without it.
    var purpose: String
    var remedy: String

    static let all = [
        InstalledProgram(
            name: "ffprobe", purpose: "videos and sounds", remedy: "apt install ffmpeg, or brew install ffmpeg"),
        InstalledProgram(
            name: "pdfinfo", purpose: "documents", remedy: "apt install poppler-utils, or brew install poppler"),
    ]

    /// - Parameter searchPath: As `PATH` has it. Folders that are not absolute are left out, as the SDK does.
    func diagnosis(searchPath: String) -> Diagnosis {
        let folders = searchPath.split(separator: ":").filter { $0.hasPrefix("/") }
        let found = folders.map { folder -> String in "\(folder)/\(name)" }.first { access($0, X_OK) == 0 }
        if let found { return Diagnosis(name, .ok, message: found) }
        return Diagnosis(
            name, .note,
            message: "not installed; sizes and lengths of \(purpose) stay unknown unless the service tells",
            remedy: remedy)
    }
}
