import ImagingLua
import LuaRuntime
import SpeedPix
import SystemPackage

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
                let path = try SavePath(arguments)
                let conflict = try OutputFileObject.conflict(arguments)
                // Judged as a real save would be, before anything is paid for.
                _ = try object.host.files.writable(path.path)
                return { _ in .path(try await object.save(path, conflict)) }
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
    /// Distinguishes outputs of several predictions, which have the same names.
    private let owner: String

    /// - Parameters:
    ///   - path: How the script got there: `output.images`.
    ///   - owner: The prediction that it would belong to.
    init(_ path: String, host: ScriptHost, owner: String) {
        self.path = path
        self.host = host
        self.owner = owner
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
                index == 1 ? .object(PlaceholderObject("\(path)[1]", host: host, owner: owner)) : .nil
            } else {
                .object(PlaceholderObject("\(path).\(name)", host: host, owner: owner))
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
    func save(_ path: SavePath, _ conflict: SaveConflict = .error) async throws -> FilePath {
        let target = try host.files.target(path, filename: filename)
        let bytes = try PlaceholderPicture.bytes()
        let result = SavedResult(identity: "\(owner) \(self.path)", name: "\(self.path) of \(owner)")
        return try await host.savedNames.save(target, of: result, conflict, in: host.files) {
            try await host.files.save(bytes, to: $0)
        }
    }
}
