import Foundation
import Logging
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

/// What the console copies of a prediction, run as a person would run it.
@Suite("Programs copied from the console", .timeLimit(.minutes(5)))
struct CopiedProgramTests {
    /// It has an apostrophe, as texts may have, and quotation marks.
    private static let secret = "it's a \"secret\""

    /// Texts that end a quotation, a comment or a line somewhere, or begin a command.
    private static let hostile = [
        "it's \"quoted\"", "$(touch ran) `touch ran` ${HOME} !! \\", "%s %d %% \\n \\u{41} \\x41",
        "]] ]=] --[[ -- # //",
        "''' \"\"\" '\\''", "one\ntwo\r\nthree\rfour\ttab", "\u{0}\u{1}\u{7F}\u{85}\u{2028}\u{2029}",
        "\u{202E}\u{FEFF}\u{E0041}", "中文 😀 e\u{301}", "/etc/passwd", "./a\nb", "'; touch ran; '", "",
    ]

    private static let data: JSONValue = [
        "list": .array(hostile.map { .string($0) }), "low": .integer(.min), "high": .unsigned(.max), "none": nil,
        "fraction": 0.1, "flags": [true, false],
        "names": .object(Dictionary(hostile.map { ($0, JSONValue.string($0)) }, uniquingKeysWith: { $1 })),
    ]
    private static let filename = "a [1] {b} it's $(x).txt"

    /// A gateway, and a prediction's copy for it in a folder of its own, beside the file that it takes.
    private static func run(
        _ language: PredictionCode.Language, _ body: (_ folder: TestFolder, _ endpoint: String) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        try Data("content".utf8).write(to: URL(filePath: "\(folder.path)/\(filename)"))
        let configuration = GatewayConfiguration(appKey: "key", appSecret: Secret(secret))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let key = try #require(ObjectKey("uploads/a.txt"))
        try await Gateway.withRunning(configuration, workflows: [EchoWorkflow()], logger: logger) { running in
            let code = PredictionCode(
                workflow: "echo", version: nil,
                inputs: [
                    "text": .value(.string(hostile.joined(separator: "\u{0}"))), "data": .value(data),
                    "image": .stored(key: key, filename: filename, mimeType: "text/plain"),
                ],
                outputs: [
                    "data": .data(data), "text": .data("a"),
                    "images": .file(
                        StoredFile(key: key, filename: filename, mimeType: "text/plain", size: 7, facts: [:])),
                ], endpoint: running.endpoint)
            try Data(code.text(in: language).utf8).write(to: URL(filePath: "\(folder.path)/copy"))
            try await body(folder, running.endpoint)
        }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/ran"))
    }

    private static let environment = ["SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": secret, "no_proxy": "*"]

    /// Runs a line of bash; returns what it has written.
    private static func bash(_ line: String, in folder: TestFolder) async throws -> String {
        let end = try await Subprocess.run(
            "/usr/bin/env", ["bash", "-c", line], folder: folder.path, environment: environment)
        #expect(end.status == 0, "\(end.output)")
        return end.output
    }

    private static func json(_ name: String, in folder: TestFolder) throws -> JSONValue {
        try JSONValue(parsing: try Data(contentsOf: URL(filePath: "\(folder.path)/\(name)")))
    }

    private static func check(_ result: JSONValue?) {
        #expect(result?["text"]?.stringValue == hostile.joined(separator: "\u{0}"))
        #expect(result?["data"] == data)
    }

    /// The file that the prediction gave, whatever it is called.
    private static func checkResults(in folder: TestFolder) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/results")
        #expect(names.count == 1)
        let saved = try Data(contentsOf: URL(filePath: "\(folder.path)/results/\(names.first ?? "")"))
        #expect(saved == Data("content".utf8))
    }

    @Test("Copied program: a script for bash signs with openssl, sends the same inputs, and saves what they give")
    func curl() async throws {
        try await Self.run(.curl) { folder, _ in
            _ = try await Self.bash("bash -n copy", in: folder)
            _ = try await Self.bash("bash copy > out.json", in: folder)
            Self.check(try Self.json("out.json", in: folder)["data"]?["result"])
            try Self.checkResults(in: folder)
        }
    }

    @Test("Copied program: a script for bash without the right secret says what the gateway says, and ends")
    func refused() async throws {
        try await Self.run(.curl) { folder, _ in
            let output = try await Self.bash("! SPEEDPIX_APP_SECRET=other bash copy 2>&1", in: folder)
            #expect(output.contains("Invalid Signature") && !output.contains("other"), "\(output)")
        }
    }

    @Test("Copied program: a program in Python signs, sends the same inputs, and saves what they give")
    func python() async throws {
        let python = try PythonEnvironment.python()
        try await Self.run(.python) { folder, _ in
            _ = try await Self.bash("'\(python)' copy > out.json", in: folder)
            Self.check(try Self.json("out.json", in: folder))
            try Self.checkResults(in: folder)
        }
    }

    @Test("Copied program: a script in Lua sends the same inputs, and saves what they give")
    func lua() async throws {
        try await Self.run(.lua) { folder, endpoint in
            try FileManager.default.moveItem(atPath: "\(folder.path)/copy", toPath: "\(folder.path)/copy.lua")
            let environment = Self.environment.merging(["SPEEDPIX_ENDPOINT": endpoint], uniquingKeysWith: { $1 })
            let run = await CommandRun(["run", "copy.lua"], in: folder, environment: environment)
            #expect(run.status == .success, "\(run.errors)")
            // The data comes first, in one line; then the name of the file, then the text.
            let first = run.output.split(separator: "\n", maxSplits: 1).first ?? ""
            #expect(try JSONValue(parsing: first.utf8) == Self.data)
            #expect(run.output.contains(Self.hostile[3]))
            try Self.checkResults(in: folder)
        }
    }
}
