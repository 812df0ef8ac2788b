import Foundation
import SpeedPixCommands
import SpeedPixGateway
import SpeedPixTestSupport
import Testing

/// What a command makes of the files and variables that it finds.
@Suite("Settings files and variables of a command")
struct SettingsCommandTests {
    private let script = "print(run('echo', { text = 'hello' }).text)"

    private func write(_ text: String, to name: String, mode: Int = 0o600, in folder: TestFolder) throws {
        let path = "\(folder.path)/\(name)"
        let parent = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        try folder.write(text, to: name)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test("A command takes all its settings from the file in the config folder")
    func aFileInTheConfigFolderIsEnough() async throws {
        let folder = try TestFolder()
        try await TestService.run { endpoint in
            try write(
                "app_key = 'key'\napp_secret = 'secret'\nendpoint = '\(endpoint)'",
                to: ".config/speedpix/speedpix.toml", in: folder)
            let run = await CommandRun(["run", "-"], in: folder, input: script)
            #expect(run.output == "hello\n", "\(run.errors)")
            let elsewhere = await CommandRun(
                ["run", "-"], in: folder, input: script, environment: ["XDG_CONFIG_HOME": "\(folder.path)/none"])
            #expect(elsewhere.status == .configuration)
        }
    }

    @Test("The settings file beside the script comes before that of the working folder")
    func theFileBesideTheScriptComesBeforeTheWorkingFolders() async throws {
        let folder = try TestFolder()
        try write("print(run('echo', { text = 'hello' }).text)", to: "a/script.lua", in: folder)
        try write("endpoint = 'local'", to: "a/speedpix.toml", mode: 0o644, in: folder)
        try write("endpoint = 'ftp://nowhere'", to: "speedpix.toml", in: folder)
        let beside = await CommandRun(["run", "a/script.lua"], in: folder)
        #expect(beside.output == "hello\n", "\(beside.errors)")
        let input = await CommandRun(
            ["run", "-"], in: folder, input: script,
            environment: ["SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret"])
        #expect(input.status == .configuration && input.errors.contains("ftp://nowhere"), "\(input.errors)")
    }

    @Test("A profile is chosen by --profile and by SPEEDPIX_PROFILE")
    func aProfileIsChosenByFlagAndByVariable() async throws {
        let folder = try TestFolder()
        try write("[profiles.here]\nendpoint = 'local'", to: "speedpix.toml", in: folder)
        let flag = await CommandRun(["run", "-", "--profile", "here"], in: folder, input: script)
        #expect(flag.output == "hello\n", "\(flag.errors)")
        let variable = await CommandRun(
            ["run", "-"], in: folder, input: script, environment: ["SPEEDPIX_PROFILE": "here"])
        #expect(variable.output == "hello\n", "\(variable.errors)")
        let wrong = await CommandRun(["run", "-", "--profile", "hre"], in: folder, input: script)
        #expect(wrong.status == .configuration && wrong.errors.contains("did you mean 'here'?"))
    }

    @Test("Settings and secret files can be saved by Windows' editors", arguments: ["\u{FEFF}", ""], ["\r\n", "\n"])
    func windowsEditors(mark: String, end: String) async throws {
        let folder = try TestFolder()
        try write("\(mark)secret\(end)", to: ".config/speedpix/secret", in: folder)
        try await TestService.run { endpoint in
            let lines = [
                "# the shop's", "app_secret_file = 'secret'", "[profiles.shop]", "app_key = 'key'",
                "endpoint = '\(endpoint)'",
                "",
            ]
            try write(mark + lines.joined(separator: end), to: ".config/speedpix/speedpix.toml", in: folder)
            let run = await CommandRun(["run", "-", "--profile", "shop"], in: folder, input: script)
            #expect(run.output == "hello\n", "\(run.errors)")
            let command = await CommandRun(
                ["run", "-", "--profile", "shop"], in: folder, input: script,
                environment: ["SPEEDPIX_APP_SECRET_COMMAND": "cat .config/speedpix/secret", "PATH": "/usr/bin:/bin"])
            #expect(command.output == "hello\n", "\(command.errors)")
        }
    }

    @Test("A secret that is UTF-16 is refused by name, in a file and from a command")
    func secretInUTF16() async throws {
        let folder = try TestFolder()
        let bytes: [UInt8] = [0xFF, 0xFE] + Array("secret\r\n".utf8).flatMap { [$0, 0] }
        for content in [bytes, Array(bytes.dropFirst(2))] {
            let path = "\(folder.path)/secret"
            try Data(content).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            for (variable, value, message) in [
                ("SPEEDPIX_APP_SECRET_FILE", "secret", "is UTF-16; save it as UTF-8"),
                ("SPEEDPIX_APP_SECRET_COMMAND", "cat secret", "is UTF-16; let it print UTF-8"),
            ] {
                let run = await CommandRun(
                    ["run", "-"], in: folder, input: script,
                    environment: [variable: value, "SPEEDPIX_APP_KEY": "key", "PATH": "/usr/bin:/bin"])
                #expect(run.status == .configuration && run.errors.contains(message), "\(run.errors)")
                #expect(!run.errors.contains("secret\r"))
            }
        }
    }

    @Test("The secret can come from a file or a command")
    func theSecretComesFromAFileOrACommand() async throws {
        let folder = try TestFolder()
        try write("secret\n", to: ".config/speedpix/deep/secret", in: folder)
        try await TestService.run { endpoint in
            let common = "app_key = 'key'\nendpoint = '\(endpoint)'\n"
            for line in [
                "app_secret_file = 'deep/secret'", "app_secret_file = '~/.config/speedpix/deep/secret'",
                "app_secret_command = 'echo asking >&2; echo secret'",
            ] {
                try write(common + line, to: ".config/speedpix/speedpix.toml", in: folder)
                let run = await CommandRun(["run", "-", "--quiet"], in: folder, input: script)
                #expect(run.output == "hello\n", "\(line): \(run.errors)")
                #expect(run.errors == (line.contains("asking") ? "asking\n" : ""))
            }
            let variable = await CommandRun(
                ["run", "-"], in: folder, input: script,
                environment: [
                    "SPEEDPIX_APP_SECRET_COMMAND": "printf %s \"$MINE\"", "MINE": "secret", "SPEEDPIX_APP_KEY": "key",
                ])
            #expect(variable.output == "hello\n", "\(variable.errors)")
        }
    }

    @Test(
        "A command that gives no valid secret is reported with the reason",
        arguments: [
            ("exit 3", "app_secret_command failed (exit status 3)"), ("true", "is empty"),
            ("printf 'a\\nb'", "more than one line"), ("printf '\\377'", "not text"),
            ("kill -9 $$", "failed (signal 9)"), ("yes | head -c 200000", "more than 64 KiB"),
            ("there-is-no-such-program-anywhere", "exit status 127"),
        ])
    func aCommandThatGivesNoSecretIsNamed(command: String, message: String) async throws {
        let run = await CommandRun(
            ["run", "-"], in: try TestFolder(), input: script,
            environment: [
                "SPEEDPIX_APP_SECRET_COMMAND": command, "SPEEDPIX_APP_KEY": "key", "PATH": "/usr/bin:/bin",
            ])
        #expect(run.status == .configuration && run.output.isEmpty)
        #expect(run.errors.contains("SPEEDPIX_APP_SECRET_COMMAND") && run.errors.contains(message), "\(run.errors)")
    }

    @Test("A command for the secret ends after 60 s")
    func aCommandThatHangsIsEnded() async throws {
        let run = await CommandRun(
            ["run", "-"], in: try TestFolder(), input: script,
            environment: [
                "SPEEDPIX_APP_SECRET_COMMAND": "sleep 3000; echo secret", "SPEEDPIX_APP_KEY": "key",
                "PATH": "/usr/bin:/bin",
            ], clock: ImmediateClock(upTo: .seconds(100), passesDeadlines: true))
        #expect(run.status == .configuration)
        #expect(run.errors.contains("did not end within 60"), "\(run.errors)")
    }

    @Test("A secret in a file that others can read is refused", arguments: [0o644, 0o640, 0o604, 0o620])
    func aSecretThatOthersCanReadIsRefused(mode: Int) async throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/.config/speedpix/speedpix.toml"
        try write("app_secret = 's3cr3t'", to: ".config/speedpix/speedpix.toml", mode: mode, in: folder)
        let run = await CommandRun(["run", "-"], in: folder, input: script)
        #expect(run.status == .configuration)
        #expect(run.errors.contains("hint: chmod 600 \(path)") && !run.errors.contains("s3cr3t"), "\(run.errors)")
        try write("app_secret_file = 'secret'", to: ".config/speedpix/speedpix.toml", mode: 0o644, in: folder)
        try write("s3cr3t", to: ".config/speedpix/secret", mode: mode, in: folder)
        let file = await CommandRun(["run", "-"], in: folder, input: script, environment: ["SPEEDPIX_APP_KEY": "k"])
        #expect(file.status == .configuration)
        #expect(file.errors.contains("chmod 600 \(folder.path)/.config/speedpix/secret"), "\(file.errors)")
    }

