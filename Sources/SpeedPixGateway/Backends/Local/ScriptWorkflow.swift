import Imaging
import ImagingLua
import LuaRuntime
import SpeedPix

/// A workflow written in Lua: a chunk that returns its inputs and its `run` function.
///
/// Each run has a VM of its own, so that runs share nothing and are as many as there are workers.
package struct ScriptWorkflow: LocalWorkflow {
    package let id: String
    package let title: String
    package let summary: String
    package let inputs: [WorkflowInput]
    package let declaredOutputs: [DeclaredOutput]
    /// Pictures of a usual size take about this long on a laptop; real runs correct it.
    package let estimatedDuration: Duration = .seconds(2)
    package let isComputing = true
    private let chunk: LuaChunk
    private let trust: ScriptTrust

    /// Reads what the script declares.
    ///
    /// - Parameters:
    ///   - trust: What it may do. The default is for scripts of our own.
    ///   - clock: Measures how long that takes.
    /// - Throws: ``LuaError`` if it does not run, or not within its time; ``WorkflowFailure`` if it declares something that
    ///   there is not.
    package init(
        id: String, source: [UInt8], trust: ScriptTrust = .own, clock: any Clock<Duration> = ContinuousClock()
    ) async throws {
        self.id = id
        self.trust = trust
        chunk = LuaChunk(source, name: "\(id).lua")
        let vm = try LuaVM(limits: trust.limits, modules: [Self.pictures(.withoutFiles(), trust)])
        let declaration =
            try await vm.run(chunk, timeout: trust.declarationTime, clock: clock).first?.tableValue ?? LuaTable()
        title = declaration["title"]?.text ?? id
        summary = declaration["description"]?.text ?? title
        guard case .function = declaration["run"] else { throw WorkflowFailure("\(id).lua has no function run") }
        inputs = try (declaration["inputs"]?.tableValue?.entries ?? [:])
            .map { try Self.input(named: $0.text ?? "", $1.tableValue ?? LuaTable()) }
            .sorted { ($0.isRequired ? 0 : 1, $0.name) < ($1.isRequired ? 0 : 1, $1.name) }
        declaredOutputs = try Self.outputs(declaration["outputs"]?.tableValue ?? LuaTable())
    }

    /// Of a list of names, or of tables by their names, which may say `type` and `always_array`.
    private static func outputs(_ table: LuaTable) throws -> [DeclaredOutput] {
        let named = try table.entries.map { key, value -> DeclaredOutput in
            let (name, facts) = (key.text ?? "", value.tableValue ?? LuaTable())
            var kind = DeclaredOutput.Kind.any
            if let type = facts["type"] {
                guard let known = type.text.flatMap(DeclaredOutput.Kind.init) else {
                    throw WorkflowFailure("the output \(name) has no known type")
                }
                kind = known
            }
            return DeclaredOutput(name, kind, isAlwaysArray: facts["always_array"] == true)
        }
        let outputs = table.items.compactMap { $0.text.map { DeclaredOutput($0, .any) } } + named
        // It stands beside the outputs, and every workflow may have it.
        return outputs.filter { $0.name != "info" }.sorted { $0.name < $1.name }
    }

    private static func pictures(_ host: PictureHost, _ trust: ScriptTrust) -> LuaModule {
        ImageModule.module(host, drawsMarkup: trust.drawsMarkup)
    }

    private static func input(named name: String, _ table: LuaTable) throws -> WorkflowInput {
        guard let kind = table["type"]?.text.flatMap(WorkflowInput.Kind.init) else {
            throw WorkflowFailure("the input \(name) has no known type")
        }
        let defaultValue: JSONValue? =
            switch table["default"] {
            case .string(let text): .string(text.lossyText)
            case .integer(let number): .integer(number)
            case .unsigned(let number): JSONValue(number)
            case .number(let number) where number.isFinite: .double(number)
            case .boolean(let flag): .bool(flag)
            default: nil
            }
        // JSON has no numbers that are not finite, and such a bound bounds nothing.
        func bound(_ field: String) -> Double? {
            switch table[field] {
            case .integer(let number): Double(number)
            case .unsigned(let number): Double(number)
            case .number(let number) where number.isFinite: number
            default: nil
            }
        }
        var input = WorkflowInput(
            name, kind, isRequired: table["required"] == true, default: defaultValue, minimum: bound("min"),
            maximum: bound("max"), help: table["help"]?.text ?? "")
        if kind == .choice {
            input.choices = (table["choices"]?.tableValue?.items ?? []).compactMap { $0.text.map { .string($0) } }
            guard !input.choices.isEmpty else {
                throw WorkflowFailure("the input \(name) is a choice and has no list of texts called choices")
            }
        }
        return input
    }

    package func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
        let progress = LuaFunctionDefinition.immediate(
            "progress", .init("Tells how far it is.", ["fraction: number — 0 to 1", "label: string"])
        ) { arguments in
            task.progress(try arguments.number(1), try arguments.string(2))
            return .nil
        }
        let preview = LuaFunctionDefinition.immediate(
            "preview", .init("Shows how far it is.", ["picture: string — the bytes of a JPEG, PNG or WebP"])
        ) { arguments in
            task.preview(try arguments.bytes(1).bytes)
            return .nil
        }
        let host = PictureHost.withoutFiles()
        let functions = [progress, preview] + Self.films(FilmEncoder(task: task))
        let vm = try LuaVM(
            limits: trust.limits,
            modules: [Self.pictures(host, trust), LuaModule(name: "task", functions: functions)])
        let values = try await Self.values(inputs, host)
        do {
            // One chunk that calls the other: a failure then names the line of the script.
            let declaration = try await vm.run(chunk, timeout: trust.declarationTime, clock: task.clock).first?
                .tableValue
            guard case .function(let function) = declaration?["run"] else {
                throw WorkflowFailure("\(id).lua has no function run")
            }
            let caller = LuaChunk("local run, inputs = ... return run(inputs, task)", name: "[run]")
            let outputs = try await vm.run(
                caller, arguments: [.function(function), .table(values)], timeout: trust.runTime, clock: task.clock
            ).first?.tableValue
            return try await result(outputs ?? LuaTable())
        } catch let error as LuaError {
            throw WorkflowFailure(error.value.tableValue?["message"]?.text ?? error.message)
        }
    }

    /// `task.makes_films()`, and `task.film(frames, rate)`, which gives the film, or nil and the reason.
    private static func films(_ encoder: FilmEncoder) -> [LuaFunctionDefinition] {
        [
            .immediate("makes_films", .init("Whether MP4 can be written.", returns: "boolean")) { _ in
                .boolean(encoder.isInstalled)
            },
            .waiting(
                "film",
                .init("MP4 of JPEGs of one size.", ["frames: string[]", "rate: integer — frames a second"])
            ) { arguments in
                let frames = (try arguments.table(1))?.items.compactMap { frame -> [UInt8]? in
                    if case .string(let bytes) = frame { bytes.bytes } else { nil }
                }
                let rate = Int(clamping: try arguments.integer(2))
                return { _ in
                    do {
                        return .table(["bytes": .string(LuaString(try await encoder.encode(frames ?? [], rate: rate)))])
                    } catch let failure as FilmEncoder.Failure {
                        return .table(["reason": .string(failure.reason)])
                    }
                }
            },
        ]
    }

    /// What `run` gets: pictures are opened, everything else is as it came.
    private static func values(
        _ inputs: [String: WorkflowInputValue], _ host: PictureHost
    ) async throws -> LuaTable {
        var values = LuaTable()
        for (name, input) in inputs {
            switch input {
            case .string(let text): values[name] = .string(text)
            case .integer(let number): values[name] = .integer(number)
            case .unsigned(let number): values[name] = .whole(number)
            case .number(let number): values[name] = .number(number)
            case .boolean(let flag): values[name] = .boolean(flag)
            case .any: break
            case .file(let file):
                do {
                    let (image, frames) = try await PictureWork.run {
                        let facts = try ImageFacts(path: file.path)
                        let isAnimated = facts.format == .gif || facts.format == .webp
                        return (try Image.open(path: file.path), isAnimated ? facts.frames : 1)
                    }
                    guard frames == 1 else {
                        throw WorkflowFailure(
                            "the input \"\(name)\", \(file.filename): an animation of \(frames) frames, and this takes one"
                                + " picture: send one of its frames, image.open(path):frame(1)")
                    }
                    values[name] = .object(LuaPicture(image, host: host))
                } catch let error as ImagingError {
                    // Where the gateway keeps uploads is its own affair.
                    let reason = error.message.replacing("\(file.path): ", with: "")
                    throw WorkflowFailure("the input \"\(name)\", \(file.filename): \(reason)")
                }
            }
        }
        return values
    }

    private func result(_ outputs: LuaTable) async throws -> WorkflowResult {
        var result = WorkflowResult(outputs: [:])
        for (key, value) in outputs.entries {
            let name = key.text ?? ""
            if name == "info" {
                result.info = .optional(value.text)
                continue
            }
            switch value {
            case .object(let object as LuaPicture):
                result.outputs[name] = .file(try await file(object, named: name))
            case .table(let table) where table["bytes"] != nil:
                result.outputs[name] = .file(try Self.file(table, id: id, named: name))
            case .table(let table) where table.entries.isEmpty && table.items.allSatisfy { $0.text != nil }:
                result.outputs[name] = .data(.array(table.items.compactMap { $0.text.map { .string($0) } }))
            case .table(let table):
                var files: [WorkflowOutputFile] = []
                for case .object(let object as LuaPicture) in table.items {
                    files.append(try await file(object, named: "\(name)-\(files.count + 1)"))
                }
                result.outputs[name] = .files(files)
            case .string(let text): result.outputs[name] = .data(.string(text.lossyText))
            case .integer(let number): result.outputs[name] = .data(.integer(number))
            case .unsigned(let number): result.outputs[name] = .data(JSONValue(number))
            case .number(let number): result.outputs[name] = .data(.double(number))
            case .boolean(let flag): result.outputs[name] = .data(.bool(flag))
            default: throw WorkflowFailure("\(id).lua: the output \(name) is a \(value.typeName)")
            }
        }
        return result
    }

    private func file(_ picture: LuaPicture, named name: String) async throws -> WorkflowOutputFile {
        let (image, bytes) = try await PictureWork.run {
            let image = try picture.image
            // What an upload says of itself, such as where it was taken, is not a result's.
            return (image, try image.encoded(format: .png, metadata: .strip))
        }
        return WorkflowOutputFile(
            .bytes(bytes), filename: "\(id)-\(name).png", mimeType: ImageFormat.png.mediaType,
            facts: [
                "width": .integer(Int64(image.width)), "height": .integer(Int64(image.height)),
                "color_space": .string(image.colorSpace),
            ])
    }

    /// A file that is not a picture: its bytes, its name and type, and whatever else is known of it.
    private static func file(_ table: LuaTable, id: String, named name: String) throws -> WorkflowOutputFile {
        guard case .string(let content) = table["bytes"], let filename = table["filename"]?.text,
            let mimeType = table["mime_type"]?.text
        else { throw WorkflowFailure("\(id).lua: the output \(name) has no bytes, filename or mime_type") }
        var facts: [String: JSONValue] = [:]
        for (key, value) in table.entries {
            guard let key = key.text, !["bytes", "filename", "mime_type"].contains(key) else { continue }
            switch value {
            case .integer(let number): facts[key] = .integer(number)
            case .unsigned(let number): facts[key] = JSONValue(number)
            case .number(let number): facts[key] = .double(number)
            case .boolean(let flag): facts[key] = .bool(flag)
            default: facts[key] = .optional(value.text)
            }
        }
        return WorkflowOutputFile(
            .bytes(content.bytes), filename: "\(id)-\(filename)", mimeType: mimeType, facts: facts)
    }
}

extension JSONValue {
    fileprivate static func optional(_ text: String?) -> JSONValue? {
        text.map { .string($0) }
    }
}
