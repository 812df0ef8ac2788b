import SpeedPix
import Testing

@testable import SpeedPixGateway

/// The words of the page, which its modules ask for by keys, such as `"nav.runs"`, or by templates, such as `state.${state}`.
@Suite("Texts of the console")
struct ConsoleTextTests {
    /// What the keys begin and end with that a template makes.
    private struct Template: Hashable {
        let beginning: String
        let end: String

        func makes(_ key: String) -> Bool { key.hasPrefix(beginning) && key.hasSuffix(end) }
    }

    private static func texts(_ language: String) throws -> [String: String] {
        let bytes = try #require(ConsoleFiles.contents["texts_\(language).json"])
        return try #require(try JSONValue(parsing: bytes).objectValue).compactMapValues(\.stringValue)
    }

    /// All modules of the page.
    private static var source: String {
        ConsoleFiles.contents.filter { $0.key.hasSuffix(".js") }.values.map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: "\n")
    }

    private static func templates(in source: String) -> Set<Template> {
        let matches = source.matches(of: #/`([a-z][A-Za-z_.]*\.)\$\{[^`}]*\}([A-Za-z_.]*)`/#)
        return Set(matches.map { Template(beginning: String($0.output.1), end: String($0.output.2)) })
    }

    /// The key without its plural form: Chinese has fewer of those than English.
    private static func stem(_ key: String) -> String {
        for form in [".one", ".other"] where key.hasSuffix(form) { return String(key.dropLast(form.count)) }
        return key
    }

    /// What stands before the first point of a key; nil for one without.
    private static func area(_ key: String) -> String? {
        key.firstIndex(of: ".").map { String(key[..<$0]) }
    }

    /// The names of the values that are put into a text.
    private static func gaps(_ text: String) -> Set<String> {
        Set(
            text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().map {
                String($0.prefix { $0 != "}" })
            })
    }

    @Test("Texts: each language has all of them, with the same gaps")
    func languages() throws {
        let (english, chinese) = (try Self.texts("en"), try Self.texts("zh"))
        #expect(Set(english.keys.map(Self.stem)) == Set(chinese.keys.map(Self.stem)))
        for (key, text) in chinese {
            let stem = Self.stem(key)
            let model = try #require(english[key] ?? english[stem] ?? english["\(stem).other"], "\(key)")
            #expect(Self.gaps(text) == Self.gaps(model), "\(key)")
        }
    }

    @Test("Texts: each key that a module asks for has one")
    func asked() throws {
        let texts = Set(try Self.texts("en").keys)
        let known = texts.union(texts.map(Self.stem))
        let areas = Set(texts.compactMap(Self.area))
        let source = Self.source
        let called = source.matches(of: #/[^\w.]t\("([^"]+)"/#).map { String($0.output.1) }
        // Keys that are chosen, or handed on, are arguments of other functions.
        let named = source.matches(of: #/"([A-Za-z]+(?:\.\w+)+)"/#).map { String($0.output.1) }
            .filter { Self.area($0).map(areas.contains) ?? false }
        #expect(called.count > 300 && named.count > 300)
        for key in Set(called + named) { #expect(known.contains(key), "\(key)") }
        let templates = Self.templates(in: source).filter { Self.area($0.beginning).map(areas.contains) ?? false }
        #expect(templates.count > 30)
        for template in templates { #expect(texts.contains(where: template.makes), "\(template)") }
    }

    @Test("Texts: each is asked for by some module")
    func used() throws {
        let source = Self.source
        let literals = Set(source.matches(of: #/"([\w.]+)"/#).map { String($0.output.1) })
        let templates = Self.templates(in: source)
        for key in try Self.texts("en").keys {
            let isAsked = literals.contains(key) || literals.contains(Self.stem(key))
            #expect(isAsked || templates.contains { $0.makes(key) }, "\(key)")
        }
    }
}
