import ArgumentParser

/// `speedpix manual`: the manual page, for `scripts/install`.
struct ManualCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Prints the manual page.",
        discussion: """
            Example:
              speedpix manual | man -l -
            """,
        shouldDisplay: false)

    func run(in context: CommandContext) async throws {
        try context.writeOutput(Array(ManualPage().text.utf8))
    }
}
