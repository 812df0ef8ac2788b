import Foundation
import Testing

/// `docs/official-clients.md` promises that a test stands against each mistake of the official clients.
@Suite("The page on mistakes of the official clients")
struct OfficialClientsTests {
    /// The mistakes that were found; one that is not made any more takes its row along.
    private static let count = 18

    @Test("The page names an existing test for each mistake of the official clients")
    func testOfEachMistake() throws {
        let page = try String(
            contentsOfFile: "\(TestFolder.repository)/docs/official-clients.md", encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2)
        #expect(rows.count == Self.count)
        let sources = try Self.sources()
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(cells.count == 3, "\(row)")
            let names = cells[2].matches(of: /`(\w+)\.(\w+)`/).map { (String($0.1), String($0.2)) }
            #expect(!names.isEmpty, "no test: \(cells[0])")
            for (suite, function) in names {
                let source = sources["\(suite).swift"] ?? ""
                #expect(source.contains("struct \(suite) "), "there is no suite \(suite)")
                #expect(Self.isTest(function, in: source), "there is no test \(suite).\(function)")
            }
        }
    }

    @Test("The check of the page takes only functions with @Test for tests")
    func testDetection() {
        let source = """
            @Test func plain() {
            }

            @Test(arguments: [
                1, 2,
            ])
            func many(_ number: Int) {}

            private func helper() {}
            """
        #expect(Self.isTest("plain", in: source) && Self.isTest("many", in: source))
        #expect(!Self.isTest("helper", in: source) && !Self.isTest("pla", in: source))
    }

    /// Whether `@Test` belongs to the declaration of a function: nothing but its arguments stands between.
    private static func isTest(_ function: String, in source: String) -> Bool {
        guard let declaration = source.range(of: "func \(function)("),
            let attribute = source[..<declaration.lowerBound].range(of: "@Test", options: .backwards)
        else { return false }
        return !source[attribute.upperBound..<declaration.lowerBound].contains("\n\n")
            && !source[attribute.upperBound..<declaration.lowerBound].contains("func ")
    }

    /// Every source of the tests by its file's name; those of one name together.
    private static func sources() throws -> [String: String] {
        let folder = "\(TestFolder.repository)/Tests"
        var sources: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where path.hasSuffix("Tests.swift") {
            let name = String(path.split(separator: "/").last ?? "")
            sources[name, default: ""] += try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
        }
        return sources
    }
}
