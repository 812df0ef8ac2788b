import Foundation
import SpeedPix
import SpeedPixCommands
import Synchronization
import Testing

@Suite("speedpix predict and upload")
struct PredictCommandTests {
    private func predict(_ arguments: [String], in folder: TestFolder) async -> CommandRun {
        await CommandRun(["predict"] + arguments + ["--local"], in: folder)
    }

    @Test("predict sends text, files and JSON by the operator of the input")
    func valuesKeepTheirTypes() async throws {
        let folder = try TestFolder()
        try folder.write("a file", to: "a.txt")
        let run = await predict(
            [
                "echo", "text==./no-file.png", "image=./a.txt",
                "data:={\"n\": 1.5, \"list\": [true, null, \"./a.txt\"], \"t\": \"plain\"}", "--json", "-q",
            ], in: folder)
        #expect(run.status == .success && run.errors.isEmpty, "\(run.errors)")
        let result = try JSONValue(parsing: run.output.utf8)
        #expect(result["status"] == "succeeded" && result["workflow_id"] == "echo")
        let output = try #require(result["output"])
        #expect(output["text"] == "./no-file.png")
        #expect(FileOutput(try #require(output["images"])) != nil)
        let data = try #require(output["data"])
        #expect(data["n"] == 1.5 && data["t"] == "plain")
        let list = try #require(data["list"]?.arrayValue)
        #expect(list.count == 3 && list[0] == true && list[1] == .null && FileOutput(list[2]) != nil)
    }

    @Test(
        "predict keeps all digits of a seed of 64 bits",
        arguments: [
            "9007199254740993", "9223372036854775808", "15417283946501827364", "18446744073709551615",
            "-9223372036854775808",
        ])
    func seeds(digits: String) async throws {
        let folder = try TestFolder()
        let run = await predict(["echo", "data:=\(digits)", "-q"], in: folder)
        #expect(run.status == .success && run.output.contains("data: \(digits)\n"), "\(run)")
        let nested = await predict(["echo", "data:={\"seed\": [\(digits)]}", "--json", "-q"], in: folder)
        #expect(nested.output.contains("\"data\":{\"seed\":[\(digits)]}"), "\(nested)")
        guard !digits.hasPrefix("-") else { return }
        let picture = await predict(
            ["text-to-image", "prompt=a lake", "seed:=\(digits)", "width:=64", "height:=64", "-q"], in: folder)
        #expect(picture.output.contains("seed \(digits)\n"), "\(picture)")
    }

    @Test("predict --save writes the files under their names into new folders")
    func saveDownloadsUnderTheFilesNames() async throws {
        let folder = try TestFolder()
        let run = await predict(
            ["text-to-image", "prompt=a lake", "width:=64", "height:=64", "--save", "deep/out"], in: folder)
        #expect(run.status == .success, "\(run.errors)")
        let path = "\(folder.path)/deep/out/text-to-image-images-1.png"
        #expect(run.output.contains("images[1]: \(path)\n"), "\(run.output)")
        #expect(try folder.read("deep/out/text-to-image-images-1.png").starts(with: [0x89, 0x50]))
        #expect(run.errors.contains(" created\n") && run.errors.contains(" succeeded\n"))
    }

    @Test("predict --save numbers the files of later runs")
    func saveLosesNoOtherPictureOfTheSameName() async throws {
        let folder = try TestFolder()
        for seed in 1...3 {
            let run = await predict(
                ["text-to-image", "prompt=a lake", "seed:=\(seed)", "width:=64", "height:=64", "--save", "out", "-q"],
                in: folder)
            let name = "text-to-image-images-1\(seed == 1 ? "" : " (\(seed))").png"
            #expect(run.output.contains("images[1]: \(folder.path)/out/\(name)\n"), "\(run)")
        }
        let pictures = try folder.contents.filter { $0.hasSuffix(".png") }.map(folder.read)
        #expect(Set(pictures).count == 3)
    }

    @Test("predict reports a failed prediction with its id and a status of its own")
    func failedPrediction() async throws {
        let run = await predict(["echo", "fail=on purpose", "--json"], in: try TestFolder())
        #expect(run.status == .predictionFailed)
        let result = try JSONValue(parsing: run.output.utf8)
        let id = try #require(result["id"]?.stringValue)
        #expect(result["error"] == "on purpose" && result["status"] == "failed")
        #expect(run.errors.contains("prediction_failed: on purpose") && run.errors.contains("prediction: \(id)"))
    }

