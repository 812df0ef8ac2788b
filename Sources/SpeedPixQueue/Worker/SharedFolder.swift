import LocalFiles
package import SystemPackage

/// The folder below which a worker finds the files of rows, as other workers find them below theirs.
package struct SharedFolder: Sendable {
    /// Where a row's value leads.
    package enum Place: Sendable, Equatable {
        /// To the network, or to what the value itself holds.
        case url
        /// To what lies at this real path, in the folder.
        case file(FilePath)
        /// To nothing that is there.
        case missing
        /// To something that lies elsewhere, by `..`, by a link, or by an absolute path.
        case outside
    }

    /// With no links in it.
    package let path: FilePath

    /// - Throws: `Errno` for a folder that is not there.
    package init(_ path: FilePath) throws(Errno) { self.path = try RealPath.resolve(path) }

    /// Looks at the file system; opens nothing.
    ///
    /// - Parameter value: A URL, or a path: a relative one begins in the folder.
    package func place(of value: String) -> Place {
        if Self.isURL(value) { return .url }
        // What begins with ~ would be the worker's own home.
        if value.utf8.contains(0) || value.isEmpty || value == "~" || value.hasPrefix("~/") { return .outside }
        let given = FilePath(value)
        let full = given.isAbsolute ? given : path.appending(given.components)
        do {
            let real = try RealPath.resolve(full)
            return real.starts(with: path) ? .file(real) : .outside
        } catch {
            return full.lexicallyNormalized().starts(with: path) ? .missing : .outside
        }
    }

    private static func isURL(_ value: String) -> Bool {
        ["http://", "https://", "data:"].contains { prefix in
            value.utf8.count >= prefix.utf8.count && value.prefix(prefix.utf8.count).lowercased() == prefix
        }
    }

    /// What a worker reports of a value that it cannot read; nil for one that it can.
    package func problem(with value: String) -> String? {
        switch place(of: value) {
        case .url, .file: nil
        case .missing: "lacks \(value) below its --root"
        case .outside: "may not read \(value), which lies outside its --root"
        }
    }
}
