/// A command line as ArgumentParser takes it: it knows no options whose value may be left out.
enum OptionalValues {
    /// What such an option stands for alone.
    private static let defaults = ["--resume": ResumeTarget.newestWord]

    /// - Parameter arguments: Without the program's name.
    static func spelled(_ arguments: [String]) -> [String] {
        guard let end = arguments.firstIndex(of: "--") else { return arguments.map(spelled) }
        return arguments[..<end].map(spelled) + arguments[end...]
    }

    private static func spelled(_ argument: String) -> String {
        defaults[argument].map { "\(argument)=\($0)" } ?? argument
    }
}
