import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("speedpix batch --queue", .enabled(if: NATSServer.isAvailable))
struct BatchQueueTests {
    private static let table = [
        "sku,text,count,state,error,predictions,seconds,said", "A,one,1,succeeded,,0,,A", "B,two,2,succeeded,,0,,B",
        "C,three,3,succeeded,,0,,C",
    ]

    @Test("It puts rows into the queue, follows them, and ends when each has a result, sorted in its table")
    func follows() async throws {
        try await QueueFixture.run { fixture in
            let run = try await fixture.batch()
            #expect(run.status == .success, "\(run.errors)")
            #expect(run.errors.contains("3 done of 3 rows"))
            #expect(try fixture.results() == Self.table)
        }
    }

    @Test("The same command goes on with the same batch, and publishes no row twice")
    func goesOn() async throws {
        try await QueueFixture.run { fixture in
            _ = try await fixture.batch()
            let run = try await fixture.batch()
            #expect(run.status == .success, "\(run.errors)")
            #expect(run.errors.contains("going on with batch shoes"))
            #expect(run.errors.contains("3 were done before"))
            let rows = try await fixture.withJetStream { try await $0.stream(QueueStream.rows.name) }
            #expect(rows?.lastSequence == 3)
        }
    }

    @Test("Two who begin the same batch at once begin one, and both see it done")
    func together() async throws {
        try await QueueFixture.run { fixture in
            let other = try TestFolder()
            try other.write(BatchFixture.script, to: "s.lua")
            try other.write(BatchFixture.rows, to: "rows.csv")
            async let first = fixture.batch()
            async let second = fixture.batch(in: other)
            let runs = try await [first, second]
            for run in runs { #expect(run.status == .success, "\(run.errors)") }
            #expect(runs.count { $0.errors.contains("batch shoes begun") } == 1)
            #expect(try fixture.results() == Self.table)
            #expect(try fixture.results(in: other) == Self.table)
        }
    }

    @Test("A name in use by other rows is refused, and says what is other")
    func nameInUse() async throws {
        try await QueueFixture.run { fixture in
            _ = try await fixture.batch()
            try fixture.folder.write("sku,text\nZ,zed\n", to: "rows.csv")
            let run = try await fixture.batch("--results", "other.csv")
            #expect(run.status == .usage)
            #expect(run.errors.contains("the name shoes has a batch already, with other rows"), "\(run.errors)")
            #expect(run.errors.contains("--name"))
        }
    }

    @Test("A publisher that ended behind the manifest is gone on with")
    func killed() async throws {
        try await QueueFixture.run { fixture in
            _ = try await fixture.batch()
            let name = try #require(BatchName(QueueFixture.name))
            let manifest = try await fixture.withJetStream { jetStream in
                let manifest = try await BatchReader(name, QueueAccess(jetStream, clock: ContinuousClock())).manifest()
                for stream in QueueStream.allCases { try await jetStream.deleteStream(stream.name) }
                try await QueueSetup.prepare(jetStream, replicas: 1)
                _ = try await jetStream.publish(QueueSubject(name).manifest, manifest.encoded(), ifAbsent: true)
                return manifest
            }
            #expect(manifest.rows.count == 3)
            let run = try await fixture.batch()
            #expect(run.status == .success, "\(run.errors)")
            #expect(try fixture.results() == Self.table)
        }
    }

    @Test("Rows that failed end with 3; attach writes the same table elsewhere, and list and results tell of it")
    func failed() async throws {
        try await QueueFixture.run { fixture in
            let run = try await fixture.batch { row in
                row.key == "B"
                    ? RowResult(.failed, failure: .init(code: "prediction_failed", message: "too small"))
                    : RowResult(.succeeded)
            }
            #expect(run.status == .predictionFailed)
            #expect(run.errors.contains("speedpix batch attach shoes --resume"), "\(run.errors)")
            let other = try TestFolder()
            let attached = await fixture.speedpix(
                ["batch", "attach", "shoes", "--queue", fixture.server.url], in: other)
            #expect(attached.status == .predictionFailed, "\(attached.errors)")
            #expect(try fixture.results("shoes-results.csv", in: other) == fixture.results())
            let list = await fixture.speedpix(["batch", "list", "--queue", fixture.server.url])
            #expect(list.output.contains("shoes") && list.output.contains("3/3") && list.output.contains("done"))
            let results = await fixture.speedpix(
                ["batch", "results", "shoes", "--queue", fixture.server.url, "--results", "now.csv"], in: other)
            #expect(results.status == .success, "\(results.errors)")
            #expect(try fixture.results("now.csv", in: other) == fixture.results())
        }
    }

    @Test("Results in JSON Lines have the types of the rows, as those of a batch on one machine have")
    func types() async throws {
        try await QueueFixture.run { fixture in
            let rows =
                #"{"sku": 7, "text": "one", "count": 1, "flag": true}"# + "\n"
                + #"{"text": "2", "sku": "008", "count": "2", "flag": null}"# + "\n"
            try fixture.folder.write(rows, to: "rows.jsonl")
            let command = ["batch", "s.lua", "rows.jsonl", "--key", "sku", "--map", "flag="]
            let queue = ["--queue", fixture.server.url]
            let local = await fixture.speedpix(command + ["--results", "local.jsonl"])
            #expect(local.status == .success, "\(local.errors)")
            let run = try await fixture.withWorker(result: { _ in RowResult(.succeeded) }) { setting in
                await fixture.speedpix(
                    command + queue + ["--name", QueueFixture.name, "--results", "queue.jsonl"], setting: setting)
            }
            #expect(run.status == .success, "\(run.errors)")
            for verb in ["attach", "results"] {
                let fetched = await fixture.speedpix(
                    ["batch", verb, QueueFixture.name, "--results", "\(verb).jsonl"] + queue)
                #expect(fetched.status == .success, "\(fetched.errors)")
            }
            let expected: [[JSONValue?]] = [[7, "one", 1, true], ["008", "2", "2", nil]]
            for name in ["local", "queue", "attach", "results"] {
                let lines = try fixture.folder.text("\(name).jsonl").split(separator: "\n")
                let records = try lines.map { try JSONValue(parsing: $0.utf8) }
                let found = records.map { record in ["sku", "text", "count", "flag"].map { record[$0] } }
                #expect(found == expected, "\(name).jsonl")
            }
        }
    }

    @Test("A batch that was cancelled is not begun again")
    func cancelled() async throws {
        try await QueueFixture.run { fixture in
            _ = try await fixture.batch()
            let cancel = await fixture.speedpix(["batch", "cancel", "shoes", "--queue", fixture.server.url])
            #expect(cancel.status == .success, "\(cancel.errors)")
            let run = try await fixture.batch()
            #expect(run.status == .usage)
            #expect(run.errors.contains("the batch shoes was cancelled"), "\(run.errors)")
        }
    }

    @Test("A batch that there is not is refused", arguments: ["attach", "cancel", "results"])
    func unknown(command: String) async throws {
        try await QueueFixture.run { fixture in
            _ = try await fixture.batch()
            let run = await fixture.speedpix(["batch", command, "boots", "--queue", fixture.server.url])
            #expect(run.status == .usage)
            #expect(run.errors.contains("there is no batch boots"), "\(run.errors)")
        }
    }

    @Test("NATS without JetStream ends with the configuration's status and words")
    func withoutJetStream() async throws {
        let server = try await NATSServer.start(jetStream: false)
        try await BatchFixture.run { fixture in
            let run = await fixture.batch("--queue", server.url)
            #expect(run.status == .configuration)
            #expect(run.errors.contains("JetStream"), "\(run.errors)")
        }
    }
}

@Suite("Where NATS is, and as whom")
struct QueueTargetTests {
    @Test(
        "A URL with a password is refused, and not shown", arguments: ["nats://me:s3cret@host:4222", "tls://s3cret@h"])
    func password(url: String) async throws {
        let run = await CommandRun(["batch", "list", "--queue", url], in: try TestFolder())
        #expect(run.status == .usage)
        #expect(!run.errors.contains("s3cret"))
        #expect(run.errors.contains("nats_password_file"), "\(run.errors)")
    }

