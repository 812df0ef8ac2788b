#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The articles of a documentation catalogue, and the samples in the tests' sources that their Swift blocks must repeat.
package struct GuideSamples: Sendable {
    /// What is wrong with the sources of the samples.
    package struct Malformed: Error, CustomStringConvertible {
        package let description: String
    }

    /// A fenced block, with the sample that the comment right above it names.
    package struct Block: Sendable {
        package let language: String
        package let sample: String?
        /// The line of its opening fence, from 1.
        package let line: Int
        package fileprivate(set) var lines: [String] = []
    }

    /// The folder of the articles, `.md` files.
    package let catalogue: String
    /// The folder of the samples' sources.
    package let sources: String

    package init(catalogue: String, sources: String) {
        self.catalogue = catalogue
        self.sources = sources
    }

    /// The paths of the articles.
    package func articles() throws -> [String] { try Self.files(in: catalogue, ending: ".md") }

    /// The fenced blocks of an article.
    package static func blocks(in lines: [String]) -> [Block] {
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

    /// The samples by name, without the indentation that the tests need: what lies between `// sample: NAME` and `// end`.
    /// Pieces of one name follow each other.
    ///
    /// - Throws: ``Malformed`` for a sample within another one, or without an end.
    package func compiled() throws -> [String: [String]] {
        var samples: [String: [String]] = [:]
        for file in try Self.files(in: sources, ending: "Samples.swift") {
            var name: String?
            var lines: [String] = []
            for line in try Self.lines(of: file) {
                let text = line.drop { $0 == " " }
                if text.hasPrefix("// sample: ") {
                    guard name == nil else {
                        throw Malformed(description: "\(file): \(text) begins within another sample")
                    }
                    (name, lines) = (String(text.dropFirst(11)), [])
                } else if text == "// end", let ended = name {
                    samples[ended] = (samples[ended].map { $0 + [""] } ?? []) + Self.unindented(lines)
                    name = nil
                } else {
                    lines.append(line)
                }
            }
            if let name { throw Malformed(description: "\(file): the sample \(name) has no end") }
        }
        return samples
    }

    private static func unindented(_ lines: [String]) -> [String] {
        let indents = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }
        var result = lines.map { String($0.dropFirst(indents.min() ?? 0)) }
        while result.last?.isEmpty == true { result.removeLast() }
        return result
    }

    /// The lines of a text file.
    package static func lines(of file: String) throws -> [String] {
        String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// - Throws: ``Malformed`` for a folder that has none.
    private static func files(in folder: String, ending: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }
        guard !names.isEmpty else { throw Malformed(description: "\(folder) has no file that ends in \(ending)") }
        return names.sorted().map { "\(folder)/\($0)" }
    }
}
