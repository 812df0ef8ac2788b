import Foundation
import Testing

/// The articles show what is compiled, and nothing else.
@Suite("The guide's text")
struct GuideTextTests {
    private static let catalogue = "\(TestFolder.repository)/Sources/SpeedPix/SpeedPix.docc"
    private static let samples = "\(TestFolder.repository)/Tests/IntegrationTests/Guide"

    @Test func everyBlockIsASample() throws {
        let compiled = try Self.compiled()
        var shown: Set<String> = []
        for file in try Self.files(in: Self.catalogue, ending: ".md") {
            for block in Self.blocks(in: try Self.lines(of: file)) where block.language == "swift" {
                let place = "\(file.split(separator: "/").last ?? ""):\(block.line)"
                guard let name = block.sample else {
                    Issue.record("\(place): no <!-- sample: NAME --> stands above this block")
                    continue
                }
                shown.insert(name)
                let expected = compiled[name]
                #expect(expected != nil, "\(place): there is no sample \(name)")
                #expect(expected == nil || block.lines == expected, "\(place): \(name) is not what is compiled")
            }
        }
        #expect(Set(compiled.keys).subtracting(shown) == [], "compiled, but shown nowhere")
    }

    /// The headings of the guide, each with an article or a section of one.
    @Test(arguments: [
        "Getting started", "More ways to run a workflow", "Resources", "Configuration", "Run", "Predictions", "Files",
        "Enhanced file types", "Predefined outputs", "User-defined outputs", "Status", "Errors", "Text to image",
        "Image to image", "Image to video", "Batch", "Custom HTTP client", "Retry", "Monitoring and logging",
    ])
    func everyHeadingIsThere(_ heading: String) throws {
        let headings = try Self.files(in: Self.catalogue, ending: ".md").flatMap(Self.lines).filter {
            $0.hasPrefix("#")
        }
        #expect(headings.contains { $0.drop { "# ".contains($0) } == heading })
    }

    private struct Block {
        var language: String
        var sample: String?
        var line: Int
        var lines: [String] = []
    }

    /// The fenced blocks, each with the sample that the comment right above it names.
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
        for file in try files(in: Self.samples, ending: ".swift") where !file.hasSuffix("/GuideTextTests.swift") {
            var name: String?
            var lines: [String] = []
            for line in try Self.lines(of: file) {
                let text = line.trimmingCharacters(in: .whitespaces)
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
        try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
    }

    private static func files(in folder: String, ending: String) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }
        #expect(!names.isEmpty)
        return names.sorted().map { "\(folder)/\($0)" }
    }
}
