import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// A pattern of `fs.glob`: `*` and `?` within a name, `[a-z]`, `{jpg,png}`, and `**` for folders at any depth.
package struct GlobPattern: Sendable {
    private let shown: String
    /// The pattern without braces, once for each of their choices; each a list of names.
    private let alternatives: [[NamePattern]]
    /// Where the pattern starts: "/", "~/", or "./" for the working folder.
    private let start: String

    /// Names read at most; a pattern that needs more is a mistake, or belongs into a narrower folder.
    private static let limit = 200_000

    /// - Throws: ``LuaArgumentError`` for a pattern that is none.
    package init(_ pattern: [UInt8]) throws {
        guard !pattern.isEmpty, pattern.count < 4096, !pattern.contains(0) else {
            throw LuaArgumentError("pattern, argument 1 of fs.glob, is empty or too long")
        }
        shown = FileName.shown(pattern)
        var rest = pattern[...]
        var start = "./"
        for prefix in ["/", "~/", "./"] where rest.starts(with: prefix.utf8) {
            start = prefix
            rest = rest.dropFirst(prefix.utf8.count)
            break
        }
        self.start = start
        alternatives = try GlobBraces.expanded(Array(rest), shown).map { choice in
            let names = choice.split(separator: UInt8(ascii: "/"))
            return names.enumerated().map { NamePattern(Array($1), isLast: $0 == names.count - 1) }
        }
    }

    /// The paths that match, in the order of their bytes, as inputs and other functions take them.
    ///
    /// - Throws: ``SpeedPixError`` `not_allowed` where the pattern starts outside the folders that may be read.
    package func matches(_ files: FileAccess) throws -> [[UInt8]] {
        // By bytes: names that differ only by their Unicode form are two.
        var found: Set<[UInt8]> = []
        var nameCount = 0
        for names in alternatives {
            try walk(
                names[...], at: Folder(path: Array(start.utf8)), files: files, found: &found,
                nameCount: &nameCount)
        }
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// A folder on the way.
    private struct Folder {
        /// With the slash at its end.
        var path: [UInt8]
        /// Whether the pattern itself named it: then it must be one that may be read.
        var isNamed = true

        func child(_ name: FileName, isNamed: Bool) -> Folder {
            Folder(path: path + name.bytes + [UInt8(ascii: "/")], isNamed: self.isNamed && isNamed)
        }
    }

    private func walk(
        _ names: ArraySlice<NamePattern>, at folder: Folder, files: FileAccess, found: inout Set<[UInt8]>,
        nameCount: inout Int
    ) throws {
        guard let name = names.first else { return }
        let rest = names.dropFirst()
        if name.isAnyDepth {
            let below = rest.isEmpty ? [NamePattern([UInt8(ascii: "*")], isLast: true)] : rest
            try walk(below, at: folder, files: files, found: &found, nameCount: &nameCount)
            for child in try children(of: folder, files: files, nameCount: &nameCount) where !child.isHidden {
                // Links are not followed down: they may lead back up.
                let full = files.absolute(FilePath(bytes: folder.path + child.bytes), from: files.workingDirectory)
                guard files.kind(of: full, followsLast: false) == .folder else { continue }
                try walk(
                    names, at: folder.child(child, isNamed: false), files: files, found: &found,
                    nameCount: &nameCount)
            }
            return
        }
        let literal = name.literal
        let candidates =
            if let literal {
                [literal]
            } else {
                try children(of: folder, files: files, nameCount: &nameCount).filter(name.matches)
            }
        for candidate in candidates {
            let bytes = folder.path + candidate.bytes
            let path = try FilePath(named: bytes)
            if !rest.isEmpty {
                let isFolder = files.kind(of: files.absolute(path, from: files.workingDirectory)) == .folder
                guard literal != nil || isFolder else { continue }
                try walk(
                    rest, at: folder.child(candidate, isNamed: literal != nil), files: files, found: &found,
                    nameCount: &nameCount)
            } else if literal != nil, folder.isNamed {
                if try files.existing(path) != nil { found.insert(bytes) }
            } else if (try? files.existing(path)) != nil {
                // What a link leads to outside is not there for the script.
                found.insert(bytes)
            }
        }
    }

    private func children(of folder: Folder, files: FileAccess, nameCount: inout Int) throws -> [FileName] {
        do {
            let names = try FolderListing(FilePath(named: folder.path), files).names
            nameCount += names.count
            guard nameCount <= Self.limit else {
                throw LuaArgumentError(
                    "\(shown) looks at more than \(Self.limit) files", hint: "begin in a narrower folder")
            }
            return names
        } catch let error as SpeedPixError where error.code != .notAllowed || !folder.isNamed {
            // A folder that is not there, or that a link leads out to, has nothing that matches.
            return []
        }
    }
}

/// The choices in a pattern's braces.
enum GlobBraces {
    private static let mostChoices = 1000

    /// `a{b,c}d` as `abd` and `acd`. Braces in brackets are characters as any other.
    ///
    /// - Throws: ``LuaArgumentError`` for a brace that is not closed, and for too many choices.
    static func expanded(_ text: [UInt8], _ shown: String) throws -> [[UInt8]] {
        var depth = 0
        var open: Int?
        var parts: [[UInt8]] = [[]]
        var index = 0
        while index < text.count {
            let end = NamePattern.endOfSet(text[index...]) ?? index
            let piece = text[index...end]
            index = end + 1
            switch piece.count == 1 ? text[end] : 0 {
            case UInt8(ascii: "{"):
                depth += 1
                if depth == 1 {
                    open = end
                    continue
                }
            case UInt8(ascii: "}") where depth > 0:
                depth -= 1
                if depth == 0, let open {
                    let all = try parts.flatMap { try expanded(text[..<open] + $0 + text[index...], shown) }
                    guard all.count <= mostChoices else {
                        throw LuaArgumentError("the pattern \(shown) has too many choices")
                    }
                    return all
                }
            case UInt8(ascii: ",") where depth == 1:
                parts.append([])
                continue
            default: break
            }
            if depth > 0 { parts[parts.count - 1] += piece }
        }
        guard depth == 0 else {
            throw LuaArgumentError("the pattern \(shown) has a { without its }", hint: "[{] is the character itself")
        }
        return [text]
    }
}
