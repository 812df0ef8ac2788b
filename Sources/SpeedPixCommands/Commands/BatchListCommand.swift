import ArgumentParser
import SpeedPix
import SpeedPixQueue

/// `speedpix batch list`: the batches in a queue.
struct BatchListCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the batches in a queue, the newest first.",
        discussion: """
            Example:
              speedpix batch list --queue nats://host:4222
            """)

    @OptionGroup var queueOptions: QueueOptions

    @Flag(help: "One JSON object a line.")
    var json = false

    func run(in context: CommandContext) async throws {
        let listings = try await queueOptions.withAccess(context) { access, _ in try await BatchListing.all(access) }
        if json {
            for listing in listings { try context.print(Self.json(listing)) }
            return
        }
        guard !listings.isEmpty else { return context.say("there are no batches in this queue") }
        for line in Self.lines(listings, now: context.secondsSince1970) { try context.print(line) }
    }

    /// A table: name, script, rows done of all, state, age.
    static func lines(_ listings: [BatchListing], now: Double) -> [String] {
        let cells = listings.map { listing in
            [
                listing.manifest.name, listing.manifest.script.name.printable(),
                "\(CountText.grouped(listing.done))/\(CountText.grouped(listing.manifest.rows.count))",
                listing.running > 0 ? "\(listing.state.rawValue) (\(listing.running))" : listing.state.rawValue,
                DurationText.rough(.seconds(max(now - listing.manifest.time, 0))),
            ]
        }
        let widths = (0..<5).map { column in cells.map { TerminalText.width($0[column]) }.max() ?? 0 }
        return cells.map { row in
            zip(row.dropLast(), widths).map { TerminalText.padded($0, columns: $1) }.joined(separator: "  ")
                + "  \(row[4])"
        }
    }

    static func json(_ listing: BatchListing) -> JSONValue {
        [
            "name": .string(listing.manifest.name), "script": .string(listing.manifest.script.name),
            "script_digest": .string(listing.manifest.script.digest), "source": .string(listing.manifest.rows.source),
            "rows": .integer(Int64(listing.manifest.rows.count)), "done": .integer(Int64(listing.done)),
            "running": .integer(Int64(listing.running)), "state": .string(listing.state.rawValue),
            "begun": RunText.date(listing.manifest.time), "version": .string(listing.manifest.version),
            "endpoint": .string(listing.manifest.endpoint), "app_key": .string(listing.manifest.appKey),
        ]
    }
}
