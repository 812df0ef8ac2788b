import ArgumentParser
import HTTPTypes
import SpeedPix
import SpeedPixGateway

/// `speedpix servers …`: the servers of ComfyUI behind a gateway.
struct ServersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "servers",
        abstract: "Shows the gateway's servers of ComfyUI, and takes them out of service.",
        discussion: """
            Examples:
              speedpix servers
              speedpix servers drain 2
              speedpix servers resume 2
              speedpix servers free 1

            The gateway is the one that "speedpix serve" runs on the same data folder, or
            the one that --gateway and --admin-token-file name.
            """,
        subcommands: [
            ServersListCommand.self, ServersDrainCommand.self, ServersResumeCommand.self, ServersFreeCommand.self,
        ],
        defaultSubcommand: ServersListCommand.self)
}

/// `speedpix servers list`
struct ServersListCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the servers with their version, free memory and queue.",
        discussion: """
            Example:
              speedpix servers list --json
            """)

    @OptionGroup var admin: AdminOptions

    @Flag(help: "One JSON object a line.")
    var json = false

    func run(in context: CommandContext) async throws {
        try await admin.withClient(context) { gateway in
            let servers = try await gateway.call(.get, ["servers"])["servers"]?.arrayValue ?? []
            if servers.isEmpty, !json {
                context.say("the gateway has no server of ComfyUI: start it with speedpix serve --comfyui URL")
            }
            for server in servers {
                if json { try context.print(server) } else { try context.print(ComfyUIServerState.line(server)) }
            }
        }
    }
}

/// `speedpix servers drain N`
struct ServersDrainCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Has nothing new begin on a server; what runs there goes on.",
        discussion: """
            Example:
              speedpix servers drain 2

            "speedpix servers resume" ends it, and so does the gateway's end.
            """)

    @OptionGroup var admin: AdminOptions

    @Argument(help: ArgumentHelp("The server, as \"speedpix servers\" numbers it.", valueName: "N"))
    var number: Int

    func run(in context: CommandContext) async throws {
        try await admin.change(number, "drain", context)
    }
}

/// `speedpix servers resume N`
struct ServersResumeCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Has predictions begin on a server again.",
        discussion: """
            Example:
              speedpix servers resume 2
            """)

    @OptionGroup var admin: AdminOptions

    @Argument(help: ArgumentHelp("The server, as \"speedpix servers\" numbers it.", valueName: "N"))
    var number: Int

    func run(in context: CommandContext) async throws {
        try await admin.change(number, "resume", context)
    }
}

/// `speedpix servers free N`
struct ServersFreeCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "free",
        abstract: "Has a server drop the models and results in its memory, when nothing runs.",
        discussion: """
            Example:
              speedpix servers free 1
            """)

    @OptionGroup var admin: AdminOptions

    @Argument(help: ArgumentHelp("The server, as \"speedpix servers\" numbers it.", valueName: "N"))
    var number: Int

    func run(in context: CommandContext) async throws {
        try await admin.change(number, "free", context)
    }
}

extension AdminOptions {
    /// Does something with a server, and prints how it is then.
    fileprivate func change(_ number: Int, _ verb: String, _ context: CommandContext) async throws {
        try await withClient(context) { gateway in
            let server = try await gateway.call(.post, ["servers", String(number), verb])
            try context.print(ComfyUIServerState.line(server))
        }
    }
}
