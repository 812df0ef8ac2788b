/// A command line as ArgumentParser takes it: it knows no options whose value may be left out, and no flags that take one.
enum OptionalValues {
    private static let spellings = [
        "--resume": "--resume=\(ResumeTarget.newestWord)", "--\(LocalMode.temporary.endpoint)": "--local-fresh",
    ]

    /// Who asks for help about `batch` wants to know of its rows; that there are subcommands stands there, too.
    private static func askingForBatch(_ arguments: [String]) -> [String] {
        switch arguments {
        case ["batch", "--help"], ["batch", "-h"], ["help", "batch"]: ["batch", "run", "--help"]
        default: arguments
        }
    }

    /// - Parameter arguments: Without the program's name.
    static func spelled(_ arguments: [String]) -> [String] {
        let arguments = askingForBatch(arguments)
        // There `--resume` is a flag: a batch in a queue is one, and has no number.
        guard !arguments.starts(with: ["batch", "attach"]) else { return arguments }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return withPrompt(arguments[..<end].map { spellings[$0] ?? $0 }) + arguments[end...]
    }

    /// `--last` with the number behind it, if there is one: without it the list is meant.
    private static func withPrompt(_ arguments: [String]) -> [String] {
        guard let index = arguments.firstIndex(of: "--last") else { return arguments }
        var arguments = arguments
        let next = arguments.index(after: index)
        let hasNumber = next < arguments.endIndex && Int(arguments[next]) != nil
        arguments[index] = "--last=\(hasNumber ? arguments[next] : PromptChoice.listWord)"
        if hasNumber { arguments.remove(at: next) }
        return arguments
    }
}
