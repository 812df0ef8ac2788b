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

    package init(identity: String, name: String) {
        self.identity = identity
        self.name = name
    }
}
