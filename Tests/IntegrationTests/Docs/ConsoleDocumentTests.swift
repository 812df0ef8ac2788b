import Foundation
import Imaging
import SpeedPix
import Testing

/// What `docs/console.md` names and shows is what the console has.
@Suite("The page on the console")
struct ConsoleDocumentTests {
    /// Bytes of the largest picture.
    private static let largest = 300_000

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(TestFolder.repository)/\(path)", encoding: .utf8)
    }

    /// The page without its blocks.
    private static func prose() throws -> String {
        let pieces = try text("docs/console.md").components(separatedBy: "```")
        return pieces.indices.filter { $0 % 2 == 0 }.map { pieces[$0] }.joined()
    }

    /// The texts of the console's page.
    private static func texts() throws -> [String: String] {
        let file = "Sources/SpeedPixGateway/Console/Page/texts_en.json"
        let members = try #require(try JSONValue(parsing: try text(file).utf8).objectValue)
        return members.compactMapValues(\.stringValue)
    }

    @Test("docs/console.md: what is in italics stands on the console's page")
    func names() throws {
        let words = Set(try Self.texts().values.map { $0.replacing("{name}", with: "Lua") })
        let pieces = try Self.prose().replacing("**", with: "").components(separatedBy: "*")
        let names = pieces.indices.filter { $0 % 2 == 1 }.map { pieces[$0].replacing("\n", with: " ") }
        #expect(names.count > 30)
        for name in names { #expect(words.contains(name), "\(name)") }
    }

    @Test("docs/console.md: the table of keys has the words of the console's own list")
    func keys() throws {
        let words = Set(try Self.texts().values)
        let section = try #require(try Self.prose().components(separatedBy: "## The keyboard").last)
        let rows = section.components(separatedBy: "\n## ")[0].split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(rows.count > 15)
        for row in rows.dropFirst(2) {
            let cell = row.split(separator: "|").last?.trimmingCharacters(in: .whitespaces) ?? ""
            let isKnown = [[cell], cell.components(separatedBy: "; "), cell.components(separatedBy: ", ")]
                .contains { $0.allSatisfy(words.contains) }
            #expect(isKnown, "\(row)")
        }
    }

    @Test("docs/console.md: pictures open and are small, and there are no others of the console")
    func pictures() throws {
        let links = try DocumentPage("console.md").links.filter { $0.hasPrefix("images/console-") }
        let folder = "\(TestFolder.repository)/docs/images"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("console-") }
        #expect(Set(links) == Set(files.map { "images/\($0)" }) && links.count == files.count)
        for file in files {
            let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
            #expect(bytes.count < Self.largest, "\(file) has \(bytes.count) bytes")
            let picture = try Image.open(path: "\(folder)/\(file)")
            #expect(picture.width >= 360 && picture.height >= 360, "\(file)")
        }
    }
}
