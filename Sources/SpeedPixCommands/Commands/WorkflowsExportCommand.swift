import ArgumentParser
import LocalFiles
import SpeedPix
import SystemPackage

/// `speedpix workflows export ID [VERSION]`
struct WorkflowsExportCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Prints what was published: the workflow in API format, or the Lua.",
        discussion: """
            Example:
              speedpix workflows export shop v1 --out shop-v1.json

            With --json all that is known of it: inputs, outputs, definitions of its nodes.
            The file can be published again, and opened in ComfyUI.
            """)

    @Argument(help: ArgumentHelp("The workflow.", valueName: "ID"))
    var id: String

    @Argument(help: ArgumentHelp("A version or an alias; main if not given.", valueName: "VERSION"))
    var version = "main"

    @Option(
        help: ArgumentHelp("Writes a file instead, and replaces one that is there.", valueName: "FILE"),
        completion: .file())
    var out: String?

    @OptionGroup var admin: AdminOptions

    @Flag(help: "One JSON object with everything.")
    var json = false

    func run(in context: CommandContext) async throws {
        try await admin.withClient(context) { gateway in
            let exported = try await gateway.call(.get, ["workflows", id, "versions", version])
            let bytes: [UInt8]
            if json {
                bytes = try exported.encoded() + [UInt8(ascii: "\n")]
            } else if let script = exported["script"]?.stringValue {
                bytes = Array(script.utf8)
            } else if let graph = exported["graph"] {
                bytes = try graph.encoded() + [UInt8(ascii: "\n")]
            } else {
                throw CommandFailure(.failure, exported["problem"]?.stringValue ?? "it has nothing to export")
            }
            guard let out else { return try context.writeOutput(bytes) }
            do {
                try AtomicFile.replace(context.absolute(out), with: bytes)
            } catch {
                throw CommandFailure.writing(out, Errno(from: error))
            }
        }
    }
}
