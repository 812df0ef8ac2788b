import SpeedPix

extension NodeInputDefinition {
    /// A field that a choice of this one brings.
    ///
    /// - Parameters:
    ///   - field: The whole name, such as `format.bit_depth`.
    ///   - inputs: What the node has: of two choices that bring a field of this name, the one that it has chosen counts.
    /// - Returns: Named as `field`; nil if there is none.
    func nested(_ field: String, in inputs: [String: GraphInput], givesMaskOnly: Bool) -> NodeInputDefinition? {
        guard case .other(Self.dynamicCombo) = kind, field.hasPrefix(name + ".") else { return nil }
        var choices = options["options"]?.arrayValue ?? []
        if let chosen = inputs[name]?.value, let index = choices.firstIndex(where: { $0["key"] == chosen }) {
            choices.swapAt(0, index)
        }
        for choice in choices {
            for group in ["required", "optional"] {
                for (inner, specification) in choice["inputs"]?[group]?.objectValue ?? [:] {
                    let whole = "\(name).\(inner)"
                    guard field == whole || field.hasPrefix(whole + "."),
                        let definition = NodeInputDefinition(
                            whole, isRequired: group == "required", specification: specification,
                            givesMaskOnly: givesMaskOnly)
                    else { continue }
                    if field == whole { return definition }
                    if let deeper = definition.nested(field, in: inputs, givesMaskOnly: givesMaskOnly) { return deeper }
                }
            }
        }
        return nil
    }
}
