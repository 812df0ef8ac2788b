import ArgumentParser
import LocalFiles
import SpeedPix

/// `speedpix types [DIR]`: the stubs of this version, for editors.
struct TypesCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "types",
        abstract: "Writes the stubs that editors complete and check scripts with.",
        discussion: """
            Example:
              speedpix types shop

            Writes .speedpix/speedpix.lua anew, after an update of speedpix for instance.
            "speedpix init" makes the settings of the editor that name the folder.
            """)

    @Argument(help: ArgumentHelp("The project's folder.", valueName: "DIR"), completion: .directory)
    var folder: String = "."

    func run(in context: CommandContext) async throws {
        let project = context.absolute(folder)
        guard FileKind(project) == .folder else {
            throw CommandFailure(.failure, "there is no folder \(folder)".printable())
        }
        let wasThere = try EditorStubs(project: project).write()
        try context.print("\(wasThere ? "kept" : "made") \(EditorStubs.name)")
    }
}
