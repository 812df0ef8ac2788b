import Foundation
import Logging
import SpeedPix
import SpeedPixGateway
import Testing

@testable import SpeedPixCommands

/// The tutorial and the cookbook, worked through as their readers do.
@Suite("The tutorial and the cookbook")
struct DocumentTests {
    @Test("The tutorial can be worked through with the output that it shows")
    func tutorial() async throws {
        let page = try DocumentPage("tutorial.md")
        #expect(page.sections.count == 11)
        try await work(through: page.whole, in: TestFolder())
    }

    static let recipes = (try? DocumentPage("cookbook.md").sections) ?? []

    @Test("Each recipe of the cookbook can be worked through with the output that it shows", arguments: recipes)
    func recipe(_ section: DocumentPage.Section) async throws {
        let folder = try TestFolder()
        for picture in ["dahlia.jpg", "coffee.png"] {
            try FileManager.default.copyItem(
                atPath: "\(TestFolder.repository)/examples/assets/\(picture)", toPath: "\(folder.path)/\(picture)")
        }
        try await work(through: section, in: folder)
    }

    @Test("Each recipe of the cookbook has a script and runs it")
    func recipesHaveScripts() throws {
        #expect(Self.recipes.count >= 14)
        for recipe in Self.recipes {
            #expect(recipe.blocks.contains { $0.language == "lua" && $0.name != nil }, "\(recipe.title) has no script")
            #expect(recipe.blocks.contains { $0.language == "sh" }, "\(recipe.title) is not run")
        }
    }

    @Test(
        "The commands in the text of tutorial, cookbook and page on the console exist",
        arguments: ["tutorial.md", "cookbook.md", "console.md"])
    func commandsInSentencesExist(_ page: String) throws {
        let commands = try DocumentPage(page).commandsInText
        #expect(!commands.isEmpty)
        for text in commands {
            for command in try ShellLine(text, read: { _ in "ID" }).commands {
                #expect(throws: Never.self, "\(text)") {
                    _ = try RootCommand.parseAsRoot(OptionalValues.spelled(Array(command.words.dropFirst())))
                }
            }
        }
    }

    @Test("The commands in the blocks of the page on queues exist")
    func commandsOfQueuesExist() throws {
        let blocks = try DocumentPage("queue.md").sections.flatMap(\.blocks).filter { $0.language == "sh" }
        let lines = blocks.flatMap(\.lines).filter { $0.hasPrefix("speedpix ") }
        #expect(lines.count >= 7)
        for line in lines {
            for command in try ShellLine(line, read: { _ in "ID" }).commands {
                #expect(throws: Never.self, "\(line)") {
                    _ = try RootCommand.parseAsRoot(OptionalValues.spelled(Array(command.words.dropFirst())))
                }
            }
        }
    }

    @Test("The settings on the page on queues can be read")
    func settingsOfQueuesExist() throws {
        let blocks = try DocumentPage("queue.md").sections.flatMap(\.blocks).filter { $0.language == "toml" }
        #expect(!blocks.isEmpty)
        for block in blocks { _ = try SettingsFile(block.text, path: "queue.md:\(block.line)", isOwn: true) }
    }

    @Test(
        "The links of tutorial, cookbook and the pages on queues and on the console lead to files and headings that exist",
        arguments: ["tutorial.md", "cookbook.md", "queue.md", "console.md"])
    func linksLeadSomewhere(_ page: String) throws {
        for link in try DocumentPage(page).links where !link.hasPrefix("https://") {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let target = parts[0].isEmpty ? page : parts[0]
            #expect(FileManager.default.fileExists(atPath: "\(TestFolder.repository)/docs/\(target)"), "\(link)")
            guard parts.count == 2 else { continue }
            #expect(try DocumentPage(target).anchors.contains(parts[1]), "\(link)")
        }
    }

    private func work(through section: DocumentPage.Section, in folder: TestFolder) async throws {
        let configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
        let workflows = try await BuiltInWorkflows.load()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let state = try TestFolder()
        try await Gateway.withRunning(configuration, workflows: workflows, logger: logger) { running in
            let environment = [
                "SPEEDPIX_ENDPOINT": running.endpoint, "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret",
                "SPEEDPIX_STATE": state.path,
            ]
            try await DocumentSession(section, in: folder, environment: environment).run()
        }
    }

    @Test(
        "Expectation matches output with … for what may vary",
        arguments: [
            ("a\nb\n", "a|b", true), ("a\nb\n", "a", false), ("a\n", "a|b", false), ("a\n\nb\n", "a||b", true),
            ("/tmp/x/out.png 3\n", "…/out.png 3", true), ("/tmp/x/out.png 3\n", "…/out.png 4", false),
            ("a1b22c\n", "a…b…c", true), ("abc\n", "a…d…c", false), ("1\n2\n3\n", "1|…|3", true),
            ("1\n3\n", "1|…|3", true),
            ("1\n2\n", "1|…|3", false), ("", "…", true),
        ])
    func expectations(_ printed: String, _ expected: String, _ matches: Bool) {
        let lines = expected.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        #expect(Expectation(lines).matches(printed) == matches)
    }

    @Test("ShellLine reads quotes, substitutions, conditions and redirections, and refuses the rest")
    func linesOfTheShell() throws {
        let line = try ShellLine("a 'b c'd $(cat ids) 2>> log && b --x=\"1 2\" > out || c  # exit status 3") {
            "1\n2 \($0)\n"
        }
        #expect(line.commands.map(\.words) == [["a", "b cd", "1", "2", "ids"], ["b", "--x=1 2"], ["c"]])
        #expect(line.commands.map(\.condition) == [.always, .success, .failure])
        #expect(line.commands.map { $0.redirections.map(\.file) } == [["log"], ["out"], []])
        #expect(line.commands[0].redirections[0].isAppending && line.commands[0].redirections[0].stream == 2)
        #expect(line.status == 3)
        #expect(try ShellLine("# only words") { $0 }.commands.isEmpty)
        for bad in ["a | b", "a >", "a &&", "echo $HOME", "a 'b", "a `b`"] {
            #expect(throws: DocumentError.self, "\(bad)") { try ShellLine(bad) { $0 } }
        }
    }
}
