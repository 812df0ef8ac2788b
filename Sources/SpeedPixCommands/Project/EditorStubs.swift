import LocalFiles
import SpeedPixLua

/// The stubs that an editor completes and checks scripts with, in a folder of a project.
struct EditorStubs {
    /// Where they lie in the project; the editor's settings name the folder.
    static let folder = ".speedpix"
    static let name = ".speedpix/speedpix.lua"
    /// With what every file of stubs begins.
    private static let mark = "---@meta"

    let project: String

    /// - Returns: Whether the file was there already, with the same text.
    /// - Throws: ``CommandFailure`` for a file that this program has not made, or a folder that cannot be written.
    @discardableResult
    func write() throws -> Bool {
        let path = "\(project)/\(Self.name)"
        let text = ScriptReference.all.stubs()
        if let present = try ProjectFile(project, Self.name).content() {
            if present == text { return true }
            guard present.hasPrefix(Self.mark) else {
                throw CommandFailure(.failure, "\(path) is not a file that speedpix made".printable())
            }
        }
        try OutputFolder.prepare("\(project)/\(Self.folder)", shownAs: Self.folder)
        try ProjectFile(project, Self.name).replace(with: text)
        return false
    }
}

/// A text file of a project.
struct ProjectFile {
    private static let largest = 4 << 20

    let name: String
    private let path: String

    init(_ project: String, _ name: String) {
        self.name = name
        path = "\(project)/\(name)"
    }

    /// Nil if there is none.
    func content() throws -> String? {
        do {
            return try FileText.read(path, limit: Self.largest)?.text
        } catch {
            throw CommandFailure(.failure, error.message)
        }
    }

    /// Replaces it in one step.
    func replace(with text: String) throws {
        do {
            try AtomicFile.replace(path, with: Array(text.utf8))
        } catch {
            throw CommandFailure.writing(path, error)
        }
    }
}
