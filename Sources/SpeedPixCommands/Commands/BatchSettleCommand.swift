import ArgumentParser
import SpeedPix
import SpeedPixQueue

/// `speedpix batch settle NAME KEY POSITION`: says what became of a create in doubt.
struct BatchSettleCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle",
        abstract: "Says what became of a prediction that is in doubt, and opens its row once more.",
        discussion: """
            Examples:
              speedpix batch settle card-products-3f9a0c11 A-014 "create 1" --id 8d0f2a
              speedpix batch settle card-products-3f9a0c11 A-014 "create 1" --not-created

            The console shows whether the service has it. The results say which rows are in
            doubt, and at which position.
            """)

    @Argument(help: ArgumentHelp("The batch's name.", valueName: "NAME"), transform: QueueOptions.name)
    var name: BatchName

    @Argument(help: ArgumentHelp("The row's key.", valueName: "KEY"))
    var key: String

    @Argument(help: ArgumentHelp("Where in the row it stands.", valueName: "POSITION"))
    var position: String

    @Option(help: ArgumentHelp("The service has it, under this id.", valueName: "ID"))
    var id: String?

    @Flag(name: .customLong("not-created"), help: "The service does not have it.")
    var notCreated = false

    @OptionGroup var queueOptions: QueueOptions

    func validate() throws {
        guard (id != nil) != notCreated else { throw ValidationError("say one of --id ID and --not-created") }
        if let id, id.isEmpty || !id.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) {
            throw ValidationError("\"\(id.prefix(80).description.printable())\" is not a prediction's id")
        }
    }

    func run(in context: CommandContext) async throws {
        do {
            try await queueOptions.withAccess(context) { access, target in
                let reader = BatchReader(name, access)
                let manifest = try await reader.manifest()
                let rows = try await reader.followedRows(of: manifest) {
                    context.say("rows of \(name) are still put into the queue; waiting for the last one")
                }
                guard let index = try (0..<rows.count).first(where: { try rows.line($0).key == key }) else {
                    throw QueueError(
                        .notFound, "no row of \(name) has the key '\(key)'",
                        remedy: "the table of results has them, in the column of --key, or else in the column key")
                }
                try await settle(index, reader, manifest, rows, in: context)
                context.say("settled; the row is done once more: speedpix batch attach \(name)\(target.flag)")
            }
        } catch let error as SpeedPixError {
            throw CommandFailure(
                error.code == .invalidArgument ? .usage : .failure, ErrorText.describe(error))
        }
    }

    /// A row that is still to be done takes it up by itself.
    private func settle(
        _ index: Int, _ reader: BatchReader, _ manifest: BatchManifest, _ rows: FollowedRows,
        in context: CommandContext
    ) async throws {
        let reopener = RowReopener(
            reader.access, name, manifest, now: { [context] in context.secondsSince1970 })
        try await reopener.log(of: key).settle(position: position, predictionID: id)
        let batch = try await BatchFollower(
            reader, manifest, rows: rows, now: { [context] in context.secondsSince1970 }, receive: { _ in }
        ).readStored()
        guard batch.hasEnded(index) else { return }
        try await reopener.reopen([(line: try rows.line(index), generation: batch.generation(index) + 1)])
    }
}
