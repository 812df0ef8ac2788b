import ArgumentParser
import SpeedPix
import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `speedpix keys`: the application keys of a gateway.
struct KeysCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes, lists and revokes the application keys of the gateway.",
        discussion: """
            Examples:
              speedpix keys add studio-3 --calls-per-minute 600 --stored 50GB
              speedpix keys list
              speedpix keys revoke studio-3

            "speedpix serve" takes them besides the key it was started with; one that runs
            notices a change at the next call. Each key sees only its own predictions and
            files, and none may publish. They are in a file that only you can read.
            """,
        subcommands: [KeysAddCommand.self, KeysListCommand.self, KeysRevokeCommand.self],
        defaultSubcommand: KeysListCommand.self)

    func run(in context: CommandContext) async throws {}
}

/// `speedpix keys add`: makes a key and shows its secret, once.
struct KeysAddCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Makes an application key and prints it with its secret, once.",
        discussion: """
            Example:
              speedpix keys add studio-3 --waiting 200 > studio-3.env

            The lines are shell assignments, for the environment of the program that is to
            use the key. The secret is not shown again.
            """)

    @Argument(help: "What the key is called: letters, digits, -, _ and a point.")
    var name: String

    @OptionGroup var folder: GatewayDataOptions

    @Option(help: ArgumentHelp("The most calls in a minute; more are refused as the service does.", valueName: "N"))
    var callsPerMinute: Int?

    @Option(help: ArgumentHelp("The most predictions that wait; more are refused.", valueName: "N"))
    var waiting: Int?

    @Option(
        help: ArgumentHelp("The most bytes of uploads and results, such as 50GB.", valueName: "SIZE"),
        transform: KeysAddCommand.bytes)
    var stored: Int64?

    func validate() throws {
        guard ApplicationKey.isName(name) else {
            throw ValidationError("a key's name has up to 64 letters, digits, -, _ and points")
        }
        guard name != ApplicationKey.consoleName else {
            throw ValidationError("the key \(name) is the gateway's own: choose another name")
        }
        guard (callsPerMinute ?? 1) > 0 else { throw ValidationError("--calls-per-minute is a number from 1 on") }
        guard (waiting ?? 1) > 0 else { throw ValidationError("--waiting is a number of predictions from 1 on") }
    }

    func run(in context: CommandContext) async throws {
        let file = try folder.keyFile(context)
        // Two of them, since one is for credentials that last as long as a command.
        let secret = (context.randomToken() + context.randomToken()).replacing("-", with: "")
        let limits = KeyLimits(callsPerMinute: callsPerMinute, waiting: waiting, storedBytes: stored)
        try Self.configured {
            try file.add(
                ApplicationKey(name: name, secret: Secret(secret), created: context.now(), limits: limits))
        }
        let variables = SpeedPixClient.Configuration.Variable.self
        try context.print("export \(variables.appKey)='\(name)'")
        try context.print("export \(variables.appSecret)='\(secret)'")
    }

    private static func bytes(_ text: String) throws -> Int64 {
        guard let bytes = ByteCountArgument.bytes(text) else {
            throw ValidationError("\"\(text)\" is not a size: write 50GB or 512MiB")
        }
        return bytes
    }

    static func configured<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SpeedPixError {
            throw CommandFailure(.configuration, ErrorText.describe(error))
        }
    }
}

/// `speedpix keys list`: the keys, without their secrets.
struct KeysListCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the application keys with their limits, without secrets.",
        discussion: """
            Example:
              speedpix keys list --json
            """)

    @OptionGroup var folder: GatewayDataOptions

    @Flag(help: "One JSON object a line.")
    var json = false

    func run(in context: CommandContext) async throws {
        let file = try folder.keyFile(context)
        let keys = try KeysAddCommand.configured { try file.keys() }
        guard !keys.isEmpty else {
            if !json { context.say("there are no keys in \(file.path) besides the one of serve".printable()) }
            return
        }
        for key in keys {
            if json { try context.print(Self.json(key)) } else { try context.print(Self.line(key)) }
        }
    }

    private static func line(_ key: ApplicationKey) -> String {
        var words = [key.name]
        if let most = key.limits.callsPerMinute { words.append("\(most) calls a minute") }
        if let most = key.limits.waiting { words.append("\(most) waiting") }
        if let most = key.limits.storedBytes { words.append("\(most) bytes stored") }
        return words.joined(separator: "  ")
    }

    private static func json(_ key: ApplicationKey) -> JSONValue {
        [
            "app_key": .string(key.name), "created": .integer(Int64(key.created.timeIntervalSince1970)),
            "calls_per_minute": key.limits.callsPerMinute.map { .integer(Int64($0)) } ?? .null,
            "waiting": key.limits.waiting.map { .integer(Int64($0)) } ?? .null,
            "stored_bytes": key.limits.storedBytes.map { .integer($0) } ?? .null,
        ]
    }
}

/// `speedpix keys revoke`: takes a key away.
struct KeysRevokeCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Takes an application key away; calls with it are refused from then on.",
        discussion: """
            Example:
              speedpix keys revoke studio-3

            URLs of files that were given out stay good until they expire. What the key has
            stored goes with what is too old.
            """)

    @Argument(help: "The key.")
    var name: String

    @OptionGroup var folder: GatewayDataOptions

    func run(in context: CommandContext) async throws {
        let file = try folder.keyFile(context)
        try KeysAddCommand.configured { try file.revoke(name) }
    }
}

extension GatewayDataOptions {
    /// - Throws: ``CommandFailure`` for a temporary folder, which no other command can find.
    fileprivate func keyFile(_ context: CommandContext) throws -> KeyFile {
        guard let folder = folder(context) else {
            throw CommandFailure(
                .usage, "there is no data folder that lasts", hint: "name the one of serve with --data DIR")
        }
        return KeyFile(directory: folder)
    }
}
