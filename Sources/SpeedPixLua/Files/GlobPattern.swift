import LuaRuntime
import SpeedPix

/// A pattern of `fs.glob`: `*` and `?` within a name, `[a-z]`, `{jpg,png}`, and `**` for folders at any depth.
struct GlobPattern: Sendable {
    private let pattern: String
    /// The pattern without braces, once for each of their choices; each a list of names.
    private let alternatives: [[String]]
    /// Where the pattern starts: "/", "~/", or "./" for the working folder.
    private let start: String

    /// Names looked at; a pattern that goes over it is a mistake, or belongs into a narrower folder.
    private static let limit = 200_000

    init(_ pattern: String) throws {
        guard !pattern.isEmpty, pattern.utf8.count < 4096, !pattern.utf8.contains(0) else {
            throw LuaArgumentError("pattern, argument 1 of fs.glob, is empty or too long")
        }
        self.pattern = pattern
        var rest = pattern
        var start = "./"
        for prefix in ["/", "~/", "./"] where rest.hasPrefix(prefix) {
            start = prefix
            rest.removeFirst(prefix.count)
            break
        }
        self.start = start
        alternatives = try Self.expanded(rest).map { $0.split(separator: "/").map(String.init) }
    }

    /// `a{b,c}d` as `abd` and `acd`.
    private static func expanded(_ text: String) throws -> [String] {
        guard let open = text.firstIndex(of: "{") else { return [text] }
        var depth = 0
        var parts: [String] = [""]
        var index = open
        while index < text.endIndex {
            let character = text[index]
            if character == "{" { depth += 1 }
            if character == "}" { depth -= 1 }
            if depth == 0 { break }
            if character == ",", depth == 1 {
                parts.append("")
            } else if index != open {
                parts[parts.count - 1].append(character)
            }
            index = text.index(after: index)
        }
        guard index < text.endIndex else {
            throw LuaArgumentError("the pattern \(text) has a { without its }")
        }
        let tail = text[text.index(after: index)...]
        let all = try parts.flatMap { try expanded(text[..<open] + $0 + tail) }
        guard all.count <= 1000 else { throw LuaArgumentError("the pattern \(text) has too many choices") }
        return all
    }

    /// The paths that match, in order, as inputs and other functions take them.
    ///
    /// - Throws: ``SpeedPixError`` `not_allowed` where the pattern starts outside the folders that may be read.
    func matches(_ files: FileAccess) throws -> [String] {
        var found: Set<String> = []
        var looked = 0
        for names in alternatives {
            try walk(names[...], at: Folder(path: start), files: files, found: &found, looked: &looked)
        }
        return found.sorted()
    }

    /// A folder on the way.
    private struct Folder {
        var path: String
        /// Whether the pattern itself named it: then it must be one that may be read.
        var isNamed = true

        func child(_ name: String, isNamed: Bool) -> Folder {
            Folder(path: path + name + "/", isNamed: self.isNamed && isNamed)
        }
    }

    private func walk(
        _ names: ArraySlice<String>, at folder: Folder, files: FileAccess, found: inout Set<String>,
        looked: inout Int
    ) throws {
        guard let name = names.first else { return }
        let rest = names.dropFirst()
        if name == "**" {
            try walk(rest.isEmpty ? ["*"] : rest, at: folder, files: files, found: &found, looked: &looked)
            for child in try children(of: folder, files: files, looked: &looked) where !child.hasPrefix(".") {
                // Links are not followed down: they may lead back up.
                let full = files.absolute(folder.path + child, from: files.workingDirectory)
                guard files.kind(of: full, followsLast: false) == .folder else { continue }
                try walk(names, at: folder.child(child, isNamed: false), files: files, found: &found, looked: &looked)
            }
            return
        }
        let isLiteral = !name.contains { "*?[".contains($0) }
        let candidates =
            isLiteral
            ? [name] : try children(of: folder, files: files, looked: &looked).filter { Self.matches($0, name) }
        for candidate in candidates {
            let path = folder.path + candidate
            if !rest.isEmpty {
                let isFolder = files.kind(of: files.absolute(path, from: files.workingDirectory)) == .folder
                guard isLiteral || isFolder else { continue }
                try walk(
                    rest, at: folder.child(candidate, isNamed: isLiteral), files: files, found: &found, looked: &looked)
            } else if isLiteral, folder.isNamed {
                if try files.existing(path) != nil { found.insert(path) }
            } else if let real = try? files.existing(path), !real.isEmpty {
                // What a link leads to outside is not there for the script.
                found.insert(path)
            }
        }
    }

    private func children(of folder: Folder, files: FileAccess, looked: inout Int) throws -> [String] {
        do {
            let names = try FolderListing(folder.path, files).names
            looked += names.count
            guard looked <= Self.limit else {
                throw LuaArgumentError(
                    "\(pattern) looks at more than \(Self.limit) files", hint: "begin in a narrower folder")
            }
            return names
        } catch let error as SpeedPixError where error.code != .notAllowed || !folder.isNamed {
            // A folder that is not there, or that a link leads out to, has nothing that matches.
            return []
        }
    }

    /// Whether a name matches one part of a pattern. A leading dot must be written.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        if name.hasPrefix("."), !pattern.hasPrefix(".") { return false }
        return matches(Array(name)[...], Array(pattern)[...])
    }

    private static func matches(_ name: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
        var (name, pattern) = (name, pattern)
        // Where to go on if the last star has to take one character more.
        var retry: (name: ArraySlice<Character>, pattern: ArraySlice<Character>)?
        while true {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                retry = (name, pattern)
                continue
            }
            if name.isEmpty, pattern.isEmpty { return true }
            if let first = name.first, let (isIn, rest) = one(first, pattern), isIn {
                (name, pattern) = (name.dropFirst(), rest)
                continue
            }
            guard let last = retry, !last.name.isEmpty else { return false }
            retry = (last.name.dropFirst(), last.pattern)
            (name, pattern) = (last.name.dropFirst(), last.pattern)
        }
    }

    /// Whether a character matches what a pattern starts with, and the pattern after that; nil at its end.
    private static func one(
        _ character: Character, _ pattern: ArraySlice<Character>
    ) -> (Bool, ArraySlice<Character>)? {
        guard let first = pattern.first else { return nil }
        if first == "?" { return (true, pattern.dropFirst()) }
        guard first == "[", let end = pattern.dropFirst(2).firstIndex(of: "]") else {
            return (first == character, pattern.dropFirst())
        }
        var set = pattern[pattern.index(after: pattern.startIndex)..<end]
        let isNegated = set.first == "!" || set.first == "^"
        if isNegated { set = set.dropFirst() }
        var isIn = false
        while let low = set.first {
            if set.count >= 3, set[set.startIndex + 1] == "-" {
                isIn = isIn || (low <= character && character <= set[set.startIndex + 2])
                set = set.dropFirst(3)
            } else {
                isIn = isIn || low == character
                set = set.dropFirst()
            }
        }
        return (isIn != isNegated, pattern[pattern.index(after: end)...])
    }
}
