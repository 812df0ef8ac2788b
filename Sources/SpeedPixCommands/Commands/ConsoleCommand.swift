import ArgumentParser
import SpeedPix

/// `speedpix console`: opens the page of a gateway.
struct ConsoleCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Opens the console of a gateway in the browser.",
        discussion: """
            Examples:
              speedpix console
              speedpix console --no-browser

            The console is a page of the gateway: predictions with their pictures,
            workflows, servers, runs. This prints a link to it, which is good once and for
            five minutes, and opens it. The browser that has opened it stays signed in for
            30 days, also when the gateway is started anew.

            The gateway is the one that "speedpix serve" runs on the same data folder, or
            the one that --gateway and --admin-token-file name. For one on another machine,
            make a tunnel (ssh -L 8187:127.0.0.1:8187 HOST), and type this there: the link
            is good at this end, too.
            """)

    @OptionGroup var admin: AdminOptions

    @Flag(inversion: .prefixedNo, help: "Opens the link in the browser, and does not only print it.")
    var browser = true

    func run(in context: CommandContext) async throws {
        try await admin.withClient(context) { gateway in
            let link = try await Self.link(gateway)
            try context.print(link)
            var isOpened = false
            if browser { isOpened = try await BrowserLauncher(context).open(link) }
            context.say(
                isOpened
                    ? "opening it in the browser; the link is good once, for five minutes"
                    : "open it in a browser; the link is good once, for five minutes")
        }
    }

    /// - Throws: ``AdminRefusal``; ``CommandFailure`` for an answer without a link.
    private static func link(_ gateway: AdminClient) async throws -> String {
        let answer: JSONValue
        do {
            answer = try await gateway.call(.post, ["console", "codes"])
        } catch let refusal as AdminRefusal where refusal.code == "ApiNotFound" {
            throw CommandFailure(
                .failure, "the gateway at \(gateway.endpoint) has no console".printable(),
                hint: "it is one of speedpix serve, of this version or a later one")
        }
        // It is handed to a program of the desktop, which opens more than pages.
        guard let link = answer["url"]?.stringValue, link.hasPrefix("http://") || link.hasPrefix("https://"),
            link.utf8.allSatisfy({ (0x21..<0x7F).contains($0) })
        else {
            throw CommandFailure(.failure, "the gateway at \(gateway.endpoint) gives no link".printable())
        }
        return link
    }
}
