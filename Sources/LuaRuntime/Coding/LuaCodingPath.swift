/// Where a value lies in what is decoded or encoded. A list, so that a step down copies nothing: nearly all of them are never
/// looked at.
final class LuaCodingPath {
    /// An index in a list, counted from 0 as Swift's decoders do.
    struct Index: CodingKey {
        let index: Int

        init(_ index: Int) { self.index = index }
        init(intValue: Int) { index = intValue }
        init?(stringValue: String) { nil }

        var intValue: Int? { index }
        var stringValue: String { String(index) }
    }

    /// What a superclass is coded under.
    struct Super: CodingKey {
        init() {}
        init?(intValue: Int) { nil }
        init?(stringValue: String) { nil }

        var intValue: Int? { nil }
        var stringValue: String { "super" }
    }

    private let parent: LuaCodingPath?
    private let key: any CodingKey

    init(_ parent: LuaCodingPath?, _ key: any CodingKey) {
        self.parent = parent
        self.key = key
    }

    /// From the outermost to the innermost.
    static func keys(_ path: LuaCodingPath?) -> [any CodingKey] {
        sequence(first: path) { $0?.parent }.compactMap { $0?.key }.reversed()
    }

    /// As a script would write it: `users[2].name`, counted from 1.
    static func text(_ keys: [any CodingKey]) -> String {
        var text = ""
        for key in keys {
            if let element = key as? Index {
                text += "[\(element.index + 1)]"
            } else if LuaSyntax.isName(key.stringValue) {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            } else {
                text += "[\(key.intValue.map(String.init) ?? LuaString(key.stringValue).debugDescription)]"
            }
        }
        return text.isEmpty ? "the value" : text
    }
}
