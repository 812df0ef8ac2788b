import ImagingLua
import LocalFiles
import LuaRuntime
import SpeedPix
import Synchronization
import SystemPackage

/// A file of a result in a script.
final class OutputFileObject: LuaObject {
    static let luaClass = LuaClass(
        name: "output file",
        summary: "A file among results: what the service tells of it. It goes into the next step's input as it is.",
        properties: [
            "url: string — it expires; tostring(file) gives it, too", "filename: string", "format?: string",
            "mime_type: string", "size?: integer — bytes", "width?: integer — pixels", "height?: integer — pixels",
            "dpi?: number", "color_space?: string", "duration?: number — seconds", "frame_rate?: number",
            "codec?: string", "has_audio?: boolean", "audio_codec?: string", "sample_rate?: integer",
            "bitrate?: integer", "channels?: integer", "pages?: integer", "language?: string", "author?: string",
        ],
        fetched: [
            .waiting("url") { arguments in
                let object = try arguments.receiver(OutputFileObject.self)
                return { _ in .string(try await object.signedURL()) }
            }
        ],
        methods: [
            .waiting("save", saveDescription) { arguments in
                let object = try arguments.receiver(OutputFileObject.self)
                let path = try SavePath(arguments)
                let conflict = try OutputFileObject.conflict(arguments)
                return { _ in .path(try await object.save(path, conflict)) }
            },
            .waiting("read", readDescription) { arguments in
                let object = try arguments.receiver(OutputFileObject.self)
                return { _ in .string(LuaString(try await object.read())) }
            },
            measure("aspect_ratio", "Width divided by height; nil if unknown.", "number?") { .number($0) },
            measure("is_square", "Nil if its size is unknown.", "boolean?") { .boolean($0 == 1) },
            measure("is_portrait", "Nil if its size is unknown.", "boolean?") { .boolean($0 < 1) },
            measure("is_landscape", "Nil if its size is unknown.", "boolean?") { .boolean($0 > 1) },
            // The shorter side, so that a video on its side counts the same: 720 lines and more are HD, 2,160 are 4K.
            lines("is_hd", "Whether the shorter side has 720 pixels or more.") { $0 >= 720 },
            lines("is_4k", "Whether the shorter side has 2,160 pixels or more.") { $0 >= 2160 },
            .immediate("resolution", .init("Such as \"1920x1080\".", returns: "string?")) { arguments in
                let file = try arguments.receiver(OutputFileObject.self).file
                guard let width = file.width, let height = file.height else { return .nil }
                return .string("\(width)x\(height)")
            },
        ])

    static var saveDescription: LuaFunctionDescription {
        LuaFunctionDescription(
            """
            Streams it to disk, in one step, with the folders on the way; returns the full path. A folder keeps the file's \
            own name. Another result of the same run is not overwritten: two that would take one name are an error.
            """, ["path?: string — default ./"], options: [SaveConflict.option], returns: "string",
            errors: ["network"] + ScriptErrorCodes.reading)
    }

    static var readDescription: LuaFunctionDescription {
        LuaFunctionDescription("Its bytes.", returns: "string", errors: ["network", "api_error"])
    }

    /// The option of a save. The file is written as it came; with a quality it would have to be encoded again.
    static func conflict(_ arguments: borrowing LuaArguments) throws -> SaveConflict {
        if arguments.isTable(2), let table = try arguments.table(2), table["quality"] != nil || table["format"] != nil {
            throw LuaArgumentError(
                "save takes no quality and no format: it writes the file as it came",
                hint: "image.open(file):save(path, { quality = 85 }) writes it anew")
        }
        return try SaveConflict(try arguments.options())
    }

    private static func measure(
        _ name: String, _ summary: String, _ type: String, _ body: @escaping @Sendable (Double) -> LuaValue
    ) -> LuaFunctionDefinition {
        .immediate(name, .init(summary, returns: type)) {
            try $0.receiver(OutputFileObject.self).file.aspectRatio.map(body) ?? .nil
        }
    }

    private static func lines(
        _ name: String, _ summary: String, _ body: @escaping @Sendable (Int) -> Bool
    ) -> LuaFunctionDefinition {
        .immediate(name, .init(summary, returns: "boolean?")) { arguments in
            let file = try arguments.receiver(OutputFileObject.self).file
            guard let width = file.width, let height = file.height else { return .nil }
            return .boolean(body(min(width, height)))
        }
    }

    let file: FileOutput
    let host: ScriptHost
    private let owner: String?
    /// Nil for a URL that a journal has kept without its signature, until it is needed.
    private let url: Mutex<String?>

    /// - Parameters:
    ///   - isRecorded: Whether the file comes from a journal.
    ///   - owner: How messages call the prediction that it belongs to.
    init(_ file: FileOutput, host: ScriptHost, isRecorded: Bool = false, owner: String? = nil) {
        self.owner = owner
        self.file = file
        self.host = host
        let lacksSignature = isRecorded && !host.isDryRun && !file.url.contains("?")
        url = Mutex(lacksSignature ? nil : file.url)
    }

