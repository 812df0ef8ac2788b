// What the service reports of a run stands beside the outputs, and not among them. Types and scripts that were written for
// workflows with an output `info` find it there all the same.
extension Prediction {
    /// The outputs and, if none of them has that name, ``info`` as `info`.
    ///
    /// Nil until it succeeded; just the output if it is not an object of named outputs.
    package var outputIncludingInfo: JSONValue? { output.map { outputs(including: plainInfo, in: $0) } }

    /// ``info``; the text alone, if a `message` is all that is in it.
    private var plainInfo: JSONValue? {
        guard case .object(let members)? = info, members.count == 1, let message = members["message"] else {
            return info
        }
        return message
    }

    /// The outputs as a type may declare them: with ``info`` as a text, with it as it came, and without it.
    ///
    /// - Parameter type: What is decoded. Whatever takes any name, a dictionary for example, declares no `info`.
    func outputs(for type: (some Decodable).Type) -> [JSONValue] {
        let output = output ?? .object([:])
        guard !(type is any UndeclaredMembers.Type) else { return [output] }
        var candidates: [JSONValue] = []
        for info in [plainInfo, info] {
            let candidate = outputs(including: info, in: output)
            if candidate != output, !candidates.contains(candidate) { candidates.append(candidate) }
        }
        return candidates + [output]
    }

    private func outputs(including info: JSONValue?, in output: JSONValue) -> JSONValue {
        guard case .object(var members) = output, members["info"] == nil, FileOutput(output) == nil, let info else {
            return output
        }
        members["info"] = info
        return .object(members)
    }
}

/// A type that is decoded from whatever members there are.
private protocol UndeclaredMembers {}

extension Dictionary: UndeclaredMembers {}
extension JSONValue: UndeclaredMembers {}