    @Test(
        "What is no URL of NATS is refused", arguments: ["host", "http://host", "nats://", "nats://a,b", "nats://a/b"])
    func other(url: String) async throws {
        let run = await CommandRun(["batch", "list", "--queue", url], in: try TestFolder())
        #expect(run.status == .usage)
        #expect(run.errors.contains("nats://HOST:4222"), "\(run.errors)")
    }

    @Test(
        "Credentials come from one way alone, and whole",
        arguments: [
            ("nats_user = 'me'\n", "nats_user and nats_password_file go together"),
            ("nats_token_file = 'a'\nnats_creds = 'b'\n", "keep one of them"),
            ("nats_cert_file = 'a'\n", "nats_cert_file and nats_key_file go together"),
            ("nats_token_file = 'none'\n", "there is no file"),
        ])
    func credentials(settings: String, words: String) async throws {
        let folder = try TestFolder()
        try folder.write("nats_url = 'nats://127.0.0.1:1'\n" + settings, to: "speedpix.toml")
        let run = await CommandRun(["batch", "list"], in: folder)
        #expect(run.status == .configuration)
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test("Without a URL it is said where one belongs")
    func none() async throws {
        let run = await CommandRun(["batch", "list"], in: try TestFolder())
        #expect(run.status == .usage)
        #expect(run.errors.contains("nats_url"), "\(run.errors)")
    }

    @Test(
        "--queue goes with neither --local nor --again nor the number of a run",
        arguments: [["--local"], ["--resume", "--again", "A"], ["--resume=3"], ["--no-journal"]])
    func excluded(options: [String]) async throws {
        let folder = try TestFolder()
        try folder.write(BatchFixture.script, to: "s.lua")
        try folder.write(BatchFixture.rows, to: "rows.csv")
        let run = await CommandRun(
            ["batch", "s.lua", "rows.csv", "--queue", "nats://127.0.0.1:1"] + options, in: folder)
        #expect(run.status == .usage, "\(run.errors)")
    }
}

@Suite("A script with its modules, as a queue gets it")
struct QueuedScriptTests {
    @Test(
        "Modules are found by the names in the texts",
        arguments: [
            ("require 'a' require(\"lib.b\")", ["a", "lib.b"], false), ("require(name)", [], true),
            ("require 'lib.' .. name", ["lib."], true), ("-- require 'a'\nprint 'require'", [], false),
            ("require [[a]]", [], true),
        ])
    func required(text: String, names: [String], hasOthers: Bool) {
        let found = QueuedScript.required(in: Array(text.utf8))
        #expect(found.names == names)
        #expect(found.hasOthers == hasOthers)
    }

    @Test("Modules of modules come too, other files do not")
    func files() async throws {
        let folder = try TestFolder()
        try folder.write("local a = require 'a'", to: "s.lua")
        try folder.write("return require 'b'", to: "a.lua")
        try folder.write("return 1", to: "b.lua")
        try folder.write("return 2", to: "c.lua")
        let context = CommandContext(
            environment: [:], workingDirectory: folder.path, homeDirectory: folder.path, writeOutput: { _ in },
            writeError: { _ in }, readInput: { [] })
        let script = try QueuedScript(ScriptFile("s.lua", in: context), named: "s.lua")
        #expect(script.manifest.files.map(\.path) == ["s.lua", "a.lua", "b.lua"])
        #expect(script.contents.last == Array("return 1".utf8))
    }
}
