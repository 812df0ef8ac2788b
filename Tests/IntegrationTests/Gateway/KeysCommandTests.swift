import Foundation
import SpeedPix
import SpeedPixGateway
import Testing

@testable import SpeedPixCommands

@Suite("The keys command")
struct KeysCommandTests {
    @Test("keys add prints the secret once, and keys list does not show it")
    func added() async throws {
        let folder = try TestFolder()
        let add = await CommandRun(
            ["keys", "add", "studio-3", "--data", "data", "--waiting", "200", "--stored", "50GB"], in: folder,
            token: "made-up-token")
        #expect(add.status == .success, "\(add.errors)")
        #expect(
            add.output == """
                export SPEEDPIX_APP_KEY='studio-3'
                export SPEEDPIX_APP_SECRET='madeuptokenmadeuptoken'

                """)
        let list = await CommandRun(["keys", "list", "--data", "data"], in: folder)
        #expect(list.output == "studio-3  200 waiting  50000000000 bytes stored\n")
        let json = await CommandRun(["keys", "--data", "data", "--json"], in: folder)
        #expect(json.output.contains(#""app_key":"studio-3""#) && !json.output.contains("madeup"), "\(json.output)")
        let path = KeyFile(directory: "\(folder.path)/data").path
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let revoke = await CommandRun(["keys", "revoke", "studio-3", "--data", "data"], in: folder)
        #expect(revoke.status == .success && revoke.output == "")
        let empty = await CommandRun(["keys", "list", "--data", "data"], in: folder)
        #expect(empty.output == "" && empty.errors.contains("there are no keys in"))
    }

    @Test("Keys are in the user's data folder unless another one is named")
    func standardFolder() async throws {
        let folder = try TestFolder()
        for (environment, path) in [
            (["HOME": folder.path], ".local/share/speedpix/gateway"),
            (["HOME": folder.path, "XDG_DATA_HOME": "\(folder.path)/xdg"], "xdg/speedpix/gateway"),
            (["SPEEDPIX_STATE": "state"], "state/gateway"),
        ] {
            let add = await CommandRun(["keys", "add", "a"], in: folder, environment: environment)
            #expect(add.status == .success, "\(add.errors)")
            let file = "\(folder.path)/\(path)/speedpix-gateway/keys.json"
            #expect(FileManager.default.fileExists(atPath: file), "\(file)")
        }
    }

    @Test(
        "serve keeps predictions in the user's folder over a kill, and takes keys that are added while it runs",
        .timeLimit(.minutes(2)))
    func served() async throws {
        let folder = try TestFolder()
        func start() throws -> (server: Subprocess, endpoint: String) {
            let server = try Subprocess(
                Subprocess.speedpix, ["serve", "--port", "0", "--app-key", "key", "--app-secret", "secret"],
                folder: folder.path, environment: ["HOME": folder.path])
            let endpoint = try #require(server.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
            return (server, String(endpoint))
        }
        let (first, endpoint) = try start()
        let predict = await CommandRun(
            ["predict", "echo", "text=hello", "--json"], in: folder, environment: TestService.environment(endpoint))
        let made = try #require(try JSONValue(parsing: predict.output.utf8)["id"]?.stringValue, "\(predict.errors)")
        let add = await CommandRun(["keys", "add", "studio"], in: folder, environment: ["HOME": folder.path])
        let secret = try #require(add.output.firstMatch(of: /SECRET='([^']+)'/)).output.1
        func studio(_ endpoint: String) -> [String: String] {
            ["SPEEDPIX_ENDPOINT": endpoint, "SPEEDPIX_APP_KEY": "studio", "SPEEDPIX_APP_SECRET": String(secret)]
        }
        let own = await CommandRun(
            ["predict", "echo", "text=mine", "--json"], in: folder, environment: studio(endpoint))
        #expect(own.status == .success, "\(own.errors)")
        let foreign = await CommandRun(["jobs", "show", made], in: folder, environment: studio(endpoint))
        #expect(foreign.status != .success && foreign.errors.contains("there is no task"), "\(foreign.errors)")
        kill(first.identifier, SIGKILL)
        #expect(first.waitForEnd() == -SIGKILL)
        let (second, again) = try start()
        let show = await CommandRun(["jobs", "show", made], in: folder, environment: TestService.environment(again))
        #expect(show.output.contains("text: hello\n"), "\(show.errors)")
        let still = await CommandRun(["jobs", "show", made], in: folder, environment: studio(again))
        #expect(still.errors.contains("there is no task"), "\(still.errors)")
        second.interrupt()
        #expect(second.finish().status == 130)
    }

    @Test(
        "Keys that cannot be made or taken away are refused with words",
        arguments: [
            (["keys", "add", "a b"], SpeedPixCommands.ExitStatus.usage, "letters, digits"),
            (["keys", "add", "x", "--waiting", "0"], .usage, "--waiting"),
            (["keys", "add", "x", "--stored", "12"], .usage, "50GB"),
            (["keys", "add", "x", "--data", ":temporary:"], .usage, "--data DIR"),
            (["keys", "add", "twice", "--data", "data"], .configuration, "there is a key twice already"),
            (["keys", "add", "console"], .usage, "is the gateway's own"),
            (["serve", "--port", "0", "--app-key", "console"], .configuration, "is the gateway's own"),
            (["keys", "revoke", "nobody", "--data", "data"], .configuration, "there is no key nobody"),
            (["keys", "list"], .usage, "there is no data folder that lasts"),
            (["serve", "--keep", "7"], .usage, "7d"), (["serve", "--max-size", "7"], .usage, "50GB"),
            (["serve", "--max-size", "7GB", "--data", ":temporary:"], .usage, "--max-size needs a folder"),
            (["serve", "--host", "0.0.0.0"], .usage, "--app-secret"),
            (["serve", "--host", "0.0.0.0", "--app-secret", "secret"], .usage, "--public-url https://"),
            (["serve", "--public-url", "http://gateway.example"], .usage, "not https://"),
            (["serve", "--tls-cert", "c.pem"], .usage, "go together"),
            (
                ["serve", "--data", ":temporary:", "--tls-cert", "c.pem", "--tls-key", "k.pem"], .configuration,
                "c.pem cannot be used"
            ),
        ])
    func refused(arguments: [String], status: SpeedPixCommands.ExitStatus, message: String) async throws {
        let folder = try TestFolder()
        let file = KeyFile(directory: "\(folder.path)/data")
        try file.add(ApplicationKey(name: "twice", secret: Secret("secret"), created: Date()))
        let run = await CommandRun(arguments, in: folder)
        #expect(run.status == status && run.errors.contains(message), "\(run.errors)")
    }

    @Test(
        "Times have a unit and sizes, too",
        arguments: [
            ("90s", 90), ("10m", 600), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600), ("1.5h", 5400), ("7", nil),
            ("d", nil), ("0d", nil), ("-1d", nil), ("1e9s", nil), ("infd", nil), ("1 d", nil), ("9999999w", nil),
        ] as [(String, Double?)])
    func durations(text: String, seconds: Double?) {
        #expect(DurationArgument.duration(text) == seconds.map { Duration.seconds($0) })
    }

    @Test(
        "Sizes are decimal or binary by their unit",
        arguments: [
            ("1B", 1), ("2kB", 2000), ("1KB", 1000), ("1KiB", 1024), ("1.5GB", 1_500_000_000),
            ("512MiB", 536_870_912), ("1TB", 1_000_000_000_000), ("5", nil), ("GB", nil), ("1.2.3GB", nil),
            ("0B", nil), ("99999TiB", nil), ("١GB", nil), ("5 GB", nil),
        ] as [(String, Int64?)])
    func sizes(text: String, bytes: Int64?) {
        #expect(ByteCountArgument.bytes(text) == bytes)
    }
}
