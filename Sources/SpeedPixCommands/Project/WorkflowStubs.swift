import SpeedPix

/// What workflows take and give, in the notation of the Lua language server (LuaLS).
///
/// An editor then completes the id and completes and checks the input of `run("shop", { … })`: `run` and `create` have one
/// overload for each workflow, whose first parameter is the workflow's id as a literal, and one for all others.
struct WorkflowStubs {
    /// More choices than this are not listed: lists of models have thousands of names, and each workflow repeats them.
    private static let mostChoices = 200
    /// Characters of a comment. Defaults of prompts can be pages.
    private static let longestComment = 300
    /// What an input takes that is a file: a path, a URL, a result, an upload, or what `speedpix.file` makes.
    private static let fileType = "workflow.file"
    /// Any id, with those that are known: LuaLS offers literals beside `string` only where one type has both.
    private static let idType = "workflow.id"
    /// As the first word of a field LuaLS takes these for who may use it.
    private static let visibilities: Set<String> = ["public", "protected", "private", "package"]

    /// Each once, with the name that its classes have.
    private let workflows: [(workflow: WorkflowDescription, name: String)]

    /// - Parameter workflows: As a gateway tells them. Of two with one id the first counts.
    init(_ workflows: [WorkflowDescription]) {
        var ids: Set<String> = []
        var names: Set<String> = []
        self.workflows = workflows.filter { ids.insert($0.id).inserted }.map {
            workflow -> (workflow: WorkflowDescription, name: String) in
            let plain = Self.className(workflow.id)
            var (name, number) = (plain, 1)
            while !names.insert(name).inserted {
                number += 1
                name = "\(plain)_\(number)"
            }
            return (workflow: workflow, name: name)
        }
    }

    /// The whole file. It adds to the stubs of the API, which have the base of each overload.
    var text: String {
        var text = "---@meta\n-- The workflows of a gateway, as \"speedpix types\" was told of them: do not edit.\n"
        guard !workflows.isEmpty else { return text }
        text += "\n---@alias \(Self.fileType) string|OutputFile|File|Source\n"
        text += "\n---@alias \(Self.idType) string\n"
        for (workflow, _) in workflows {
            text += "---| \(LuaLiteral.quoted(workflow.id)) # \(Self.comment(workflow.title))\n"
        }
        for (workflow, name) in workflows { text += Self.classes(workflow, name) }
        text += overloads(of: "speedpix.run", returns: "table<string, any>") { workflow, name in
            workflow.outputs.isEmpty ? nil : "workflow.\(name).output"
        }
        text += overloads(of: "speedpix.create", returns: "Prediction") { _, _ in nil }
        return text
    }

    private static func classes(_ workflow: WorkflowDescription, _ name: String) -> String {
        let summary = workflow.summary.isEmpty ? workflow.title : workflow.summary
        var text = "\n--- \(comment("Input of \(workflow.id): \(summary)"))\n---@class workflow.\(name).input\n"
        // What the command line and sessions say of an input.
        let facts = KnownWorkflow(workflow).inputs
        for (input, known) in zip(workflow.inputs, facts) {
            var words = known.text
            if input.choices.count > mostChoices { words = "\(words) (one of \(input.choices.count))" }
            let name = field(input.name) + (input.isRequired ? "" : "?")
            text += "---@field \(name) \(luaType(input)) # \(comment(words))\n"
        }
        guard !workflow.outputs.isEmpty else { return text }
        text += "\n--- \(comment("Output of \(workflow.id)."))\n---@class workflow.\(name).output\n"
        for output in workflow.outputs { text += "---@field \(field(output.name)) \(luaType(output))\n" }
        if !workflow.outputs.contains(where: { $0.name == "info" }) {
            text += "---@field info any # what the workflow says of its run\n"
        }
        return text
    }

    /// A function whose overloads are all there is to know of it here: LuaLS leaves a function of `...` alone then, and adds
    /// them to the one of the same name in the API's stubs.
    ///
    /// - Parameters:
    ///   - returns: What it gives of any workflow.
    ///   - known: What it gives of one of these; nil for the same.
    private func overloads(
        of function: String, returns: String, known: (WorkflowDescription, String) -> String?
    ) -> String {
        var text =
            "\n---@overload fun(workflow: \(Self.idType), input?: table, options?: \(function).options): \(returns)\n"
        for (workflow, name) in workflows {
            let optional = workflow.inputs.contains(where: \.isRequired) ? "" : "?"
            text += "---@overload fun(workflow: \(LuaLiteral.quoted(workflow.id)), "
            text += "input\(optional): workflow.\(name).input, options?: \(function).options): "
            text += "\(known(workflow, name) ?? returns)\n"
        }
        return text + "function \(function)(...) end\n"
    }

    // MARK: Types

    private static func luaType(_ input: WorkflowDescription.Input) -> String {
        switch input.type {
        case "string": "string|Source"
        case "integer", "number", "boolean": input.type
        case "image", "mask", "video", "audio", "file": fileType
        case "choice": choice(input.choices)
        default: "any"
        }
    }

    private static func luaType(_ output: WorkflowDescription.Output) -> String {
        switch (output.type, output.isAlwaysArray) {
        case ("file", true): "OutputFile[]"
        // Several files are a list.
        case ("file", false): "OutputFile|OutputFile[]"
        case ("string", let isArray), ("integer", let isArray), ("number", let isArray), ("boolean", let isArray):
            output.type + (isArray ? "[]" : "")
        default: "any"
        }
    }

    /// A union of literals; what any choice can be if they cannot all be listed.
    private static func choice(_ choices: [JSONValue]) -> String {
        let literals = choices.compactMap(literal)
        guard !literals.isEmpty, literals.count == choices.count, literals.count <= mostChoices else {
            return "string|number|boolean"
        }
        return literals.joined(separator: "|")
    }

    /// Nil for what LuaLS has no literal type for.
    private static func literal(_ value: JSONValue) -> String? {
        switch value {
        // Gateways take both slashes in the names of models, and LuaLS completes a backslash without its escape.
        case .string(let text): LuaLiteral.quoted(text.replacing("\\", with: "/"))
        case .integer(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    // MARK: Names and comments

    /// The key of a field: what is no plain name stands in brackets.
    private static func field(_ name: String) -> String {
        visibilities.contains(name) ? "public \(name)" : LuaLiteral.key(name)
    }

    /// An id as a part of a class's name.
    private static func className(_ id: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in id.unicodeScalars {
            let isWord = scalar.properties.isAlphabetic || scalar.properties.generalCategory == .decimalNumber
            scalars.append(isWord ? scalar : "_")
        }
        return String(scalars)
    }

    /// One line, whatever a gateway says.
    private static func comment(_ text: String) -> String {
        let line = text.printable()
        return line.count > longestComment ? "\(line.prefix(longestComment))…" : line
    }
}
