import ArgumentParser

/// `speedpix batch`: runs a script for every row of a table, and says how batches in a queue stand.
struct BatchesCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Runs a Lua script for every row of a table, here or on many machines.",
        usage: "speedpix batch SCRIPT ROWS [key=value ...] [options]",
        discussion: """
            Examples:
              speedpix batch card.lua products.csv --key sku       see: speedpix batch run --help
              speedpix batch card.lua products.csv --key sku --queue nats://host:4222
              speedpix batch attach card-products-3f9a0c11
              speedpix batch list

            With --queue the rows are put into NATS JetStream, and done by "speedpix worker" on
            any number of machines. The batch goes on there, whoever follows it.
            """,
        subcommands: [
            BatchCommand.self, BatchAttachCommand.self, BatchListCommand.self, BatchResultsCommand.self,
            BatchSettleCommand.self, BatchCancelCommand.self,
        ],
        defaultSubcommand: BatchCommand.self)

    func run(in context: CommandContext) async throws {}
}
