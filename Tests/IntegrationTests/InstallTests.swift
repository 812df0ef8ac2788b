import Foundation
import SpeedPix
import SpeedPixCommands
import Testing

/// `scripts/install`, with the program that was built with the tests.
@Suite("The install script, the manual and the help", .serialized)
struct InstallTests {
    private func install(_ arguments: [String], in folder: TestFolder) throws -> (status: Int32, output: String) {
        try folder.run(script: "install", arguments)
    }

    @Test("install writes five files, and --uninstall removes them")
    func installAndUninstall() throws {
        let folder = try TestFolder()
        let prefix = "a prefix"
        let installed = try install(["--prefix", prefix, "--program", Subprocess.speedpix], in: folder)
        #expect(installed.status == 0, "\(installed.output)")
        let names = [
            "bin/speedpix", "share/man/man1/speedpix.1", "share/bash-completion/completions/speedpix",
            "share/zsh/site-functions/_speedpix", "share/fish/vendor_completions.d/speedpix.fish",
        ]
        for name in names {
            #expect(installed.output.contains("\(folder.path)/\(prefix)/\(name)"))
            #expect(try !folder.read("\(prefix)/\(name)").isEmpty, "\(name)")
        }
        #expect(installed.output.contains("is not on PATH"))
        // Without symbols, and it runs.
        let size = { (path: String) in try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0 }
        #expect(try size("\(folder.path)/\(prefix)/bin/speedpix") < size(Subprocess.speedpix) * 3 / 4)
        let run = try Subprocess("\(folder.path)/\(prefix)/bin/speedpix", ["eval", "6 * 7"], folder: folder.path)
        #expect(run.finish().output == "42")
        // What the shell makes of its completions.
        let bash = try Subprocess(
            "/bin/bash", ["-c", "source '\(prefix)/\(names[2])' && complete -p speedpix"], folder: folder.path)
        #expect(bash.finish().output.contains("speedpix"))

        // Nothing but its own goes again.
        try folder.write("mine", to: "\(prefix)/bin/other")
        let removed = try install(["--uninstall", "--prefix", prefix], in: folder)
        #expect(removed.status == 0 && removed.output.split(separator: "\n").count == 5, "\(removed.output)")
        #expect(names.allSatisfy { !folder.contents.contains("\(prefix)/\($0)") })
        #expect(folder.contents.contains("\(prefix)/bin/other"))
        #expect(try install(["--uninstall", "--prefix", prefix], in: folder).output == "")
    }

    @Test(
        "install reports invalid arguments and installs nothing",
        arguments: [
            (["--prefx", "x"], 2, "what is --prefx?"), (["--prefix"], 2, "--prefix needs a value"),
            (["--prefix", ""], 2, "--prefix needs a value"), (["--configuration", "fast"], 2, "release or debug"),
            (["--program", "nope"], 1, "nope is no program"), (["--program", "/bin/false"], 1, "does not run"),
            (["--prefix", "file"], 1, "cannot be written"), (["--prefix", "/proc/nothing"], 1, "cannot be written"),
            (["--help"], 0, "usage: scripts/install"),
        ])
    func installMistakes(arguments: [String], status: Int32, message: String) throws {
        let folder = try TestFolder()
        try folder.write("", to: "file")
        let end = try install(arguments, in: folder)
        #expect(end.status == status && end.output.contains(message), "\(end.output)")
        #expect(!folder.contents.contains { $0.hasSuffix("bin/speedpix") })
    }

