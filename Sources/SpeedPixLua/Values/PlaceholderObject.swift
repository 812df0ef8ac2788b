import LuaRuntime
import SpeedPix

/// What stands for an output in a dry run: whatever a script asks it for is there, as another placeholder. It can be
/// sent on, saved, printed and, as a picture of its stated size, opened; what needs another real thing says so.
final class PlaceholderObject: LuaObject {
    static let luaClass = LuaClass(
        name: "placeholder for a real result",
        // Known by name, so that a script which wants text or numbers gets them.
        properties: ["url", "filename", "format", "mime_type", "size", "width", "height"],
        methods: [
            .waiting("save", OutputFileObject.saveDescription) { arguments in
                let object = try arguments.receiver(PlaceholderObject.self)
                let path = arguments.isAbsent(1) ? "./" : try arguments.string(1)
                try OutputFileObject.refuseOptions(arguments)
                // Judged as a real save would be, before anything is paid for.
                _ = try object.host.files.writable(path)
                return { _ in .string(try await object.save(path)) }
            },
            .waiting("read", OutputFileObject.readDescription) { arguments in
                _ = try arguments.receiver(PlaceholderObject.self)
                return { _ in .string(LuaString(try PlaceholderPicture.bytes())) }
            },
            answer("aspect_ratio", .number(1)), answer("is_square", true), answer("is_portrait", false),
            answer("is_landscape", false),
            // By the shorter side, as for a real file.
            answer("is_hd", .boolean(side >= 720)), answer("is_4k", .boolean(side >= 2160)),
            answer("resolution", .string("\(side)x\(side)")),
        ])

    private static let side = Int64(PlaceholderPicture.side)

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
        case "size": (try? PlaceholderPicture.bytes()).map { .integer(Int64($0.count)) }
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

    private static func answer(_ name: String, _ value: LuaValue) -> LuaFunctionDefinition {
        .immediate(name) { arguments in
            _ = try arguments.receiver(PlaceholderObject.self)
            return value
        }
    }

    /// Saves the picture that stands for the result, under a real file's rules.
    ///
    /// - Returns: The path as the script can use it.
    /// - Throws: ``SpeedPixError``: `not_allowed`, `file_system`.
    func save(_ path: String) async throws -> String {
        guard !path.isEmpty else { throw LuaArgumentError("path, argument 1 of save, is empty") }
        let target = try host.files.target(path, filename: filename)
        return try await host.files.save(try PlaceholderPicture.bytes(), to: target)
    }
}
