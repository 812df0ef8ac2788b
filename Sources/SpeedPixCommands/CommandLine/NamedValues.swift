import ArgumentParser

/// The `key=value` arguments of a command line, for a script's parameters.
enum NamedValues {
    /// - Throws: `ValidationError` for what is no `key=value`, and for a name that is there twice.
    static func check(_ arguments: [String]) throws {
        var names: Set<Substring> = []
        for argument in arguments {
            guard let equals = argument.firstIndex(of: "=") else {
                throw ValidationError("\"\(argument)\" is not key=value; parameters of a script look like count=8")
            }
            let name = argument[..<equals]
            guard names.insert(name).inserted else { throw ValidationError("the parameter \(name) is given twice") }
        }
    }

    /// - Precondition: They were checked.
    static func dictionary(_ arguments: [String]) -> [String: String] {
        Dictionary(
            arguments.map { argument in
                let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts[1]))
            }, uniquingKeysWith: { $1 })
    }
}
