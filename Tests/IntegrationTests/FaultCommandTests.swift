import Foundation
import SpeedPix
import SpeedPixGateway
import Testing

@Suite("serve --faults")
struct FaultCommandTests {
    @Test(
        "serve --faults reports a mistake in the file with the usage status",
        arguments: [
            (
                #"{"rules": [{"call": "create", "fault": "rest_after"}]}"#,
                "rule 1: there is no fault \"rest_after\"; did you mean 'reset_after'?"
            ),
            (
                #"{"rules": [{"call": "create", "fault": "delay", "second": 1}]}"#,
                "rule 1: \"seconds\" is missing; is \"second\" a misspelling of it?"
            ),
            ("{", "this is not JSON"),
        ])
    func aMistakeIsUsage(_ json: String, _ message: String) async throws {
        let folder = try TestFolder()
        try folder.write(json, to: "faults.json")
        let run = await CommandRun(["serve", "--port", "0", "--faults", "faults.json"], in: folder)
        #expect(run.status == .usage)
        #expect(run.errors.contains("faults.json: \(message)"), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test("serve --faults reports a file that cannot be read with the usage status", arguments: ["missing.json", "."])
    func aFileThatCannotBeReadIsUsage(_ name: String) async throws {
        let run = await CommandRun(["serve", "--port", "0", "--faults", name], in: try TestFolder())
        #expect(run.status == .usage)
        #expect(run.errors.contains("could not read"), "\(run.errors)")
    }

    @Test("serve --help lists each call and fault")
    func helpNamesEveryCallAndFault() async throws {
        let run = await CommandRun(["serve", "--help"], in: try TestFolder())
        for target in ClientOperation.faultTargets { #expect(run.output.contains(target.rawValue)) }
        for fault in [
            "status", "throttle", "envelope", "garbage", "duplicate_nonce", "reset_before", "reset_after",
            "cut_body", "slow_body", "delay", "expired_url", "skewed_clock",
        ] { #expect(run.output.contains(fault)) }
    }

    @Test("serve --help and docs/faults.md list each call and fault")
    func listedNames() async throws {
        let run = await CommandRun(["serve", "--help"], in: try TestFolder())
        #expect(
            run.output.contains(
                """
                Calls:   create, progress, result, cancel, sign_upload, get_file,
                         delete_file, workflows, upload, download, any
                Faults:  status, throttle, envelope, garbage, duplicate_nonce, reset_before,
                         reset_after, cut_body, slow_body, delay, expired_url, skewed_clock
                """), "\(run.output)")
        let page = try String(contentsOfFile: TestFolder.repository + "/docs/faults.md", encoding: .utf8)
        for name in ClientOperation.faultTargets.map(\.rawValue) + Fault.Kind.allCases.map(\.rawValue) {
            #expect(page.contains("`\(name)`"), "\(name)")
        }
    }

    @Test("The example fault files are valid")
    func exampleFiles() throws {
        let folder = TestFolder.repository + "/examples/faults"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count >= 4)
        for name in names {
            let rules = try FaultFile.rules(Array(Data(contentsOf: URL(filePath: "\(folder)/\(name)"))))
            #expect(!rules.isEmpty, "\(name)")
        }
    }

    /// The program, a file of faults, and a script that does not notice.
    @Test("A script succeeds in spite of faults, and serve reports each strike")
    func scriptUnderFaults() throws {
        let folder = try TestFolder()
        try folder.write(
            """
            {"rules": [
              {"call": "create", "fault": "throttle", "times": 1},
              {"call": "progress", "fault": "reset_before", "times": 1}
            ]}
            """, to: "faults.json")
        let server = try Subprocess(
            Subprocess.speedpix,
            [
                "serve", "--port", "0", "--app-key", "key", "--app-secret", "secret", "--comfyui", "none", "--faults",
                "faults.json",
            ],
            folder: folder.path)
        let endpoint = try #require(server.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
        try folder.write("print(run('echo', { text = 'still here' }).text)", to: "s.lua")
        let run = try Subprocess(
            Subprocess.speedpix, ["run", "s.lua", "--quiet"], folder: folder.path,
            environment: [
                "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret", "SPEEDPIX_ENDPOINT": String(endpoint),
            ])
        let end = run.finish()
        #expect(end.status == 0)
        #expect(end.output == "still here")
        server.interrupt()
        let told = server.finish().output.split(separator: "\n").filter { !$0.hasPrefix("console: ") }
        #expect(told == ["fault: rule 1, throttle on create 1", "fault: rule 2, reset_before on progress 1"])
    }
}
