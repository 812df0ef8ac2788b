import Foundation
import SpeedPix
import SpeedPixCommands
import Testing

@Suite("speedpix jobs")
struct JobsCommandTests {
    private func create(_ inputs: [String], _ environment: [String: String], in folder: TestFolder) async throws
        -> String
    {
        let run = await CommandRun(["predict"] + inputs + ["--json", "-q"], in: folder, environment: environment)
        return try #require(try JSONValue(parsing: run.output.utf8)["id"]?.stringValue, "\(run.errors)")
    }

    private func picture(_ prompt: String, _ environment: [String: String], in folder: TestFolder) async throws
        -> String
    {
        try await create(
            ["text-to-image", "prompt=\(prompt)", "width:=64", "height:=64"], environment, in: folder)
    }

    @Test("jobs download skips files that are there and keeps others of the same name")
    func downloadAgain() async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            let environment = TestService.environment(endpoint)
            let ids = [
                try await picture("a", environment, in: folder), try await picture("b", environment, in: folder),
            ]
            let command = ["jobs", "download"] + ids + ["--out", "res"]
            let first = await CommandRun(command, in: folder, environment: environment)
            #expect(first.status == .success && first.errors == "2 downloaded, 0 there already\n", "\(first.errors)")
            let names = ["res/text-to-image-images-1.png", "res/text-to-image-images-1 (2).png"]
            #expect(first.output == names.map { "\(folder.path)/\($0)\n" }.joined())
            let contents = try names.map(folder.read)
            #expect(contents[0] != contents[1])

            let second = await CommandRun(command, in: folder, environment: environment)
            #expect(second.errors == "0 downloaded, 2 there already\n" && second.output == first.output)
            let turned = await CommandRun(
                ["jobs", "download"] + ids.reversed() + ["--out", "res"], in: folder, environment: environment)
            #expect(turned.errors == "0 downloaded, 2 there already\n")
            // Others of these names, one shorter, one of the same size with another end: they stay.
            let others = [contents[0].dropLast(10), contents[1].dropLast() + [0]].map(Array.init)
            for (name, other) in zip(names, others) {
                try Data(other).write(to: URL(filePath: "\(folder.path)/\(name)"))
            }
            let third = await CommandRun(command, in: folder, environment: environment)
            #expect(third.errors == "2 downloaded, 0 there already\n")
            #expect(try names.map(folder.read) == others)
            let beside = ["res/text-to-image-images-1 (3).png", "res/text-to-image-images-1 (4).png"]
            #expect(try Set(beside.map(folder.read)) == Set(contents))
            let fourth = await CommandRun(command, in: folder, environment: environment)
            #expect(fourth.errors == "0 downloaded, 2 there already\n" && fourth.output == third.output)

            for (name, content) in zip(names, contents) {
                try Data(content).write(to: URL(filePath: "\(folder.path)/\(name)"))
            }
            let json = await CommandRun(command + ["--json"], in: folder, environment: environment)
            let lines = json.output.split(separator: "\n")
            #expect(lines.count == 2)
            let value = try JSONValue(parsing: lines[1].utf8)
            #expect(value["files"]?.arrayValue?[0]["path"] == .string("\(folder.path)/\(names[1])"))
        }
    }

    @Test("jobs show and wait print status, output and error of predictions")
    func showAndWait() async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            let environment = TestService.environment(endpoint)
            let good = try await create(["echo", "text=hello"], environment, in: folder)
            let bad = try await create(["echo", "fail=on purpose"], environment, in: folder)
            let show = await CommandRun(["jobs", "show", good, bad], in: folder, environment: environment)
            #expect(show.status == .success, "\(show.errors)")
            #expect(show.output.contains("prediction: \(good)\nstatus: succeeded\n"))
            #expect(show.output.contains("text: hello\n") && show.output.contains("error: on purpose\n"))
            let wait = await CommandRun(["jobs", "wait", good, bad, "--json"], in: folder, environment: environment)
            #expect(wait.status == .predictionFailed && wait.errors.contains("failed: \(bad)"))
            #expect(wait.output.split(separator: "\n").count == 2)
            let download = await CommandRun(
                ["jobs", "download", bad], in: folder, environment: environment)
            #expect(download.status == .predictionFailed && download.errors.contains(bad))
        }
    }

    @Test("jobs download refuses a running prediction and names jobs wait")
    func downloadOfARunningPrediction() async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            let environment = TestService.environment(endpoint)
            let script = "print(create('echo', { duration = 3600 }).id)"
            let created = await CommandRun(["run", "-"], in: folder, input: script, environment: environment)
            let id = String(created.output.dropLast())
            let download = await CommandRun(["jobs", "download", id], in: folder, environment: environment)
            #expect(download.status == .failure && download.errors.contains("speedpix jobs wait \(id)"))
            let wait = await CommandRun(
                ["jobs", "wait", id, "--timeout", "0.2"], in: folder, environment: environment)
            #expect(wait.status == .failure && wait.errors.contains("timeout: "), "\(wait.errors)")
        }
    }

    @Test(
        "jobs reports invalid arguments and unknown ids",
        arguments: [
            (["show"], SpeedPixCommands.ExitStatus.usage, "Missing expected argument"),
            (["show", ""], .usage, "is not a prediction's id"), (["show", "a b"], .usage, "is not a prediction's id"),
            (["show", "a\nb"], .usage, "is not a prediction's id"),
            (["show", String(repeating: "x", count: 600)], .usage, "is not a prediction's id"),
            (["show", "nope"], .failure, "there is no task \"nope\""), (["wait", "nope"], .failure, "no task"),
            (["download", "nope"], .failure, "no task"), (["shw", "x"], .usage, "did you mean \"show\"?"),
            (["download", "x", "--out", "file"], .failure, "file is a file"),
            (["show", "x", "--local"], .usage, "serve"),
            ([], .success, ""),
        ])
    func mistakesAreNamed(arguments: [String], status: SpeedPixCommands.ExitStatus, message: String) async throws {
        let folder = try TestFolder()
        try folder.write("", to: "file")
        try await TestService.run { endpoint in
            let run = await CommandRun(
                ["jobs"] + arguments, in: folder, environment: TestService.environment(endpoint))
            #expect(run.status == status, "\(run.errors)")
            #expect(run.errors.contains(message) || message.isEmpty, "\(run.errors)")
        }
    }
}
