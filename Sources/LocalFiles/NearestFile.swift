import Spelling
package import SystemPackage

/// What a path that leads nowhere was meant to be: the nearest one there is.
package struct NearestFile {
    /// Names of one folder that are looked at. It is asked for with each file that is missing, so that a large folder must not
    /// cost more than some milliseconds.
    package static let mostNames = 10_000
    /// How many of them are compared letter by letter, which takes the longest.
    private static let mostSpellings = 500

    /// How the path differs from the one that was asked for.
    package enum Difference: Sendable, Equatable {
        /// The same letters: `ü` as one code point or as two.
        case unicodeForm
        case capitals
        /// Spaces at the beginning or the end of a name.
        case blanks
        /// `photos\x.png`, as Windows writes it.
        case backslashes
        case spelling
    }

    package let path: FilePath
    package let difference: Difference

    /// - Parameters:
    ///   - exists: Whether there is something at a path.
    ///   - names: Names in a folder, as many as ``mostNames`` at most; none for one that may not be looked into. "." is the one
    ///     where relative paths start.
    /// - Returns: Nil if nothing is near enough.
    package init?(to missing: FilePath, exists: (FilePath) -> Bool, names: (FilePath) -> [FileName]) {
        var path = missing
        var difference: Difference?
        let backslash = UInt8(ascii: "\\")
        if missing.bytes.contains(backslash) {
            path = FilePath(bytes: missing.bytes.map { $0 == backslash ? UInt8(ascii: "/") : $0 })
            difference = .backslashes
        }
        var current = FilePath(root: path.root, [])
        for component in path.components {
            let next = current.appending(component)
            guard !exists(next) else {
                current = next
                continue
            }
            let folder: FilePath = current.isEmpty ? "." : current
            guard let (name, found) = Self.nearest(to: FileName(component), among: names(folder)) else { return nil }
            current = current.appending(name)
            difference = difference ?? found
        }
        guard let difference, !current.isEmpty, exists(current) else { return nil }
        self.path = current
        self.difference = difference
    }

    /// What to tell somebody who asked for the other path.
    package var hint: String {
        switch difference {
        case .unicodeForm:
            "the name there has another Unicode form: \"\(escaped)\"; names as fs.list and fs.glob give them are right"
        case .capitals, .blanks, .backslashes, .spelling: "did you mean '\(path.shown)'?"
        }
    }

    /// With what is not ASCII as Lua's escapes: nothing else shows the difference.
    private var escaped: String {
        path.shown.unicodeScalars.map {
            $0.isASCII ? String($0) : "\\u{\(String($0.value, radix: 16, uppercase: true))}"
        }
        .joined()
    }

    /// The nearest of some names; nil if none is near.
    private static func nearest(to name: FileName, among names: [FileName]) -> (FileName, Difference)? {
        let wanted = name.shown
        let (lowercased, trimmed) = (wanted.lowercased(), trimmed(wanted).lowercased())
        var best: (FileName, Difference)?
        var similar: [String: FileName] = [:]
        for other in names where other != name {
            let text = other.shown
            // Swift compares text by what it means: equal, though the bytes differ, is another form of the same letters.
            if text == wanted { return (other, .unicodeForm) }
            if best?.1 == .capitals { continue }
            if text.lowercased() == lowercased {
                best = (other, .capitals)
            } else if best == nil, Self.trimmed(text).lowercased() == trimmed {
                best = (other, .blanks)
            } else if similar.count < mostSpellings,
                abs(text.utf8.count - wanted.utf8.count) <= max(1, wanted.utf8.count / 3)
            {
                similar[text] = other
            }
        }
        if let best { return best }
        return NearestName.suggestion(for: wanted, among: similar.keys).flatMap { similar[$0] }.map { ($0, .spelling) }
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}

extension NearestFile {
    /// The same on the disk, for a path that a person has typed.
    ///
    /// - Parameter folder: Where relative paths start.
    package init?(to missing: FilePath, from folder: FilePath) {
        self.init(
            to: missing,
            exists: { FileKind(folder.pushing($0)) != nil },
            names: { (try? FolderNames.read(folder.pushing($0), limit: Self.mostNames)) ?? [] })
    }
}
