extension LuaReference {
    /// The API in the notation of the Lua language server (LuaLS): what an editor completes and checks with.
    public func stubs() -> String {
        var text = "---@meta\n-- Made of the API's own description: do not edit.\n"
        for type in classes { text += stub(type) }
        let codes = errors.isEmpty ? "string" : errors.map { "\"\($0.code)\"" }.joined(separator: "|")
        text += "\n---@class Error\n---@field code \(codes)\n"
        text += "---@field message string\n---@field hint string?\n---@field retryable boolean\n"
        for field in errorFields { text += "---@field \(field.name) \(field.type)\n" }
        text += "---@field where string?\n---@field traceback string?\n"
        for module in modules { text += stub(module) }
        return text
    }

    private func stub(_ type: Class) -> String {
        var text = "\n" + Self.comment(type.summary) + "---@class \(type.name)\n"
        for property in type.properties {
            text += "---@field \(property.name) \(property.type)\(property.isOptional ? "?" : "")"
            text += property.summary.isEmpty ? "\n" : " \(property.summary)\n"
        }
        text += "local \(type.name) = {}\n"
        for method in type.methods { text += stub(method, "\(type.name):", optionsName: "\(type.name).\(method.name)") }
        return text
    }

    private func stub(_ module: Module) -> String {
        var text = module.name.isEmpty ? "" : "\n" + Self.comment(module.summary) + "\(module.name) = {}\n"
        for value in module.values {
            text += "\n" + Self.comment(value.summary) + "---@type \(value.type)\n\(module.prefix)\(value.name) = nil\n"
        }
        for function in module.functions {
            text += stub(function, module.prefix, optionsName: module.prefix + function.name)
        }
        for name in module.globals { text += "\n\(name) = \(module.prefix)\(name)\n" }
        return text
    }

    private func stub(_ function: Function, _ prefix: String, optionsName: String) -> String {
        var text = "\n"
        if !function.options.isEmpty {
            text += "---@class \(optionsName).options\n"
            for option in function.options {
                text += "---@field \(option.name)? \(option.type) \(option.summary)\n"
            }
            text += "\n"
        }
        text += Self.comment(function.summary)
        if !function.errors.isEmpty { text += "--- Raises: \(function.errors.joined(separator: ", ")).\n" }
        var names: [String] = []
        for parameter in function.parameters {
            names.append(parameter.name)
            text +=
                "---@param \(parameter.name)\(parameter.isOptional && parameter.name != "..." ? "?" : "") \(parameter.type)"
            text += parameter.summary.isEmpty ? "\n" : " \(parameter.summary)\n"
        }
        if !function.options.isEmpty {
            names.append("options")
            text += "---@param options? \(optionsName).options\n"
        }
        if !function.returns.isEmpty { text += "---@return \(function.returns)\n" }
        if !function.inOrder.isEmpty {
            let typed = function.inOrder.map { name in
                "\(name): \(function.options.first { $0.name == name }?.type ?? "any")"
            }
            let receiver = prefix.hasSuffix(":") ? "self: \(prefix.dropLast()), " : ""
            let result = function.returns.isEmpty ? "" : ": \(function.returns)"
            text +=
                "---@overload fun(\(receiver)\(typed.joined(separator: ", ")), options?: \(optionsName).options)\(result)\n"
        }
        return text + "function \(prefix)\(function.name)(\(names.joined(separator: ", "))) end\n"
    }

    private static func comment(_ text: String) -> String {
        text.isEmpty ? "" : "--- \(text)\n"
    }
}
