#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One version of a workflow that somebody has published.
struct PublishedVersion: Sendable {
    enum Content: Sendable {
        /// From ComfyUI.
        case graph(PublishedWorkflow)
        /// Written in Lua.
        case script(ScriptWorkflow, source: [UInt8])
        /// What the database has makes no sense, or is a script that does not run any more: the reason, in words.
        case unreadable(String)
    }

    let workflowID: String
    /// Counted from 1; a number is never given twice.
    let number: Int
    let created: Date
    var content: Content
    /// It is kept for predictions that have begun with it, and no new one gets it.
    var isRemoved = false

    /// As clients name it.
    var name: String { Self.name(number) }

    /// Nil if it is unreadable.
    var workflow: (any Workflow)? {
        switch content {
        case .graph(let workflow): workflow
        case .script(let workflow, _): workflow
        case .unreadable: nil
        }
    }

    /// The stored files that it cannot do without: those of its fields, and those of its example.
    var files: [ObjectKey] {
        guard case .graph(let workflow) = content else { return [] }
        let example = workflow.example.map { PublishedFile.outputKeys($0) } ?? []
        return workflow.files.map(\.key) + example
    }

    /// `v1`, `v2` …
    static func name(_ number: Int) -> String { "v\(number)" }

    /// The number of a version's name; nil for another text.
    static func number(of name: String) -> Int? {
        guard name.hasPrefix("v"), let number = Int(name.dropFirst()), number > 0, Self.name(number) == name else {
            return nil
        }
        return number
    }
}