    @Test("The manual names each command, option and setting")
    func manualIsComplete() async throws {
        let help = await CommandRun(["--experimental-dump-help"], in: try TestFolder())
        let manual = await CommandRun(["manual"], in: try TestFolder())
        let page = manual.output.replacing("\\-", with: "-")
        var count = 0
        func expectNamed(_ command: JSONValue, _ path: String) throws {
            for subcommand in command["subcommands"]?.arrayValue ?? [] where subcommand["shouldDisplay"] != false {
                let name = try #require(subcommand["commandName"]?.stringValue)
                guard name != "help" else { continue }
                let title = ".SS \"\(path) \(name)"
                #expect(page.contains(title), "\(title)")
                let section = page.split(separator: title, maxSplits: 1).last.map { $0.split(separator: "\n.SS ")[0] }
                for argument in subcommand["arguments"]?.arrayValue ?? [] where argument["shouldDisplay"] != false {
                    for option in argument["names"]?.arrayValue ?? [] {
                        let text = try #require(option["name"]?.stringValue)
                        guard !["version", "help", "h"].contains(text) else { continue }
                        let shown = option["kind"] == "long" ? "--\(text)" : "-\(text)"
                        #expect(section?.contains(shown) == true, "\(path) \(name) \(shown)")
                        count += 1
                    }
                }
                try expectNamed(subcommand, "\(path) \(name)")
            }
        }
        try expectNamed(try #require(try JSONValue(parsing: help.output.utf8)["command"]), "speedpix")
        #expect(count > 40)
        for name in ["app_secret_command", "SPEEDPIX_POLL_RATE", "retry_base", "EXIT STATUS"] {
            #expect(page.contains(name), "\(name)")
        }
    }

    /// Every command shows how it is used.
    @Test("The help of each command has an example and fits 80 columns")
    func everyHelpHasAnExample() async throws {
        let help = await CommandRun(["--experimental-dump-help"], in: try TestFolder())
        func check(_ command: JSONValue) {
            let name = command["commandName"]?.stringValue ?? ""
            if name != "help" {
                #expect(command["discussion"]?.stringValue?.contains("speedpix ") == true, "\(name)")
                let lines = command["discussion"]?.stringValue?.split(separator: "\n") ?? []
                // Those of many examples are as wide as they are.
                let isNarrow = !["run", "batch", "serve", "repl"].contains(name)
                #expect(!isNarrow || lines.allSatisfy { $0.count <= 80 }, "\(name) has a line that terminals wrap")
            }
            for subcommand in command["subcommands"]?.arrayValue ?? [] { check(subcommand) }
        }
        check(try #require(try JSONValue(parsing: help.output.utf8)["command"]))
    }
}

/// `scripts/release`, with the program that was built with the tests.
@Suite("The release script")
struct ReleaseTests {
    private func release(_ arguments: [String], in folder: TestFolder) throws -> (status: Int32, output: String) {
        try folder.run(script: "release", arguments)
    }

    @Test("The tarball holds program, manual, completions and licences, and its checksum fits")
    func tarball() throws {
        let folder = try TestFolder()
        let made = try release(["--output", folder.path, "--program", Subprocess.speedpix], in: folder)
        #expect(made.status == 0, "\(made.output)")
        let archive = try #require(folder.contents.first { $0.hasSuffix(".tar.gz") })
        #expect(archive.hasPrefix("speedpix-\(SpeedPixVersion.current)-"))
        let check = try Subprocess(
            "/bin/bash", ["-c", "(sha256sum -c *.sha256 || shasum -c *.sha256) && tar -tzf \(archive)"],
            folder: folder.path
        ).finish()
        #expect(check.status == 0)
        let root = archive.dropLast(".tar.gz".count)
        let names = Set(check.output.split(separator: "\n").map(String.init))
        for name in [
            "bin/speedpix", "share/man/man1/speedpix.1", "share/zsh/site-functions/_speedpix", "CHANGELOG.md",
            "share/licenses/speedpix/speedpix.txt", "share/licenses/speedpix/swift-nio-LICENSE.txt",
            "share/licenses/speedpix/swift-nio-NOTICE.txt", "share/licenses/speedpix/GRDB.swift-LICENSE.txt",
        ] {
            #expect(names.contains("\(root)/\(name)"), "\(name)")
        }
    }

    @Test(
        "release reports invalid arguments and makes nothing",
        arguments: [
            (["--taag"], 2, "what is --taag?"), (["--output"], 2, "--output needs a value"),
            (["--program", "nope"], 1, "nope is no program"), (["--help"], 0, "usage: scripts/release"),
        ])
    func releaseMistakes(arguments: [String], status: Int32, message: String) throws {
        let folder = try TestFolder()
        let end = try release(
            arguments + (arguments.first == "--program" ? ["--output", folder.path] : []), in: folder)
        #expect(end.status == status && end.output.contains(message), "\(end.output)")
        #expect(!folder.contents.contains { $0.hasSuffix(".tar.gz") })
    }
}

extension TestFolder {
    /// Runs one of the repository's scripts here, with this folder as the home.
    fileprivate func run(script name: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try Subprocess(
            "/bin/bash", ["\(TestFolder.repository)/scripts/\(name)"] + arguments, folder: path,
            environment: ["HOME": path]
        ).finish()
    }
}
