import LocalFiles

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

    /// - Parameter searchPath: As `PATH` has it.
    func diagnosis(searchPath: String) -> Diagnosis {
        if let path = SearchPath(searchPath).program(named: name) { return Diagnosis(name, .ok, message: path) }
        return Diagnosis(
            name, .note,
            message: "not installed; sizes and lengths of \(purpose) stay unknown unless the service tells",
            remedy: remedy)
    }
}
