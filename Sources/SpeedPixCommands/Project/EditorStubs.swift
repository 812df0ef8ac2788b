import LocalFiles
import SpeedPix
import SpeedPixLua

/// The stubs that an editor completes and checks scripts with, in a folder of a project.
struct EditorStubs {
    /// Where they lie in the project; the editor's settings name the folder.
    static let folder = ".speedpix"
    /// Those of the API.
    static let name = ".speedpix/speedpix.lua"
    /// Those of a gateway's workflows: a file of its own, so that an update of the API's leaves them.
    static let workflowsName = ".speedpix/workflows.lua"
    /// With what every file of stubs begins.
    private static let mark = "---@meta"

    let project: String

    /// Writes those of the API.
    ///
    /// - Returns: Whether the file was there already, with the same text.
    /// - Throws: ``CommandFailure`` for a file that this program has not made, or a folder that cannot be written.
    @discardableResult
    func write() throws -> Bool {
        try write(ScriptReference.all.stubs(), to: Self.name)
    }

    /// Writes those of workflows.
    ///
    /// - Returns: Whether the file was there already, with the same text.
    /// - Throws: ``CommandFailure`` for a file that this program has not made, or a folder that cannot be written.
    func write(_ workflows: [WorkflowDescription]) throws -> Bool {
        try write(WorkflowStubs(workflows).text, to: Self.workflowsName)
    }

    /// Whether there are some of workflows.
    var hasWorkflows: Bool {
        let path = "\(project)/\(Self.workflowsName)"
        return FileKind(path) != nil
    }

    private func write(_ text: String, to name: String) throws -> Bool {
        let file = ProjectFile(project, name)
        if let present = try file.content() {
            if present == text { return true }
            guard present.hasPrefix(Self.mark) else {
                throw CommandFailure(.failure, "\(project)/\(name) is not a file that speedpix made".printable())
            }
        }
        try OutputFolder.prepare("\(project)/\(Self.folder)", shownAs: Self.folder)
        try file.replace(with: text)
        return false
    }
}

/// A text file of a project.
struct ProjectFile {
    /// Bytes. Stubs of workflows with long lists of models are the largest.
    private static let largest = 64 << 20

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
