import ArgumentParser
import SpeedPix

/// `speedpix init [DIR]`: a folder to begin with.
struct InitCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes a folder with a first script and what an editor needs.",
        discussion: """
            Example:
              speedpix init shop && cd shop && speedpix run pipeline.lua --local --out out

            Writes pipeline.lua, stubs for the Lua language server in .speedpix, .luarc.json
            and .gitignore. Files that are there are kept: the last two get what they lack.
            """)

    private static let script = "pipeline.lua"

    @Argument(help: ArgumentHelp("The folder; it may exist.", valueName: "DIR"), completion: .directory)
    var folder: String = "."

    func run(in context: CommandContext) async throws {
        let project = context.absolute(folder)
        try OutputFolder.prepare(project, shownAs: folder)
        // Everything is read before anything is written: a file that cannot be read leaves all as it was.
        let editor = ProjectFile(project, EditorSettings.name)
        let ignored = ProjectFile(project, IgnoredFiles.name)
        let script = ProjectFile(project, Self.script)
        let (editorBefore, ignoredBefore) = (try editor.content(), try ignored.content())
        var editorAfter: String?
        var advice: String?
        do {
            editorAfter = try EditorSettings.merged(editorBefore)
        } catch let problem as EditorSettings.Unreadable {
            // The other files are made, since scripts run without the editor's settings.
            advice = "note: \(EditorSettings.name) is left as it is, since \(problem.reason); \(EditorSettings.hint)"
        }
        let ignoredAfter = IgnoredFiles.merged(ignoredBefore)
        let hasScript = try script.content() != nil

        if !hasScript { try script.replace(with: Self.firstScript) }
        try reportFile(Self.script, wasThere: hasScript, isChanged: !hasScript, context)
        let hadStubs = try EditorStubs(project: project).write()
        try reportFile(EditorStubs.name, wasThere: hadStubs, isChanged: !hadStubs, context)
        for (file, before, after) in [(editor, editorBefore, editorAfter), (ignored, ignoredBefore, ignoredAfter)] {
            if let after { try file.replace(with: after) }
            try reportFile(file.name, wasThere: before != nil, isChanged: after != nil, context)
        }
        if let advice { context.say(advice) }
        let change = folder == "." ? "" : "cd \(ShellText.quoted(folder)) && "
        try context.print("try it: \(change)speedpix run \(Self.script) --local --out out")
    }

    private func reportFile(_ name: String, wasThere: Bool, isChanged: Bool, _ context: CommandContext) throws {
        let what = isChanged ? wasThere ? "added to" : "made" : "kept"
        try context.print("\(what) \(name)")
    }

    private static let firstScript = """
        -- Pictures of one subject in several variations.
        --   speedpix run pipeline.lua --local --out out              without an account, on this machine
        --   speedpix run pipeline.lua prompt="a red kettle" count=8  with the service
        --   speedpix run pipeline.lua --help                         the parameters
        local params = speedpix.params {
          prompt = { type = "string", default = "a lake at dawn", help = "what the pictures show" },
          count = { type = "integer", default = 2, min = 1, max = 64, help = "how many variations" },
        }

        local seeds = {}
        for seed = 1, params.count do seeds[seed] = seed end

        -- Four at a time; the first error ends the others and is raised.
        local pictures = speedpix.map(seeds, function(seed)
          return run("text-to-image", { prompt = params.prompt, seed = seed, width = 512, height = 512 }).images[1]
        end, { concurrency = 4 })

        for i, picture in ipairs(pictures) do
          print(picture:save("picture-" .. i .. ".png"))
        end

        """
}
