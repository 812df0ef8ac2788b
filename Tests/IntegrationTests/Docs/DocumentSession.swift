import Foundation
import Imaging
import Testing

@testable import SpeedPixCommands

/// A reader at work: saves the files of a section in a folder, types its commands and compares what they print.
///
/// `speedpix` runs in this process. Without `--local` it reaches a gateway that stands for the service and lasts as
/// long as the section.
final class DocumentSession {
    private let section: DocumentPage.Section
    private let folder: TestFolder
    private let environment: [String: String]
    /// What the commands since the last file or text have printed.
    private var output = ""
    /// The same on standard error, where commands failed.
    private var errors = ""
    /// Every file that was saved off the page.
    private var saved: Set<String> = []
    /// Scripts that were saved and not run yet.
    private var unused: Set<String> = []

    /// - Parameter environment: Names the service.
    init(_ section: DocumentPage.Section, in folder: TestFolder, environment: [String: String]) {
        self.section = section
        self.folder = folder
        self.environment = environment
    }

    func run() async throws {
        for block in section.blocks {
            let place = "\(section.page):\(block.line)"
            if block.language == "toml" {
                // Without a name it is the reader's own, in which more is allowed than in a project's.
                _ = try SettingsFile(block.text, path: place, isOwn: block.name == nil)
            }
            switch (block.language, block.name) {
            case (let language, let name?):
                try folder.save(block.text, as: name)
                saved.insert(name)
                if language == "lua" { try await check(name, place) }
            case ("lua", nil):
                #expect(block.isPart, "\(place): a script needs a line with its name, a piece of one <!-- part -->")
                try await compile(block, place)
            case ("sh", nil):
                (output, errors) = ("", "")
                for line in block.lines { try await type(line, "\(place): \(line)") }
            case ("text", nil):
                #expect(
                    Expectation(block.lines).matches(output + errors),
                    "\(place): what was printed is\n\(output)\(errors)")
            case ("crontab", nil):
                for line in block.lines where !line.hasPrefix("#") { try schedule(line, "\(place): \(line)") }
            case ("toml", nil): break
            default:
                Issue.record("\(place): nothing is known about a block of \"\(block.language)\"")
            }
        }
        #expect(unused == [], "\(section.page), \(section.title): saved, but not run")
        try lookAtPictures()
    }

    /// A script that is shown has no mistake that `speedpix check` finds.
    private func check(_ name: String, _ place: String) async throws {
        unused.insert(name)
        let run = await CommandRun(["check", name], in: folder)
        #expect(run.status == .success, "\(place): \(run.output)\(run.errors)")
    }

    private func compile(_ block: DocumentPage.Block, _ place: String) async throws {
        let run = await CommandRun.local("local function part()\n\(block.text)\nend", in: folder)
        #expect(run.status == .success, "\(place): \(run.errors)")
    }

    private func type(_ line: String, _ place: String) async throws {
        let shell = try ShellLine(line) { String(decoding: try folder.read($0), as: UTF8.self) }
        var status = 0
        for command in shell.commands {
            switch command.condition {
            case .success where status != 0, .failure where status == 0: continue
            default: break
            }
            if command.words[0] == "speedpix" {
                status = try await speedpix(command, place)
            } else {
                output += try folder.execute(command.words)
                status = 0
            }
        }
        #expect(status == shell.status, "\(place)\n\(output)\(errors)")
    }

    /// Runs it, or only reads it if it would go on until somebody stops it.
    private func speedpix(_ command: ShellLine.Command, _ place: String) async throws -> Int {
        let arguments = Array(command.words.dropFirst())
        if Self.isEndless(arguments) {
            #expect(throws: Never.self, "\(place)") { _ = try RootCommand.parseAsRoot(arguments) }
            return 0
        }
        let run = await CommandRun(arguments, in: folder, environment: environment)
        for name in unused where arguments.contains(name) && arguments.first == "run" { unused.remove(name) }
        var (printed, complaints) = (run.output, run.errors)
        for (stream, isAppending, file) in command.redirections {
            let before = isAppending ? (try? folder.read(file)).map { String(decoding: $0, as: UTF8.self) } ?? "" : ""
            try folder.save(before + (stream == 1 ? printed : complaints), as: file)
            if stream == 1 { printed = "" } else { complaints = "" }
        }
        output += printed
        if run.status != .success { errors += complaints }
        return Int(run.status.rawValue)
    }

    private static func isEndless(_ arguments: [String]) -> Bool {
        ["serve", "repl", "worker"].contains(arguments.first) || arguments.contains("--watch")
            || arguments.contains("--queue")  // It waits for workers.
    }

    /// A line of a crontab: five fields, and a command line whose options exist.
    private func schedule(_ line: String, _ place: String) throws {
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        guard fields.count == 6 else { throw DocumentError("\(place): no line of a crontab") }
        let shell = try ShellLine(String(fields[5])) { _ in "" }
        let commands = shell.commands.filter { $0.words[0].hasSuffix("speedpix") }
        #expect(!commands.isEmpty, "\(place)")
        for command in commands {
            #expect(throws: Never.self, "\(place)") {
                _ = try RootCommand.parseAsRoot(Array(command.words.dropFirst()))
            }
        }
    }

    /// Every picture that was made can be opened.
    private func lookAtPictures() throws {
        let pictures = folder.contents.filter { name in [".png", ".jpg", ".webp"].contains { name.hasSuffix($0) } }
        for name in pictures where !saved.contains(name) {
            let picture = try Image.open(path: "\(folder.path)/\(name)")
            #expect(picture.width > 1 && picture.height > 1, "\(name)")
        }
    }
}

extension TestFolder {
    /// Writes a file and the folders on its way.
    fileprivate func save(_ text: String, as name: String) throws {
        let place = URL(filePath: "\(path)/\(name)").deletingLastPathComponent()
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try write(text, to: name)
    }

    /// The few other commands that the pages use.
    ///
    /// - Returns: What it prints.
    fileprivate func execute(_ words: [String]) throws -> String {
        let files = FileManager.default
        let operands = words.dropFirst().filter { !$0.hasPrefix("-") }
        switch words[0] {
        case "cat":
            return try operands.map { String(decoding: try read($0), as: UTF8.self) }.joined()
        case "ls":
            let names = try files.contentsOfDirectory(atPath: place(operands.first ?? "."))
            return names.filter { !$0.hasPrefix(".") }.sorted().map { $0 + "\n" }.joined()
        case "mkdir":
            for name in operands { try files.createDirectory(atPath: place(name), withIntermediateDirectories: true) }
        case "cp":
            let target = place(try #require(operands.last))
            var isFolder: ObjCBool = false
            _ = files.fileExists(atPath: target, isDirectory: &isFolder)
            for name in operands.dropLast() {
                let copy = isFolder.boolValue ? "\(target)/\(URL(filePath: name).lastPathComponent)" : target
                try files.copyItem(atPath: place(name), toPath: copy)
            }
        case "cd", "export", "./scripts/install": break
        default: throw DocumentError("the tests' shell has no \(words[0])")
        }
        return ""
    }

    /// Where a path of the page is here: this folder is `~/shop`, and the checkout's examples are the repository's.
    private func place(_ name: String) -> String {
        if name == "~/shop" { return path }
        return name.hasPrefix("examples/") ? "\(TestFolder.repository)/\(name)" : "\(path)/\(name)"
    }
}
