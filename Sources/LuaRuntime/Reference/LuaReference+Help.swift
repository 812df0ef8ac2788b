extension LuaReference {
    /// Everything that ``help(for:)`` knows a text for: `run`, `json`, `json.encode`, `picture`, `picture:resize`, error
    /// codes.
    public var topics: [String] {
        var topics: Set<String> = []
        for module in modules {
            if !module.name.isEmpty { topics.insert(module.name) }
            for function in module.functions {
                topics.insert(module.prefix + function.name)
                if module.globals.contains(function.name) { topics.insert(function.name) }
            }
        }
        for type in classes {
            topics.insert(type.topic)
            for method in type.methods { topics.insert("\(type.topic):\(method.name)") }
        }
        return topics.union(errors.map(\.code)).sorted()
    }

    /// The help text about a function, a module, a kind of object or an error code; nil if there is no such topic.
    public func help(for topic: String) -> String? {
        for module in modules {
            if module.name == topic, !topic.isEmpty { return text(of: module) }
            for function in module.functions {
                let isGlobal = module.globals.contains(function.name) && function.name == topic
                if isGlobal || module.prefix + function.name == topic {
                    return text(of: function, isGlobal ? "" : module.prefix)
                }
            }
        }
        for type in classes {
            if type.topic == topic || type.name == topic { return text(of: type) }
            for method in type.methods where "\(type.topic):\(method.name)" == topic {
                return text(of: method, "\(type.topic):")
            }
        }
        return errors.first { $0.code == topic }.map { "\($0.code): \($0.meaning)\nhint: \($0.remedy)" }
    }

    private func text(of module: Module) -> String {
        var lines = [module.summary, ""]
        lines += module.functions.map { "  \($0.signature(module.prefix))" }
        lines += module.values.map { "  \(module.prefix)\($0.name)" }
        return lines.joined(separator: "\n")
    }

    private func text(of type: Class) -> String {
        var lines = [type.summary, ""]
        lines += type.properties.map { "  .\($0.name)\($0.summary.isEmpty ? "" : "  \($0.summary)")" }
        lines += type.methods.map { "  \($0.signature(":"))" }
        return lines.joined(separator: "\n")
    }

    private func text(of function: Function, _ prefix: String) -> String {
        var lines = [function.signature(prefix), function.summary]
        lines += function.parameters.filter { !$0.summary.isEmpty }.map { "  \($0.name)  \($0.summary)" }
        if !function.options.isEmpty {
            lines.append("options:")
            lines += function.options.map { "  \($0.name)  \($0.summary.isEmpty ? $0.type : $0.summary)" }
        }
        if !function.errors.isEmpty { lines.append("errors: \(function.errors.joined(separator: ", "))") }
        if !function.example.isEmpty { lines.append("example: \(function.example)") }
        return lines.joined(separator: "\n")
    }
}

extension LuaReference.Module {
    var prefix: String { name.isEmpty ? "" : "\(name)." }
}

extension LuaReference.Class {
    /// "output_file" for the class that messages call "output file".
    var topic: String { shownName.replacing(" ", with: "_") }
}
