package import SpeedPix

/// What one field of a class of nodes takes.
package struct NodeInputDefinition: Sendable, Hashable {
    /// A kind of file that is uploaded for a field.
    package enum UploadKind: String, Sendable, CaseIterable {
        case image
        /// A picture of which only a mask is used.
        case mask
        case video
        case audio
        /// Any other, such as a 3D model.
        case file
    }

    package enum Kind: Sendable, Hashable {
        /// A whole number. The bounds may lie beyond 2^53.
        case int(min: JSONValue?, max: JSONValue?, step: JSONValue?)
        case float(min: JSONValue?, max: JSONValue?, step: JSONValue?)
        case string(isMultiline: Bool)
        case boolean
        /// One of these values: texts as a rule, at times numbers. With an upload kind they are the files that the server has.
        case choice([JSONValue], upload: UploadKind?)
        /// What only another node gives, such as `IMAGE` or `MODEL`.
        case link(String)
        /// Whatever else there is, by ComfyUI's name of it.
        case other(String)
    }

    /// The type of a field whose choice brings further fields, which have its name and a dot before theirs.
    static let dynamicCombo = "COMFY_DYNAMICCOMBO_V3"

    package var name: String
    package var isRequired: Bool
    package var kind: Kind
    /// What else the server says of it, as it was: `default`, `tooltip`, flags.
    package var options: [String: JSONValue]

    package init(_ name: String, isRequired: Bool = true, _ kind: Kind, options: [String: JSONValue] = [:]) {
        self.name = name
        self.isRequired = isRequired
        self.kind = kind
        self.options = options
    }

    /// What the field has in a new node; nil if the server does not say.
    package var defaultValue: JSONValue? {
        if let value = options["default"], value != .null { return value }
        guard case .choice(let choices, upload: nil) = kind else { return nil }
        return choices.first
    }

    /// Whether ComfyUI's page draws another value after each run: it is a seed, or is used like one.
    package var hasSeedControl: Bool {
        switch options["control_after_generate"] {
        case .bool(let flag)?: flag
        case .string?: true
        default: false
        }
    }

    /// The values that it may have, if they are listed: those of a choice, and what a dynamic combo chooses among.
    package var choices: [JSONValue]? {
        switch kind {
        case .choice(let choices, _): return choices
        case .other(Self.dynamicCombo): return options["options"]?.arrayValue?.compactMap { $0["key"] }
        default: return nil
        }
    }

    // MARK: JSON

    /// Reads an entry of `/object_info`: a list of a type and, at times, options.
    ///
    /// - Parameter givesMaskOnly: Whether its class gives masks and nothing else.
    /// - Returns: Nil for what has not that form.
    init?(_ name: String, isRequired: Bool, specification: JSONValue, givesMaskOnly: Bool) {
        guard let parts = specification.arrayValue, let first = parts.first else { return nil }
        self.name = name
        self.isRequired = isRequired
        options = parts.count > 1 ? parts[1].objectValue ?? [:] : [:]
        if let choices = first.arrayValue {
            options["options"] = .array(choices)
            kind = Self.choice(&options, givesMaskOnly)
            return
        }
        guard let type = first.stringValue else { return nil }
        switch type {
        case "INT": kind = .int(min: options["min"], max: options["max"], step: options["step"])
        case "FLOAT": kind = .float(min: options["min"], max: options["max"], step: options["step"])
        case "STRING": kind = .string(isMultiline: options["multiline"] == true)
        case "BOOLEAN": kind = .boolean
        case Self.combo: kind = Self.choice(&options, givesMaskOnly)
        default: kind = type.hasPrefix("COMFY_") ? .other(type) : .link(type)
        }
    }

    private static let combo = "COMBO"

    /// - Parameter options: Loses its list, which is the choice's.
    private static func choice(_ options: inout [String: JSONValue], _ givesMaskOnly: Bool) -> Kind {
        // Of several values at once, or of a list that the page fetches elsewhere: no choice that could be checked.
        let isPlain = ["multiselect", "multi_select", "remote"].allSatisfy { flag in
            switch options[flag] {
            case nil, .null?, .bool(false)?: true
            default: false
            }
        }
        guard isPlain, let choices = options["options"]?.arrayValue else { return .other(combo) }
        options["options"] = nil
        let upload: UploadKind? =
            if options["image_upload"] == true {
                givesMaskOnly ? .mask : .image
            } else if options["video_upload"] == true {
                .video
            } else if options["audio_upload"] == true {
                .audio
            } else if options["file_upload"] == true {
                .file
            } else {
                nil
            }
        return .choice(choices, upload: upload)
    }

    /// An entry as `/object_info` has it.
    var specification: JSONValue {
        var options = options
        if case .choice(let choices, _) = kind { options["options"] = .array(choices) }
        return [.string(typeName), .object(options)]
    }

    /// ComfyUI's name of its type.
    package var typeName: String {
        switch kind {
        case .int: "INT"
        case .float: "FLOAT"
        case .string: "STRING"
        case .boolean: "BOOLEAN"
        case .choice: Self.combo
        case .link(let type), .other(let type): type
        }
    }
}
