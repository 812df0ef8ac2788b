import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The articles of LuaRuntime's guide")
struct GuideTextTests {
    private static let samples = "\(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))"
    private static let catalogue = "\(samples)/../../../Sources/LuaRuntime/LuaRuntime.docc"

    @Test("Every block of Swift in the articles is the text of a compiled sample")
    func blocksAreSamples() throws {
        let compiled = try Self.compiled()
        var used: Set<String> = []
        for file in try Self.files(in: Self.catalogue, ending: ".md") {
            for block in Self.blocks(in: try Self.lines(of: file)) where block.language == "swift" {
                let name = try #require(block.sample, "\(file):\(block.line) is not a sample")
                used.insert(name)
                #expect(compiled[name] == block.lines, "\(file):\(block.line): sample \(name) reads otherwise")
            }
        }
        #expect(Set(compiled.keys) == used)
    }

    @Test("Every article is linked from the first page, and every link leads to an article")
    func links() throws {
        let files = try Self.files(in: Self.catalogue, ending: ".md")
        let names = Set(files.compactMap { $0.split(separator: "/").last?.dropLast(3) }.map(String.init))
        let first = try Self.lines(of: "\(Self.catalogue)/LuaRuntime.md").joined(separator: "\n")
        for name in names where name != "LuaRuntime" { #expect(first.contains("- <doc:\(name)>"), "\(name)") }
        for file in files {
            for link in try Self.lines(of: file).joined(separator: "\n").matches(of: /<doc:([A-Za-z]+)>/) {
                #expect(names.contains(String(link.1)), "\(file): \(link.0)")
            }
        }
    }

    @Test("Every test that docs/lua-runtime.md names exists")
    func namedTests() throws {
        let tests = "\(Self.samples)/.."
        let names = try FileManager.default.subpathsOfDirectory(atPath: tests).filter { $0.hasSuffix(".swift") }
        let sources = try names.map { try Self.lines(of: "\(tests)/\($0)").joined(separator: "\n") }.joined()
        let page = try Self.lines(of: "\(tests)/../../docs/lua-runtime.md").filter { $0.hasPrefix("| ") }
        let named = page.flatMap { $0.matches(of: /"([^"]+)"/).map { String($0.1) } }
        #expect(named.count > 15)
        for name in named {
            let name = name.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            #expect(sources.contains("\"\(name)\""), "\(name)")
        }
    }

    private struct Block {
        var language: String
        var sample: String?
        var line: Int
        var lines: [String] = []
    }

    /// The fenced blocks, each with the sample that the comment above it names.
    private static func blocks(in lines: [String]) -> [Block] {
        var blocks: [Block] = []
        var open: Block?
        var sample: String?
        for (number, line) in lines.enumerated() {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    (open, sample) = (nil, nil)
                } else {
                    open = Block(language: String(line.dropFirst(3)), sample: sample, line: number + 1)
                }
            } else if open != nil {
                open?.lines.append(line)
            } else if line.hasPrefix("<!-- sample: "), line.hasSuffix(" -->") {
                sample = String(line.dropFirst(13).dropLast(4))
            } else if !line.isEmpty {
                sample = nil
            }
        }
        return blocks
    }

    /// The samples by name, without the indentation that the tests need. Pieces of one name follow each other.
    private static func compiled() throws -> [String: [String]] {
        var samples: [String: [String]] = [:]
        for file in try files(in: Self.samples, ending: "Samples.swift") {
            var name: String?
            var lines: [String] = []
            for line in try Self.lines(of: file) {
                let text = line.drop { $0 == " " }
                if text.hasPrefix("// sample: ") {
                    #expect(name == nil, "\(file): \(text) begins within another sample")
                    (name, lines) = (String(text.dropFirst(11)), [])
                } else if text == "// end", let ended = name {
                    samples[ended] = (samples[ended].map { $0 + [""] } ?? []) + unindented(lines)
                    name = nil
                } else {
                    lines.append(line)
                }
            }
            #expect(name == nil, "\(file): a sample has no end")
        }
        return samples
    }

    private static func unindented(_ lines: [String]) -> [String] {
        let indents = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }
        var result = lines.map { String($0.dropFirst(indents.min() ?? 0)) }
        while result.last?.isEmpty == true { result.removeLast() }
        return result
    }

    private static func lines(of file: String) throws -> [String] {
        String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func files(in folder: String, ending: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }
        #expect(!names.isEmpty)
        return names.sorted().map { "\(folder)/\($0)" }
    }
}
