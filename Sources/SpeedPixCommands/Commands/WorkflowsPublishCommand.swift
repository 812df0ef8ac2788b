import ArgumentParser
import ComfyUI
import SpeedPix
import SpeedPixGateway

/// `speedpix workflows publish`
struct WorkflowsPublishCommand: ContextCommand {
    /// The alias of examples, where none is given.
    private static let usualAlias = "main"

    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publishes a workflow of ComfyUI, or one in Lua, at a gateway.",
        discussion: """
            Examples:
              speedpix workflows publish --last
              speedpix workflows publish --last 1 --id shop --alias main
              speedpix workflows publish shop.png --id shop --dry-run
              speedpix workflows publish shop.json --id shop --input image=1.image \\
                --input text=6.text:string --output images=10.images

            FILE is a workflow in API format (File > Export (API) in ComfyUI), a PNG that
            ComfyUI has saved, or a .lua file. --last lists what ComfyUI has run lately,
            --last 1 takes the newest of it.

            Without --input and --output it proposes what App mode of ComfyUI shows, else
            pictures, texts, seeds, sizes and what is saved; --dry-run shows that. With []
            behind it an output is always an array.

            Each publish makes the next version. It is run once with its own values before
            the alias stands for it; status 3 says that this failed, or could not be begun,
            and that no alias was changed.
            """)

    @Argument(help: ArgumentHelp("The workflow.", valueName: "FILE"), completion: .file())
    var file: String?

    @Option(help: ArgumentHelp("What predictions name it by.", valueName: "NAME"))
    var id: String?

    @Option(
        help: ArgumentHelp(
            "A prompt that ComfyUI has run, instead of a file: 1 is the newest; without a number they are listed.",
            valueName: "N"))
    var last: PromptChoice?

    @Option(
        help: ArgumentHelp(
            "A field that becomes an input; may be given several times. TYPE is int, float, string, choice, boolean, image,"
                + " mask, video, audio or file.", valueName: "NAME=NODE.FIELD[:TYPE]"))
    var input: [String] = []

    @Option(
        help: ArgumentHelp(
            "A node's result that becomes an output; may be given several times.", valueName: "NAME=NODE.FIELD[]"))
    var output: [String] = []

    @Option(help: ArgumentHelp("The alias that stands for the new version, such as main.", valueName: "NAME"))
    var alias: String?

    @Option(help: ArgumentHelp("One line about it; the id if not given.", valueName: "TEXT"))
    var title: String?

    @OptionGroup var server: ComfyUIOptions

    @Flag(help: "Allows nodes that spend credits of comfy.org.")
    var partnerNodes = false

    @Flag(name: .customLong("no-try"), help: "Does not run it once.")
    var isNotTried = false

    @Flag(help: "Shows what would be published, and publishes nothing.")
    var dryRun = false

    @OptionGroup var admin: AdminOptions

    @Flag(help: "One JSON object on standard output.")
    var json = false

    func validate() throws {
        guard (file == nil) != (last == nil) else {
            throw ValidationError("name a file, or choose with --last what ComfyUI has run")
        }
        guard last != .list else { return }
        guard let id else { throw ValidationError("--id is missing: what predictions name it by") }
        if let problem = PublishedName.problem(with: id) { throw ValidationError("the id \"\(id)\" \(problem)") }
        do throws(SelectorProblem) {
            for text in input { _ = try InputSelector(parsing: text) }
            for text in output { _ = try OutputSelector(parsing: text) }
        } catch {
            throw ValidationError(error.description)
        }
        guard let alias else { return }
        if let problem = PublishedName.problem(with: alias) {
            throw ValidationError("the alias \"\(alias)\" \(problem)")
        }
        guard alias.first != "v" || Int(alias.dropFirst()) == nil else {
            throw ValidationError("the alias \(alias) has the form of a version: choose another name")
        }
    }

    func run(in context: CommandContext) async throws {
        do {
            if last == .list { return try await list(context) }
            try await admin.withClient(context) { try await publish(at: $0, context) }
        } catch let error as ComfyUIError {
            throw CommandFailure(error)
        }
    }

    private func list(_ context: CommandContext) async throws {
        let prompts = try await PromptChoice.prompts(of: try await server.client(context))
        guard !prompts.isEmpty else {
            return context.say("ComfyUI has run nothing since it was started: run the workflow there once")
        }
        for (index, entry) in prompts.enumerated() {
            if json {
                try context.print([
                    "number": .integer(Int64(index + 1)), "prompt_id": .string(entry.promptID),
                    "started": entry.started.map { .integer($0) } ?? .null, "prompt": entry.prompt,
                ])
            } else {
                try context.print(PromptChoice.line(index + 1, entry, timeZone: context.timeZone))
            }
        }
        context.say("publish one of them: speedpix workflows publish --last 1 --id NAME")
    }

    private func publish(at gateway: AdminClient, _ context: CommandContext) async throws {
        let publication = WorkflowPublication(
            request: WorkflowPublication.Request(
                id: id ?? "", title: title, inputs: input.isEmpty ? nil : input, outputs: output.isEmpty ? nil : output,
                alias: alias, allowsPartnerNodes: partnerNodes, isTried: !isNotTried),
            gateway: gateway, context: context)
        if let file {
            switch try WorkflowSource(file: file, in: context) {
            case .script(let source): return try await publishScript(source, publication)
            case .graph(let document):
                return try await publishGraph(document, publication, from: try await server.client(context))
            }
        }
        let comfyUI = try await server.client(context)
        let prompts = try await PromptChoice.prompts(of: comfyUI)
        guard case .number(let number)? = last, prompts.indices.contains(number - 1) else {
            let count = prompts.count == 1 ? "1 prompt" : "\(prompts.count) prompts"
            throw CommandFailure(
                .failure, "ComfyUI remembers \(count) that succeeded",
                hint: prompts.isEmpty ? "run the workflow there once" : "--last lists them")
        }
        guard case .graph(let document) = try WorkflowSource(prompts[number - 1]) else { return }
        try await publishGraph(document, publication, from: comfyUI)
    }

    private func publishGraph(
        _ document: WorkflowDocument, _ publication: WorkflowPublication, from comfyUI: ComfyUIClient
    ) async throws {
        let context = publication.context
        let definitions = NodeDefinitions(objectInfo: try await comfyUI.objectInfo())
        let plan = try await publication.plan(document, definitions)
        for finding in plan.findings { context.say(finding.line) }
        if plan.hasErrors {
            throw CommandFailure(.failure, "\(publication.request.id) was not published".printable())
        }
        if dryRun { return try show(plan, context) }
        let files = try await publication.storeFiles(of: plan, from: comfyUI)
        let published = try await publication.publish(document, definitions, plan, files: files)
        let version = published["version"]?.stringValue ?? ""
        context.say("\(publication.request.id) \(version) is published".printable())
        var trial: WorkflowPublication.Trial?
        if publication.request.isTried {
            context.say("trying it with its own values …")
            trial = try await publication.tryOut(version, files: files)
        }
        try await finish(published, publication, trial)
    }

    /// What a dry run prints.
    private func show(_ plan: WorkflowPublication.Plan, _ context: CommandContext) throws {
        if json { return try context.print(["inputs": .array(plan.inputs), "outputs": .array(plan.outputs)]) }
        for line in WorkflowText.publication(inputs: plan.inputs, outputs: plan.outputs) { try context.print(line) }
    }

    private func publishScript(_ source: [UInt8], _ publication: WorkflowPublication) async throws {
        guard input.isEmpty, output.isEmpty else {
            throw CommandFailure(.usage, "a workflow in Lua says itself what its inputs and outputs are")
        }
        guard let text = String(validating: source, as: UTF8.self) else {
            throw CommandFailure(.failure, "the script is not UTF-8: save it as that")
        }
        let body: JSONValue = ["id": .string(publication.request.id), "script": .string(text)]
        if dryRun {
            let plan = WorkflowPublication.Plan(try await publication.gateway.call(.post, ["publication-check"], body))
            for finding in plan.findings { publication.context.say(finding.line) }
            guard !plan.hasErrors else {
                throw CommandFailure(.failure, "\(publication.request.id) cannot be published".printable())
            }
            return try show(plan, publication.context)
        }
        let published = try await publication.gateway.call(.post, ["workflows"], body)
        let version = published["version"]?.stringValue ?? ""
        publication.context.say("\(publication.request.id) \(version) is published".printable())
        try await finish(published, publication, nil)
    }

    /// Lets the alias stand for what did not fail, and reports.
    private func finish(
        _ published: JSONValue, _ publication: WorkflowPublication, _ trial: WorkflowPublication.Trial?
    ) async throws {
        let (context, id) = (publication.context, publication.request.id)
        let version = published["version"]?.stringValue ?? ""
        var members = published.objectValue ?? [:]
        var failure: CommandFailure?
        switch trial {
        case .succeeded(let outputs, let files, let seconds)?:
            members["try"] = ["status": "succeeded", "seconds": .double(seconds)]
            let what = outputs.isEmpty ? "nothing" : outputs.joined(separator: ", ")
            context.say(
                "it gave \(what) (\(files) \(files == 1 ? "file" : "files")) in \(WorkflowText.time(seconds))"
                    .printable())
        case .failed(let reason)?:
            members["try"] = ["status": "failed", "message": .string(reason)]
            failure = CommandFailure(
                .predictionFailed, "\(id) \(version) failed with its own values: \(reason)".printable(),
                hint: alias.map { "no alias was changed; speedpix workflows alias \(id) \($0) \(version)".printable() }
                    ?? "it has no alias; speedpix workflows remove \(id) \(version) takes it away".printable())
        case .impossible(let reason)?:
            members["try"] = ["status": "impossible", "message": .string(reason)]
            let command = "speedpix workflows alias \(id) \(alias ?? Self.usualAlias) \(version)"
            failure = CommandFailure(
                .predictionFailed, "\(id) \(version) could not be tried: \(reason)".printable(),
                hint: "no alias was changed; \(command) does it without a try".printable())
        case nil: break
        }
        if failure == nil, let alias {
            _ = try await publication.gateway.call(
                .put, ["workflows", id, "aliases", alias], ["version": .string(version)])
            members["alias"] = .string(alias)
            context.say("\(alias) of \(id) stands for \(version)".printable())
        } else if failure == nil {
            context.say(
                "no alias stands for it yet: speedpix workflows alias \(id) \(Self.usualAlias) \(version)".printable())
        }
        if json {
            try context.print(.object(members))
        } else if failure == nil {
            for line in WorkflowText.publication(
                inputs: published["inputs"]?.arrayValue ?? [], outputs: published["outputs"]?.arrayValue ?? [])
            {
                try context.print(line)
            }
        }
        if let failure { throw failure }
    }
}