    @Test(
        "predict reports invalid inputs and options",
        arguments: [
            (["echo", "text"], SpeedPixCommands.ExitStatus.usage, "\"text\" has no ="),
            (["echo", "=text"], .usage, "has no key before the ="),
            (["echo", ":=1"], .usage, "has no key before the ="),
            (["echo", "a:={b"], .usage, "a is not JSON: {b"),
            (["echo", "a:="], .usage, "a is not JSON"),
            (
                ["echo", "seed:=18446744073709551616"], .usage,
                "seed: the whole number 18446744073709551616 does not fit 64 bits"
            ),
            (["echo", "a:=[-9223372036854775809]"], .usage, "in quotes it keeps its digits"),
            (["echo", "a=1", "a:=2"], .usage, "the input a is given twice"),
            (["echo", "a\nb=1"], .usage, "a key has a line break"),
            (["echo", "a\u{0}b=1"], .usage, "a key has a line break or another control character"),
            (["echo", "a:=" + String(repeating: "[", count: 2000)], .usage, "a is not JSON"),
            (["echo", "a=" + String(repeating: "x", count: 2 << 20)], .usage, "larger than 1 MiB"),
            (["echo", "image=./no.png"], .failure, "image: there is no file ./no.png"),
            (["echo", "data:={\"a\": [\"./no.png\"]}"], .failure, "data.a[0]: there is no file ./no.png"),
            (["echo", "image=./"], .failure, "is a folder"),
            (["nope"], .failure, "there is no workflow \"nope\""),
            (["echo", "nope=1"], .failure, "has no input \"nope\""),
            ([""], .usage, "an id is empty"),
            (["a b"], .usage, "has spaces"),
            (["echo", "--alias", "a", "--version-id", "b"], .usage, "not both"),
            (["echo", "--alias", "a\nb"], .usage, "control characters"),
            (["echo", "--timeout", "0"], .usage, "positive number of seconds"),
            (["echo", "duration:=3600", "--timeout", "0.2"], .failure, "did not end within"),
            (["echo", "--save", "./file"], .failure, "is a file"),
            (["echo", "--save", "file/below"], .failure, "is a file"),
            (["echo", "--save", "/proc/nothing"], .failure, "cannot be made"),
            (["echo", "--sav", "x"], .usage, "Did you mean '--save'?"),
        ])
    func mistakesAreNamed(arguments: [String], status: SpeedPixCommands.ExitStatus, message: String) async throws {
        let folder = try TestFolder()
        try folder.write("", to: "file")
        let run = await predict(arguments, in: folder)
        #expect(run.status == status && run.output.isEmpty, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test("predict names the endpoint that does not answer")
    func aServiceThatIsDownIsNamed() async throws {
        var environment = TestService.environment("http://127.0.0.1:1")
        environment["SPEEDPIX_RETRIES"] = "0"
        let run = await CommandRun(["predict", "echo", "text=x"], in: try TestFolder(), environment: environment)
        #expect(run.status == .failure)
        #expect(run.errors.contains("network: no answer from http://127.0.0.1:1"), "\(run.errors)")
    }

    @Test("predict with a wrong secret ends with the configuration status")
    func aWrongSecretIsConfiguration() async throws {
        try await TestService.run { endpoint in
            var environment = TestService.environment(endpoint)
            environment["SPEEDPIX_APP_SECRET"] = "wrong"
            let run = await CommandRun(["predict", "echo", "text=x"], in: try TestFolder(), environment: environment)
            #expect(run.status == .configuration && run.errors.contains("the secret does not belong to the key"))
        }
    }

    @Test("upload prints a URL for each file and refuses missing files and folders")
    func uploadPrintsAURLForEachFile() async throws {
        let folder = try TestFolder()
        for name in ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt"] { try folder.write(name, to: name) }
        try await TestService.run { endpoint in
            let environment = TestService.environment(endpoint)
            let names = ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt"]
            let run = await CommandRun(["upload"] + names, in: folder, environment: environment)
            #expect(run.status == .success && run.errors.isEmpty, "\(run.errors)")
            let urls = run.output.split(separator: "\n")
            #expect(zip(urls, names).allSatisfy { $0.contains("name=\($1)") } && urls.count == 6, "\(urls)")
            let json = await CommandRun(["upload", "a.txt", "--json"], in: folder, environment: environment)
            let value = try JSONValue(parsing: json.output.utf8)
            #expect(value["filename"] == "a.txt" && value["size"] == 5 && value["mime_type"] == "text/plain")
            let missing = await CommandRun(["upload", "a.txt", "nope"], in: folder, environment: environment)
            #expect(missing.status == .failure && missing.output.isEmpty && missing.errors.contains("no file nope"))
            let directory = await CommandRun(["upload", "."], in: folder, environment: environment)
            #expect(directory.status == .failure && directory.errors.contains("is a folder"))
        }
        let local = await CommandRun(["upload", "a.txt", "--local"], in: folder)
        #expect(local.status == .usage && local.errors.contains("speedpix serve"))
    }
}

@Suite("Results without a file or an output")
struct LackingResultTests {
    /// `predict --save`, then `jobs download` of the same prediction.
    private func runs(_ fault: String, of prediction: [String]) async throws -> [CommandRun] {
        let folder = try TestFolder()
        let runs = Mutex<[CommandRun]>([])
        try await TestService.run(faults: #"{"rules": [\#(fault)]}"#) { endpoint in
            let environment = TestService.environment(endpoint)
            let save = ["predict"] + prediction + ["--save", "out"]
            let first = await CommandRun(save, in: folder, environment: environment)
            let id = first.errors.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            let second = await CommandRun(
                ["jobs", "download", id, "--out", "res"], in: folder, environment: environment)
            runs.withLock { $0 = [first, second] }
        }
        return runs.withLock { $0 }
    }

    @Test("predict --save and jobs download name a file that comes empty, with status 1")
    func emptyFile() async throws {
        let picture = ["text-to-image", "prompt=x", "width:=64", "height:=64"]
        for run in try await runs(#"{"call": "download", "fault": "garbage", "body": ""}"#, of: picture) {
            #expect(run.status == .failure, "\(run)")
            #expect(run.errors.contains("the store sent 0 bytes") && run.errors.contains(".png"), "\(run.errors)")
        }
    }

    @Test("predict and jobs download name a success without any output, with status 1")
    func noOutput() async throws {
        let answer = #"{\"success\": true, \"data\": {\"status\": \"succeeded\"}}"#
        for run in try await runs(
            #"{"call": "result", "fault": "garbage", "body": "\#(answer)"}"#, of: ["echo", "text=x"])
        {
            #expect(run.status == .failure, "\(run)")
            #expect(run.errors.contains("without any output"), "\(run.errors)")
        }
    }
}
