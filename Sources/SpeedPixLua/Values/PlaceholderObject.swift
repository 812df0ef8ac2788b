import LuaRuntime
import SpeedPix

/// What stands for an output in a rehearsal: whatever a script asks it for is there, as another placeholder. It can be
/// sent on, saved and printed; what needs the real thing says so.
final class PlaceholderObject: LuaObject {
    static let luaClass = LuaClass(
        name: "placeholder for a real result",
        // Known by name, so that a script which wants text or numbers gets them.
        properties: ["url", "filename", "format", "mime_type", "width", "height"],
        methods: [
            .waiting("save") { arguments in
                let object = try arguments.receiver(PlaceholderObject.self)
                let path = arguments.isAbsent(1) ? "./" : try arguments.string(1, "path")
                try OutputFileObject.refuseOptions(arguments)
                // Judged as a real save would be, before anything is paid for.
                let full = try object.host.files.writable(path)
                return { _ in .string(path.hasSuffix("/") ? "\(full)/\(object.filename)" : full) }
            },
            needing("read"), needing("aspect_ratio"), needing("is_square"), needing("is_portrait"),
            needing("is_landscape"), needing("is_hd"), needing("is_4k"),
            .immediate("resolution") { _ in .string("\(side)x\(side)") },
        ])

    /// Pixels of every picture that is not there.
    private static let side: Int64 = 1024

    private let path: String
    private let host: ScriptHost

    /// - Parameter path: How the script got there: `output.images`.
    init(_ path: String, host: ScriptHost) {
        self.path = path
        self.host = host
    }

    /// What goes into the next step's input.
    var url: String { "\(Self.address)\(path)" }
    static let address = "https://dry-run.invalid/"
    private var filename: String { "\(path.split(separator: ".").last ?? "output").png" }

    var luaDescription: String { "<\(path)>" }

    func luaProperty(_ name: String) -> LuaValue? {
        switch name {
        case "url": .string(url)
        case "filename": .string(filename)
        case "format": "png"
        case "mime_type": "image/png"
        case "width", "height": .integer(Self.side)
        default:
            // A list has one element: a loop over it comes to an end.
            if let index = Int(name) {
                index == 1 ? .object(PlaceholderObject("\(path)[1]", host: host)) : .nil
            } else {
                .object(PlaceholderObject("\(path).\(name)", host: host))
            }
        }
    }

    private static func needing(_ name: String) -> LuaFunctionDefinition {
        .immediate(name) { arguments in
            throw try arguments.receiver(PlaceholderObject.self).needed(by: name)
        }
    }

    func needed(by function: String) -> SpeedPixError {
        SpeedPixError(
            .unsupported, "\(function) needs a real result, which a dry run does not have: \(path)",
            remedy: "what comes after this line is known only to a real run")
    }
}
