/// How deep an input nests: what resolves, encodes and releases it goes into it by recursion.
enum InputDepth {
    /// As deep as answers may nest.
    static let limit = JSONParser.depthLimit

    /// - Throws: ``SpeedPixError`` of code `invalid_argument` that names the input.
    static func check(_ input: [String: InputValue]) throws {
        for (name, value) in input where isTooDeep(value) {
            throw SpeedPixError(.invalidArgument, "the input \"\(name)\" nests deeper than \(limit) lists and objects")
        }
    }

    /// Level by level, in a loop.
    private static func isTooDeep(_ value: InputValue) -> Bool {
        var inputs = [value]
        var values: [JSONValue] = []
        for _ in 0...limit {
            var (innerInputs, innerValues): ([InputValue], [JSONValue]) = ([], [])
            for input in inputs {
                switch input {
                case .json(let value): values.append(value)
                case .array(let items): innerInputs += items
                case .object(let members): innerInputs += members.values
                case .file, .uploaded, .custom: break
                }
            }
            for value in values {
                switch value {
                case .array(let items): innerValues += items
                case .object(let members): innerValues += members.values
                default: break
                }
            }
            (inputs, values) = (innerInputs, innerValues)
            if inputs.isEmpty && values.isEmpty { return false }
        }
        return true
    }
}
