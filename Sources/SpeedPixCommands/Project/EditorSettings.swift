import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `.luarc.json`, the settings of the Lua language server, with what it takes to know the API.
enum EditorSettings {
    static let name = ".luarc.json"

    /// What a person has to put in where this cannot.
    static let hint = "see that it has \"workspace.library\": [\"\(EditorStubs.folder)\"]"

    /// A file that cannot be merged, such as one with comments, which the language server takes.
    struct Unreadable: Error {
        let reason: String
    }

    /// The text with the stubs' folder and the Lua version in it; nil if they are there already.
    ///
    /// Settings stand either flat, `"workspace.library"`, or nested, as the server takes both.
    /// - Parameter text: What is there; nil for no file.
    /// - Throws: ``Unreadable``.
    static func merged(_ text: String?) throws -> String? {
        var members: [String: JSONValue] = [:]
        if let text, !text.allSatisfy(\.isWhitespace) {
            guard let value = try? JSONValue(parsing: text.utf8), case .object(let present) = value else {
                throw Unreadable(reason: "it is not a plain JSON object")
            }
            members = present
        }
        let before = members
        try set("runtime", key: "version", in: &members) { $0 ?? "Lua 5.4" }
        try set("workspace", key: "library", in: &members) { present in
            guard let present, present != .null else { return [.string(EditorStubs.folder)] }
            guard case .array(let folders) = present else {
                throw Unreadable(reason: "its workspace.library is not a list")
            }
            let own = JSONValue.string(EditorStubs.folder)
            return .array(folders.contains(own) ? folders : folders + [own])
        }
        return members == before ? nil : try indented(.object(members))
    }

    private static func set(
        _ group: String, key: String, in members: inout [String: JSONValue],
        _ change: (JSONValue?) throws -> JSONValue
    ) throws {
        if case .object(var inner)? = members[group] {
            inner[key] = try change(inner[key])
            members[group] = .object(inner)
        } else {
            members["\(group).\(key)"] = try change(members["\(group).\(key)"])
        }
    }

    private static func indented(_ value: JSONValue) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}

/// `.gitignore`, with what a project of scripts does not keep.
enum IgnoredFiles {
    static let name = ".gitignore"
    private static let lines = ["/out/", "speedpix.toml"]

    /// The text with the lines that were missing at its end; nil if none was.
    static func merged(_ text: String?) -> String? {
        let present = Set(
            (text ?? "").split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) })
        let missing = lines.filter { !present.contains($0[...]) }
        guard !missing.isEmpty else { return nil }
        var merged = text ?? ""
        if let last = merged.last, !last.isNewline { merged += "\n" }
        return merged + missing.joined(separator: "\n") + "\n"
    }
}