    private func signedURL() async throws -> String {
        var current = file.url
        do {
            current = try await host.requireClient().files.currentURL(of: file)
        } catch let error as SpeedPixError where error.code == .outputExpired {
            // It still stands for the output in an input: one that was paid for is found, and a new one says what is missing.
        }
        url.withLock { [current] in $0 = current }
        return current
    }

    var luaDescription: String { url.withLock(\.self) ?? file.url }

    func luaEquals(_ other: any LuaObject) -> Bool {
        (other as? OutputFileObject)?.file.url == file.url
    }

    func luaProperty(_ name: String) -> LuaValue? {
        switch name {
        case "url": url.withLock(\.self).map { .string($0) }
        case "filename": .string(file.filename)
        case "format": .optional(file.format)
        case "mime_type": .string(file.mimeType)
        case "size": file.size.map { .integer($0) }
        case "width": file.width.map { .integer(Int64($0)) }
        case "height": file.height.map { .integer(Int64($0)) }
        case "dpi": ImageFile(file).dpi.map { .integer(Int64($0)) }
        case "color_space": .optional(ImageFile(file).colorSpace)
        case "duration": VideoFile(file).duration.map { .number($0 / .seconds(1)) }
        case "frame_rate": VideoFile(file).frameRate.map { .number($0) }
        case "codec": .optional(VideoFile(file).codec)
        case "audio_codec": .optional(VideoFile(file).audioCodec)
        case "sample_rate": AudioFile(file).sampleRate.map { .integer(Int64($0)) }
        case "bitrate": AudioFile(file).bitrate.map { .integer(Int64($0)) }
        case "channels": AudioFile(file).channels.map { .integer(Int64($0)) }
        case "pages": DocumentFile(file).pages.map { .integer(Int64($0)) }
        case "language": .optional(DocumentFile(file).language)
        case "author": .optional(DocumentFile(file).author)
        default:
            Self.luaClass.properties.contains { $0.name == name }
                ? file.properties[name].map(LuaValue.init(json:)) : nil
        }
    }

    func luaPropertyWithoutWaiting(_ name: String) -> LuaValue? { name == "url" ? .string(file.url) : nil }

    /// Without what signs the URL, which is another one in each answer.
    private var saved: SavedResult {
        let name = owner.map { "\(file.filename) of \($0)" } ?? file.filename
        return SavedResult(identity: file.url.withoutQuery, name: name)
    }

    /// Saves the file; a path that ends with a slash or names a folder keeps the file's own name.
    ///
    /// - Returns: The path as the script can use it.
    func save(_ path: SavePath, _ conflict: SaveConflict = .error) async throws -> FilePath {
        let target = try host.files.target(path, filename: file.filename)
        // Nothing is fetched: the picture that stands for a result stands for this one, too.
        if host.isDryRun {
            let bytes = try PlaceholderPicture.bytes()
            return try await host.savedNames.save(target, of: saved, conflict, in: host.files) {
                try await host.files.save(bytes, to: $0)
            }
        }
        let client = try host.requireClient()
        // A thousand downloads at once must not hold a thousand folders open.
        return try await client.files.withTransferSlot {
            let earlier = conflict == .rename ? try await client.files.savedPaths(of: file.url) : []
            return try await host.savedNames.save(
                target, of: saved, conflict, in: host.files, earlier: earlier.map { FilePath($0) }
            ) {
                try await download(by: client, to: $0)
            }
        }
    }

    private func download(by client: SpeedPixClient, to target: FilePath) async throws -> FilePath {
        let (folder, name) = try await DescriptorShortage.retrying(host.clock) {
            try await BlockingWork.run { try self.host.files.folder(forWriting: target, makesParents: true) }
        }
        let full = folder.fullPath(of: name)
        guard let reachable = folder.reachablePath(of: name) else {
            throw SpeedPixError(
                .unsupported, "a dry run downloads nothing, and so cannot save \(file.filename) to \(target.shown)",
                remedy: "what comes after this line is known only to a real run")
        }
        let transfer = TransferReporter(host, .download, name: target.shown, path: full.shown, url: file.url)
        do {
            let (size, layThere) = try await client.files.save(file.url, to: reachable, knownAs: full.shown) {
                transfer.progress($0)
            }
            guard !layThere else {
                host.onEvent(.kept(path: full.shown, bytes: size, url: file.url))
                return full
            }
            transfer.finish(bytes: size)
            host.onEvent(.saved(path: full.shown, bytes: size))
            return full
        } catch var error as SpeedPixError {
            // The script knows it by its own name.
            error.message = error.message.replacing(reachable.shown, with: full.shown)
            transfer.fail(error)
            throw error
        } catch {
            transfer.fail(error)
            throw error
        }
    }

    private func read() async throws -> [UInt8] {
        if host.isDryRun { return try PlaceholderPicture.bytes() }
        let bytes = try await host.fetch(file)
        host.noteUse(ofResult: file.url)
        return bytes
    }
}
