import ComfyUI
import SpeedPix

extension PublishedInput {
    /// As the database has it, and the gateway's own route tells it.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "node": .string(field.node), "field": .string(field.field),
            "type": .string(kind.rawValue), "required": .bool(isRequired), "help": .string(help),
        ]
        members["minimum"] = minimum
        members["maximum"] = maximum
        members["default"] = defaultValue
        if kind == .choice { members["choices"] = .array(choices) }
        return .object(members)
    }

    /// Reads what ``json`` gave; nil for anything else.
    init?(_ json: JSONValue) {
        guard let name = json["name"]?.stringValue, let field = GraphField(json),
            let kind = json["type"]?.stringValue.flatMap(Kind.init), case .bool(let isRequired)? = json["required"],
            let help = json["help"]?.stringValue
        else { return nil }
        self.init(name, field, kind, default: json["default"], isRequired: isRequired, help: help)
        minimum = json["minimum"]
        maximum = json["maximum"]
        choices = json["choices"]?.arrayValue ?? []
    }
}

extension PublishedOutput {
    /// As the database has it.
    var json: JSONValue {
        [
            "name": .string(name), "node": .string(field.node), "field": .string(field.field),
            "always_array": .bool(isAlwaysArray),
        ]
    }

    /// Reads what ``json`` gave; nil for anything else.
    init?(_ json: JSONValue) {
        guard let name = json["name"]?.stringValue, let field = GraphField(json),
            case .bool(let isAlwaysArray)? = json["always_array"]
        else { return nil }
        self.init(name, field, isAlwaysArray: isAlwaysArray)
    }
}

extension PublishedFile {
    /// As the database has it.
    var json: JSONValue {
        [
            "node": .string(field.node), "field": .string(field.field), "filename": .string(filename),
            "key": .string(key.text), "mime_type": .string(mimeType),
        ]
    }

    /// Reads what ``json`` gave; nil for anything else.
    init?(_ json: JSONValue) {
        guard let field = GraphField(json), let filename = json["filename"]?.stringValue,
            let key = json["key"]?.stringValue.flatMap({ ObjectKey($0) }),
            let mimeType = json["mime_type"]?.stringValue
        else { return nil }
        self.init(field: field, filename: filename, key: key, mimeType: mimeType)
    }
}

extension SeedValue {
    /// As the database has them: a list in one text.
    static func encoded(_ seeds: [SeedValue]) throws -> String? {
        guard !seeds.isEmpty else { return nil }
        let entries = seeds.map { seed -> JSONValue in
            ["node": .string(seed.field.node), "field": .string(seed.field.field), "value": .integer(seed.value)]
        }
        return try PredictionDatabase.text(.array(entries))
    }

    /// Reads what ``encoded(_:)`` wrote; what makes no sense is left out.
    static func all(in text: String) -> [SeedValue] {
        let entries = (try? JSONValue(parsing: text.utf8))?.arrayValue ?? []
        return entries.compactMap { entry in
            guard let field = GraphField(entry), let value = entry["value"]?.lenientInteger else { return nil }
            return SeedValue(field: field, value: value)
        }
    }
}

extension GraphField {
    /// Of the members `node` and `field`.
    fileprivate init?(_ json: JSONValue) {
        guard let node = json["node"]?.stringValue, let field = json["field"]?.stringValue else { return nil }
        self.init(node, field)
    }
}