    /// However a script gets to it.
    /// The folder of the secret's file under another name, really and in a dry run, and links to files that hold secrets.
    @Test(
        "A script cannot open a file with secrets by another name",
        arguments: [
            "os.rename('keys', 'x') print(fs.read('x/secret.txt'))",
            "os.rename('keys', 'x') io.open('x/secret.txt', 'a'):close() print(fs.read('x/secret.txt'))",
            "print(fs.read('notes.txt'))", "print(fs.read('env.txt'))", "fs.copy('notes.txt', 'y') print(fs.read('y'))",
        ], [[], ["--dry-run"]])
    func noOtherNameOpensTheSecretsFile(script: String, options: [String]) async throws {
        let folder = try TestFolder()
        try write("a-very-secret-secret", to: "keys/secret.txt", in: folder)
        let settings = "app_key = 'k'\napp_secret_file = 'keys/secret.txt'\n# a-very-secret-secret"
        try write(settings, to: "speedpix.toml", in: folder)
        try write("SPEEDPIX_APP_SECRET=a-very-secret-secret", to: ".env", in: folder)
        let files = FileManager.default
        try files.linkItem(atPath: "\(folder.path)/speedpix.toml", toPath: "\(folder.path)/notes.txt")
        try files.linkItem(atPath: "\(folder.path)/.env", toPath: "\(folder.path)/env.txt")
        let run = await CommandRun(["run", "-"] + options, in: folder, input: script)
        #expect(
            run.status == .failure && !(run.output + run.errors).contains("very-secret"), "\(run.output)\(run.errors)")
        #expect(run.errors.contains("not_allowed"), "\(run.errors)")
    }

    @Test("A script can neither read nor write the file of the secret", arguments: ["secret", "link", "hard"])
    func noScriptReadsTheSecretsFile(path: String) async throws {
        let folder = try TestFolder()
        try write("s3cr3t", to: "secret", mode: 0o600, in: folder)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/link", withDestinationPath: "\(folder.path)/secret")
        try FileManager.default.linkItem(atPath: "\(folder.path)/secret", toPath: "\(folder.path)/hard")
        let run = await CommandRun(
            ["run", "-"], in: folder,
            input: "print(select(2, pcall(fs.read, '\(path)')), pcall(fs.write, '\(path)', 'x'))",
            environment: ["SPEEDPIX_APP_SECRET_FILE": "secret", "SPEEDPIX_APP_KEY": "key"])
        #expect(run.output.contains("\(path) is there for settings, credentials or journals"), "\(run)")
        #expect(run.output.contains("\tfalse\t") && !run.output.contains("s3cr3t"), "\(run)")
        #expect(try folder.read("secret") == Array("s3cr3t".utf8))
    }

    @Test("A settings file that cannot be read is reported with the reason")
    func filesThatCannotBeReadAreNamed() async throws {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/speedpix.toml", withIntermediateDirectories: true)
        let directory = await CommandRun(["run", "-"], in: folder, input: script)
        #expect(directory.status == .configuration && directory.errors.contains("speedpix.toml is not a regular file"))
        let other = try TestFolder()
        try Data([0x61, 0xC3, 0x28]).write(to: URL(filePath: "\(other.path)/speedpix.toml"))
        let binary = await CommandRun(["run", "-"], in: other, input: script)
        #expect(binary.status == .configuration && binary.errors.contains("is not UTF-8 text"))
        try other.write(String(repeating: "# long\n", count: 200_000), to: "speedpix.toml")
        let large = await CommandRun(["run", "-"], in: other, input: script)
        #expect(large.status == .configuration && large.errors.contains("is larger than 1024 KiB"))
        let missing = await CommandRun(
            ["run", "-"], in: try TestFolder(), input: script,
            environment: ["SPEEDPIX_APP_SECRET_FILE": "nope", "SPEEDPIX_APP_KEY": "key"])
        #expect(missing.status == .configuration && missing.errors.contains("there is no file"), "\(missing.errors)")
    }

    /// The likeliest mistake of all is to forget the quotes, and what is said of it ends in mails and logs.
    @Test(
        "A message about a mistake in a settings file does not contain the secret",
        arguments: [
            "app_secret = TOPSECRET123", "TOPSECRET123", "app_secret TOPSECRET123", "app_secret = 'TOPSECRET123",
            "app_secret = \"TOPSECRET123", "[TOPSECRET123", "app_secret = TOPSECRET123 more",
            "app_secret = 123TOPSECRET123",
            "app_secret = [TOPSECRET123]", "app_secret = {TOPSECRET123}", "app_secret = 'a' TOPSECRET123",
        ])
    func aMistakeDoesNotTellTheSecret(line: String) async throws {
        let folder = try TestFolder()
        try write("app_key = 'key'\n\(line)\n", to: "speedpix.toml", in: folder)
        let run = await CommandRun(["run", "-"], in: folder, input: script)
        #expect(run.status == .configuration && run.errors.contains("speedpix.toml:2:"), "\(run.errors)")
        #expect(!run.errors.contains("TOPSECRET"), "\(run.errors)")
    }

    /// Who may change it could have a program run.
    @Test(
        "A settings file that others can change may not name a secret file or command",
        arguments: ["app_secret_command = 'echo secret'", "[profiles.a]\napp_secret_file = 'x'"])
    func aFileThatOthersMayChangeNamesNoSecret(text: String) async throws {
        let folder = try TestFolder()
        try write("app_key = 'key'\n" + text, to: ".config/speedpix/speedpix.toml", mode: 0o666, in: folder)
        let run = await CommandRun(["run", "-"], in: folder, input: script)
        #expect(run.status == .configuration && run.errors.contains("hint: chmod go-w "), "\(run.errors)")
    }

    @Test("run --local works with a settings file that has a mistake")
    func localRunWithBrokenSettings() async throws {
        let folder = try TestFolder()
        try write("nonsense", to: "speedpix.toml", in: folder)
        let local = await CommandRun(["run", "-", "--local"], in: folder, input: script)
        #expect(local.output == "hello\n", "\(local.errors)")
        let run = await CommandRun(["run", "-"], in: folder, input: script)
        #expect(run.status == .configuration && run.errors.contains("speedpix.toml:1:9: after a key"))
    }

    @Test(
        "run at the local gateway reads no settings when it keeps its run", arguments: ["--local", "--endpoint=local"])
    func keptLocalRunWithBrokenSettings(option: String) async throws {
        let folder = try TestFolder()
        try write("nonsense", to: "speedpix.toml", in: folder)
        let environment = ["HOME": folder.path]
        let run = await CommandRun(["run", "-", option], in: folder, input: script, environment: environment)
        #expect(run.output == "hello\n", "\(run.errors)")
        let runs = await CommandRun(["runs", "list"], in: folder, environment: environment)
        #expect(runs.output.contains("finished"), "\(runs.output) \(runs.errors)")
    }

    @Test("A script can neither read, upload nor write settings and secret files")
    func aScriptSeesNeitherSettingsNorSecrets() async throws {
        let folder = try TestFolder()
        try write("app_secret = 's3cr3t'\napp_key = 'k'", to: "speedpix.toml", in: folder)
        try write("s3cr3t", to: "mine.key", in: folder)
        try folder.link("innocent.txt", to: "mine.key")
        let run = await CommandRun(
            ["run", "-", "--local"], in: folder,
            input: """
                for _, name in ipairs { "speedpix.toml", "mine.key", "innocent.txt" } do
                  print(pcall(io.open, name), (select(2, pcall(fs.read, name))))
                  print((pcall(upload, name)))
                end
                print(pcall(fs.write, "sub/speedpix.toml", "endpoint = 'http://elsewhere'"))
                print(pcall(fs.write, "mine.key", "x"))
                """, environment: ["SPEEDPIX_APP_SECRET_FILE": "mine.key"])
        #expect(run.status == .success, "\(run.errors)")
        #expect(!run.output.contains("s3cr3t") && !run.output.contains("true"), "\(run.output)")
        #expect(try String(decoding: folder.read("mine.key"), as: UTF8.self) == "s3cr3t")
        #expect(!folder.contents.contains("sub/speedpix.toml"))
    }
}
