import LuaRuntime
import SpeedPix

/// `speedpix.workflows` and `speedpix.workflow`: what a gateway offers.
struct WorkflowFunctions: Sendable {
    let host: ScriptHost

    var all: [LuaFunctionDefinition] { [workflows, workflow] }

    private var workflows: LuaFunctionDefinition {
        .waiting(
            "workflows",
            .init(
                """
                The workflows that a gateway offers, each a table as `workflow` gives it, in the order of their ids. The service \
                gives no list of its own: `unsupported`.
                """, returns: "table[]", errors: ["unsupported"] + ScriptErrorCodes.service,
                example: "for _, workflow in ipairs(speedpix.workflows()) do print(workflow.id, workflow.title) end")
        ) { _ in
            return { _ in
                let found = try await host.requireClient().workflows()
                return .table(LuaTable(items: found.map { .table(Self.table($0)) }, shape: .array))
            }
        }
    }

    private var workflow: LuaFunctionDefinition {
        .waiting(
            "workflow",
            .init(
                """
                What a workflow of a gateway takes and gives: a table with id, title, summary, kind, version, versions, aliases, \
                inputs, a list of tables with name, type, required, default, minimum, maximum, choices and help, and outputs, a \
                list of tables with name, type and always_array. Of the service: `unsupported`.
                """, ["id: string"], returns: "table", errors: ["unsupported"] + ScriptErrorCodes.service,
                example: "local inputs = speedpix.workflow(\"text-to-image\").inputs")
        ) { arguments in
            let id = try arguments.string(1)
            return { _ in .table(Self.table(try await host.requireClient().workflow(id))) }
        }
    }

    /// What is not known of it, or does not hold for it, is missing.
    private static func table(_ workflow: WorkflowDescription) -> LuaTable {
        var table = LuaTable()
        table["id"] = .string(workflow.id)
        table["title"] = .string(workflow.title)
        table["summary"] = .string(workflow.summary)
        table["kind"] = .string(workflow.kind)
        table["version"] = .string(workflow.version)
        table["versions"] = LuaValue(json: .array(workflow.versions.map { .string($0) }))
        table["aliases"] = LuaValue(json: .object(workflow.aliases.mapValues { .string($0) }))
        table["inputs"] = .table(LuaTable(items: workflow.inputs.map { .table(Self.table($0)) }, shape: .array))
        table["outputs"] = .table(LuaTable(items: workflow.outputs.map { .table(Self.table($0)) }, shape: .array))
        return table
    }

    private static func table(_ input: WorkflowDescription.Input) -> LuaTable {
        var table = LuaTable()
        table["name"] = .string(input.name)
        table["type"] = .string(input.type)
        table["required"] = .boolean(input.isRequired)
        table["default"] = input.defaultValue.map { LuaValue(json: $0) }
        table["minimum"] = input.minimum.map { LuaValue(json: $0) }
        table["maximum"] = input.maximum.map { LuaValue(json: $0) }
        if !input.choices.isEmpty { table["choices"] = LuaValue(json: .array(input.choices)) }
        if !input.help.isEmpty { table["help"] = .string(input.help) }
        return table
    }

    private static func table(_ output: WorkflowDescription.Output) -> LuaTable {
        var table = LuaTable()
        table["name"] = .string(output.name)
        table["type"] = .string(output.type)
        table["always_array"] = .boolean(output.isAlwaysArray)
        return table
    }
}
