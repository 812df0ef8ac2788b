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
    /// What else the server says of it, as it was: `default`, `tooltip`, flags. What ``kind`` says is not repeated.
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
        var options = parts.count > 1 ? parts[1].objectValue ?? [:] : [:]
        /// A null says nothing.
        func taken(_ option: String) -> JSONValue? {
            let value = options.removeValue(forKey: option)
            return value == .null ? nil : value
        }
        let kind: Kind
        if let choices = first.arrayValue {
            options["options"] = .array(choices)
            kind = Self.choice(&options, givesMaskOnly)
        } else {
            guard let type = first.stringValue else { return nil }
            switch type {
            case "INT": kind = .int(min: taken("min"), max: taken("max"), step: taken("step"))
            case "FLOAT": kind = .float(min: taken("min"), max: taken("max"), step: taken("step"))
            case "STRING": kind = .string(isMultiline: taken("multiline") == true)
            case "BOOLEAN": kind = .boolean
            case Self.combo: kind = Self.choice(&options, givesMaskOnly)
            default: kind = type.hasPrefix("COMFY_") ? .other(type) : .link(type)
            }
        }
        self.init(name, isRequired: isRequired, kind, options: options)
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
        guard let flag = flags.first(where: { options[$0.name] == true }) else { return .choice(choices, upload: nil) }
        options[flag.name] = nil
        return .choice(choices, upload: flag.kind == .image && givesMaskOnly ? .mask : flag.kind)
    }

    /// What says that a choice is a file to be uploaded.
    private static let flags: [(name: String, kind: UploadKind)] = [
        ("image_upload", .image), ("video_upload", .video), ("audio_upload", .audio), ("file_upload", .file),
    ]

    /// An entry as `/object_info` has it.
    var specification: JSONValue {
        var options = options
        switch kind {
        case .int(let low, let high, let step), .float(let low, let high, let step):
            for (name, value) in [("min", low), ("max", high), ("step", step)] where value != nil {
                options[name] = value
            }
        case .string(let isMultiline):
            if isMultiline { options["multiline"] = true }
        case .choice(let choices, let upload):
            options["options"] = .array(choices)
            let kind = upload == .mask ? .image : upload
            if let flag = Self.flags.first(where: { $0.kind == kind }) { options[flag.name] = true }
        case .boolean, .link, .other: break
        }
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
