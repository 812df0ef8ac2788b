import Foundation
import Testing

/// A page of `docs/` that readers work through, as the steps that they take.
///
/// What a page is made of, and all of it is looked at:
/// - a line `` **`name`** `` and right after it a block: the reader saves it under that name;
/// - a block of `sh`: the reader runs it, line by line;
/// - a block of `text`: what the commands before it print, see ``Expectation``;
/// - a block of `crontab` or `toml`: configuration, which is read;
/// - `<!-- part -->` and right after it a block of `lua`: a piece of a script, which has to be Lua.
struct DocumentPage {
    /// One fenced block.
    struct Block {
        let language: String
        /// The name under which the reader saves it.
        var name: String?
        var isPart = false
        /// Where it begins on the page.
        let line: Int
        var lines: [String] = []

        var text: String { lines.map { $0 + "\n" }.joined() }
    }

    /// A heading and the blocks below it.
    struct Section: Sendable, CustomTestStringConvertible {
        let page: String
        let title: String
        var blocks: [Block] = []

        var testDescription: String { "\(page): \(title)" }
    }

    let name: String
    /// One for each `##` heading that has blocks.
    private(set) var sections: [Section] = []
    /// Where the page's links lead, and the anchors that its own headings have.
    let links: [String]
    let anchors: Set<String>
    /// Commands within sentences, such as `` `speedpix doctor` ``.
    let commandsInText: [String]

    init(_ name: String) throws {
        self.name = name
        let text = try String(contentsOfFile: "\(TestFolder.repository)/docs/\(name)", encoding: .utf8)
        var section = Section(page: name, title: "")
        var open: Block?
        var before = ""
        var prose = ""
        var headings: [String] = []
        for (number, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("```") {
                if let block = open {
                    section.blocks.append(block)
                    (open, before) = (nil, "")
                } else {
                    open = Block(language: String(line.dropFirst(3)), line: number + 1)
                    open?.name = Self.fileName(before)
                    open?.isPart = before == "<!-- part -->"
                }
            } else if open != nil {
                open?.lines.append(line)
            } else if line.contains("```") || line.contains("~~~") || line.hasPrefix("    ") {
                throw DocumentError("\(name):\(number + 1): write code as a block with ``` at the line's begin")
            } else if line.hasPrefix("## ") {
                if !section.blocks.isEmpty { sections.append(section) }
                section = Section(page: name, title: String(line.dropFirst(3)))
            } else if !line.isEmpty {
                before = line
                prose += line + " "
            }
            if open == nil, line.hasPrefix("#") { headings.append(line) }
        }
        if !section.blocks.isEmpty { sections.append(section) }
        links = prose.split(separator: "](").dropFirst().map { String($0.prefix { $0 != ")" }) }
        anchors = Set(headings.map(Self.anchor))
        // What stands between two backticks is every second piece.
        let pieces = prose.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
        commandsInText = pieces.indices.filter { $0 % 2 == 1 }.map { pieces[$0] }.filter { $0.hasPrefix("speedpix ") }
        if let open { throw DocumentError("\(name):\(open.line): the block has no end") }
    }

    /// The whole page as one sitting, whose steps build on each other.
    var whole: Section { Section(page: name, title: "all of it", blocks: sections.flatMap(\.blocks)) }

    /// As GitHub makes them.
    private static func anchor(_ heading: String) -> String {
        let words = heading.drop { $0 == "#" }.dropFirst().lowercased()
        return String(
            words.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }.map { $0 == " " ? "-" : $0 })
    }

    private static func fileName(_ line: String) -> String? {
        guard line.hasPrefix("**`"), line.hasSuffix("`**") else { return nil }
        return String(line.dropFirst(3).dropLast(3))
    }
}

/// Why a page cannot be read.
struct DocumentError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
