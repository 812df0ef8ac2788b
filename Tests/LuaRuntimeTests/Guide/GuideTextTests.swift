import SpeedPixTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The articles of LuaRuntime's guide")
struct GuideTextTests {
    private static let folder = "\(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))"
    private static let samples = GuideSamples(
        catalogue: "\(folder)/../../../Sources/LuaRuntime/LuaRuntime.docc", sources: folder)

    @Test("Every block of Swift in the articles is the text of a compiled sample")
    func blocksAreSamples() throws {
        let compiled = try Self.samples.compiled()
        var used: Set<String> = []
        for file in try Self.samples.articles() {
            for block in GuideSamples.blocks(in: try GuideSamples.lines(of: file)) where block.language == "swift" {
                let name = try #require(block.sample, "\(file):\(block.line) is not a sample")
                used.insert(name)
                #expect(compiled[name] == block.lines, "\(file):\(block.line): sample \(name) reads otherwise")
            }
        }
        #expect(Set(compiled.keys) == used)
    }

    @Test("Every article is linked from the first page, and every link leads to an article")
    func links() throws {
        let files = try Self.samples.articles()
        let names = Set(files.compactMap { $0.split(separator: "/").last?.dropLast(3) }.map(String.init))
        let first = try GuideSamples.lines(of: "\(Self.samples.catalogue)/LuaRuntime.md").joined(separator: "\n")
        for name in names where name != "LuaRuntime" { #expect(first.contains("- <doc:\(name)>"), "\(name)") }
        for file in files {
            for link in try GuideSamples.lines(of: file).joined(separator: "\n").matches(of: /<doc:([A-Za-z]+)>/) {
                #expect(names.contains(String(link.1)), "\(file): \(link.0)")
            }
        }
    }

    @Test("Every test that docs/lua-runtime.md names exists")
    func namedTests() throws {
        let tests = "\(Self.folder)/.."
        let names = try FileManager.default.subpathsOfDirectory(atPath: tests).filter { $0.hasSuffix(".swift") }
        let sources = try names.map { try GuideSamples.lines(of: "\(tests)/\($0)").joined(separator: "\n") }.joined()
        let page = try GuideSamples.lines(of: "\(tests)/../../docs/lua-runtime.md").filter { $0.hasPrefix("| ") }
        let named = page.flatMap { $0.matches(of: /"([^"]+)"/).map { String($0.1) } }
        #expect(named.count > 15)
        for name in named {
            let name = name.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            #expect(sources.contains("\"\(name)\""), "\(name)")
        }
    }
}
