package import LuaRuntime

/// What becomes of a save whose name another result of the same run has taken.
package enum SaveConflict: String, CaseIterable, Sendable {
    /// An error that names both.
    case error
    /// The name with -2 and so on before its extension.
    case rename
    /// The later one stays.
    case replace

    /// The option as functions describe it.
    package static let option: LuaField = """
        on_conflict: "error"|"rename"|"replace" — where another result of this run was saved under this name: refuse it, save as \
        name-2.jpg, or overwrite; default error
        """

    /// - Throws: ``LuaArgumentError`` for a word that is none of these.
    package init(_ options: LuaOptions) throws {
        self = try options.choice("on_conflict") ?? .error
    }
}

/// What a script saves, to tell whether two saves are of the same thing.
package struct SavedResult: Sendable, Hashable {
    /// The same for two saves of the same result.
    package let identity: String
    /// As messages name it.
    package let name: String
    /// The results of predictions whose content is in it, by their URLs.
    package let results: Set<String>

    package init(identity: String, name: String, results: Set<String> = []) {
        self.identity = identity
        self.name = name
        self.results = results
    }

    /// What a picture comes from that has another one laid on it.
    ///
    /// - Parameters:
    ///   - base: What the picture comes from; nil for one that was made.
    ///   - other: The same of the picture on it. Only results count of it: a second logo does not make it another picture.
    package static func combined(_ base: SavedResult?, _ other: SavedResult?) -> SavedResult? {
        guard let other, !other.results.isEmpty else { return base }
        guard let base else { return other }
        guard !other.results.isSubset(of: base.results) else { return base }
        return SavedResult(
            identity: "\(base.identity) with \(other.identity)", name: "\(base.name) with \(other.name)",
            results: base.results.union(other.results))
    }

    /// Whether nothing is lost when this replaces another one: it is the same, or all results in that are in this, too.
    package func contains(_ other: SavedResult) -> Bool {
        identity == other.identity || !other.results.isEmpty && other.results.isSubset(of: results)
    }
}
