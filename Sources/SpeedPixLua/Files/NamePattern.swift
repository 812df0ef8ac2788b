import LocalFiles

/// What one name of a path must look like: `*`, `?`, `[a-z]`, and characters that stand for themselves.
struct NamePattern: Sendable {
    private let text: [UInt8]
    private let ignoresCase: Bool

    /// - Parameter isLast: Whether it is the last name of the pattern. There capitals do not count in what is only an extension,
    ///   such as `*.jpg`: cameras write `DSC_0042.JPG`.
    init(_ text: [UInt8], isLast: Bool) {
        self.text = text
        let ending = text.dropFirst(2)
        ignoresCase =
            isLast && text.starts(with: Array("*.".utf8)) && !ending.isEmpty
            && !ending.contains { Array("*?[".utf8).contains($0) }
    }

    /// `**`: folders at any depth.
    var isAnyDepth: Bool { text == Array("**".utf8) }

    /// The name, if there is nothing in the pattern that stands for something else.
    var literal: FileName? {
        text.contains { Array("*?[".utf8).contains($0) } ? nil : FileName(bytes: text)
    }

    /// A leading dot must be written.
    func matches(_ name: FileName) -> Bool {
        if name.isHidden, text.first != UInt8(ascii: ".") { return false }
        let pattern = ignoresCase ? Self.lowercased(text) : text
        let bytes = ignoresCase ? Self.lowercased(name.bytes) : name.bytes
        if Self.matches(Self.units(bytes)[...], Self.units(pattern)[...]) { return true }
        // Letters that a Mac has written in two code points are the ones that were typed as one.
        guard let pattern = String(validating: pattern, as: UTF8.self),
            let name = String(validating: bytes, as: UTF8.self),
            !(pattern.utf8.allSatisfy { $0 < 0x80 } && name.utf8.allSatisfy { $0 < 0x80 })
        else { return false }
        return Self.matches(Array(name)[...], Array(pattern)[...])
    }

    /// Only ASCII: extensions have no other letters.
    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// The code points; a byte that belongs to none is one of its own.
    private static func units(_ bytes: [UInt8]) -> [Unit] {
        var units: [Unit] = []
        units.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let first = rest.first {
            if first < 0x80 {
                units.append(Unit(value: UInt32(first)))
                rest = rest.dropFirst()
                continue
            }
            let found = (2...4).lazy.compactMap { length -> (Int, Unicode.Scalar)? in
                let text = String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars
                guard let text, text.count == 1, let scalar = text.first else { return nil }
                return (length, scalar)
            }.first
            units.append(Unit(value: found?.1.value ?? 0x110000 + UInt32(first)))
            rest = rest.dropFirst(found?.0 ?? 1)
        }
        return units
    }

    /// Where a set such as `[a-z]` ends that begins here; nil if none does. A bracket that comes first in it is one of its
    /// characters.
    static func endOfSet(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.first == UInt8(ascii: "[") else { return nil }
        var rest = text.dropFirst()
        if rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^") { rest = rest.dropFirst() }
        return rest.dropFirst().firstIndex(of: UInt8(ascii: "]"))
    }

    private static func matches<Element: PatternElement>(
        _ name: ArraySlice<Element>, _ pattern: ArraySlice<Element>
    ) -> Bool {
        var (name, pattern) = (name, pattern)
        // Where to go on if the last star has to take one character more.
        var retry: (name: ArraySlice<Element>, pattern: ArraySlice<Element>)?
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
    private static func one<Element: PatternElement>(
        _ character: Element, _ pattern: ArraySlice<Element>
    ) -> (Bool, ArraySlice<Element>)? {
        guard let first = pattern.first else { return nil }
        if first == "?" { return (true, pattern.dropFirst()) }
        guard first == "[" else { return (first == character, pattern.dropFirst()) }
        var set = pattern.dropFirst()
        let isNegated = set.first == "!" || set.first == "^"
        if isNegated { set = set.dropFirst() }
        guard let end = set.dropFirst().firstIndex(of: "]") else { return (first == character, pattern.dropFirst()) }
        let rest = set[(end + 1)...]
        set = set[..<end]
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
        return (isIn != isNegated, rest)
    }
}

/// What patterns compare: code points with lone bytes, or characters as readers see them.
private protocol PatternElement: Comparable, ExpressibleByExtendedGraphemeClusterLiteral {}

extension Character: PatternElement {}

/// A code point, or above all of them a byte that belongs to none.
private struct Unit: PatternElement {
    let value: UInt32

    init(value: UInt32) {
        self.value = value
    }

    init(extendedGraphemeClusterLiteral text: Character) {
        value = text.unicodeScalars.first?.value ?? 0
    }

    static func < (left: Unit, right: Unit) -> Bool { left.value < right.value }
}
