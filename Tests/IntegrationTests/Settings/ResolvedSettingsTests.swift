import Foundation
import SpeedPix
import Testing

@testable import SpeedPixCommands

@Suite("Resolution of settings")
struct ResolvedSettingsTests {
    private func file(_ text: String, _ path: String = "/p/speedpix.toml", isOwn: Bool = false) throws -> SettingsFile {
        try SettingsFile(text, path: path, isOwn: isOwn)
    }

    @Test("A setting comes from flags, then variables, then the project's file, then the user's")
    func flagsThenEnvironmentThenFiles() throws {
        let own = try file("endpoint = 'https://own'\nuser_agent = 'own'\ntimeout = 5", "/own", isOwn: true)
        let project = try file("endpoint = 'https://project'\nuser_agent = 'project'")
        let all = try ResolvedSettings(
            flags: [.endpoint: ("https://flag", "--endpoint")],
            environment: ["SPEEDPIX_ENDPOINT": "https://variable", "SPEEDPIX_POLL_RATE": "7", "SPEEDPIX_APP_KEY": ""],
            files: [project, own])
        #expect(all[.endpoint] == SettingValue(text: "https://flag", origin: .flag("--endpoint")))
        #expect(all[.pollRate] == SettingValue(text: "7", origin: .variable("SPEEDPIX_POLL_RATE")))
        #expect(
            all[.userAgent]
                == SettingValue(text: "project", origin: .file(path: "/p/speedpix.toml", line: 2, profile: nil)))
        #expect(all[.timeout]?.origin == .file(path: "/own", line: 3, profile: nil))
        #expect(all[.appKey] == nil)
    }

    @Test("A setting of the chosen profile comes before the same one outside of profiles")
    func chosenProfile() throws {
        let own = try file(
            "app_key = 'k'\napp_secret = 's'\n[profiles.staging]\nendpoint = 'https://staging'\napp_secret_file = 'f'",
            "/own", isOwn: true)
        let project = try file("endpoint = 'https://project'\nprofile = 'staging'")
        let chosen = try ResolvedSettings(files: [project, own])
        #expect(chosen[.endpoint]?.text == "https://staging")
        #expect(chosen[.endpoint]?.origin.shown == "/own:4, profile staging")
        #expect(chosen[.appKey]?.text == "k")
        // One secret only: that of the profile, in whatever way it is given.
        #expect(chosen.secret?.setting == .appSecretFile && chosen[.appSecret] == nil)
        let variable = try ResolvedSettings(environment: ["SPEEDPIX_APP_SECRET": "v"], files: [project, own])
        #expect(variable.secret?.setting == .appSecret && variable[.appSecretFile] == nil)
    }

    @Test("An unknown profile is an error with the nearest name")
    func anUnknownProfileNamesTheOthers() throws {
        let own = try file("[profiles.staging]\n[profiles.production]", isOwn: true)
        let error = #expect(throws: SettingsError.self) {
            try ResolvedSettings(environment: ["SPEEDPIX_PROFILE": "stagign"], files: [own])
        }
        #expect(error?.message.contains("\"stagign\" (SPEEDPIX_PROFILE)") == true)
        #expect(error?.hint == "did you mean 'staging'?")
        let none = #expect(throws: SettingsError.self) {
            try ResolvedSettings(flags: [.profile: ("x", "--profile")])
        }
        #expect(none?.message.contains("there is no speedpix.toml") == true)
    }

    @Test("A settings file can set each option of the configuration")
    func everythingOfAConfigurationCanBeSet() throws {
        let own = try file(
            """
            app_key = "key"
            app_secret = "secret"
            endpoint = "http://127.0.0.1:8187"
            timeout = 12.5
            retries = 0
            retry_base = 0.1
            retry_longest = 2
            retry_after_longest = 30
            poll_rate = 7
            user_agent = "shop/1"
            cancel_on_stop = true
            """, isOwn: true)
        let settings = try ResolvedSettings(files: [own])
        let configuration = try settings.configuration(secret: settings[.appSecret]?.text)
        #expect(configuration.appKey == "key" && configuration.endpoint == "http://127.0.0.1:8187")
        #expect(configuration.timeout == .seconds(12.5) && configuration.userAgent == "shop/1")
        #expect(configuration.retries.attempts == 1 && configuration.retries.base == .seconds(0.1))
        #expect(configuration.retries.longest == .seconds(2))
        #expect(configuration.retries.longestRetryAfter == .seconds(30))
        #expect(configuration.pollRate == 7)
        #expect(!"\(configuration)".contains("secret\""))
        #expect(settings[.cancelOnStop]?.isTrue == true)
    }

    @Test(
        "A mistake in a settings file is reported with file and line",
        arguments: [
            ("endpont = 'x'", ":1: there is no setting \"endpont\"", "did you mean endpoint?"),
            ("\n[profiles.a]\napp_ky = 'x'", ":3: there is no setting \"app_ky\"", "there are: app_key"),
            ("timeout = 'soon'", ":1: timeout must be seconds from", nil),
            ("timeout = -1", "not -1", nil),
            ("retries = 1.5", "retries must be a whole number from 0 to 100, not a number", nil),
            ("poll_rate = nan", "poll_rate must be a number", nil),
            ("app_key = 7", "app_key must be a text in quotes, not a whole number", nil),
            ("app_key = ''", "app_key is empty", nil),
            ("cancel_on_stop = 'yes'", "cancel_on_stop must be true or false, not a text", nil),
            ("app_secret = 'a'\napp_secret_file = 'b'", ":2: app_secret and app_secret_file both", "keep one"),
            (
                "app_secret_command = 'pass x'", ":1: app_secret_command is taken only from your own",
                "~/.config/speedpix"
            ),
            ("profiles = 1", ":1: profiles must be tables", nil),
            ("[profiles]\na = 1", ":2: profiles.a must be a table", nil),
            ("[profile.a]", "profile must be the name of one", "[profiles.NAME]"),
            ("[profiles.a]\nprofile = 'b'", ":2: there is no setting \"profile\"", nil),
            ("user_agent = \"a\\nb\"", "line break", nil),
            ("endpoint = nowhere", ":1:12: this is not a value", nil),
            ("[[endpoint]]\nurl = 'x'", ":1: endpoint must be a text in quotes, not a list of tables", nil),
            ("\n[[servers]]", ":2: there is no setting \"servers\"", nil),
            ("[[profiles]]", ":1: profiles must be tables", nil),
            ("[[profiles.a]]", ":1: profiles.a must be a table", nil),
            (
                "[[comfyui]]\nurl = 'http://a:1'\nheader_file = 'h'", ":3: [[comfyui]] has no \"header_file\"",
                "did you mean headers_file? there are: url, headers_file, ca_file"
            ),
            ("[[comfyui]]\nurl = 'http://a:1'\n[[comfyui]]\nca_file = 'c'", ":3: this [[comfyui]] has no url", "url ="),
            ("[[comfyui]]\nurl = 8188", ":2: url of [[comfyui]] must be a text in quotes, not a whole number", nil),
            ("[[comfyui]]\nurl = ''", ":2: url of [[comfyui]] is empty", nil),
            ("[comfyui]\nurl = 'x'", ":1: comfyui must be a text in quotes, or tables with [[comfyui]] above", nil),
            ("comfyui = ['http://a:1']", ":1: comfyui must be a text in quotes, or tables with [[comfyui]] above", nil),
            ("comfyui = 'http://a:1'\n[[comfyui]]\nurl = 'http://b:1'", ":2:3: comfyui has a value already", nil),
        ])
    func mistakesAreNamedWithFileAndLine(text: String, message: String, hint: String?) throws {
        let error = #expect(throws: SettingsError.self) { try file(text) }
        #expect(error?.message.hasPrefix("/p/speedpix.toml:") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        if let hint { #expect(error?.hint?.contains(hint) == true, "\(error?.hint ?? "")") }
    }

    @Test("Tables of a setting have their values with their lines, and count as one value of their file or profile")
    func tables() throws {
        let own = try file("comfyui = 'http://own:8188'", "/own", isOwn: true)
        let project = try file(
            """
            [[comfyui]]
            url = "https://gpu1.example/comfy"
            headers_file = "gpu1.headers"
            [[comfyui]]
            url = "http://gpu2:8188"
            [[profiles.studio.comfyui]]
            url = "https://studio:8443"
            ca_file = "studio.pem"
            """)
        #expect(project.namesSecret && !own.namesSecret)
        let general = try #require(try ResolvedSettings(files: [project, own])[.comfyUI])
        #expect(general.text == "https://gpu1.example/comfy, http://gpu2:8188")
        #expect(general.origin == .file(path: "/p/speedpix.toml", line: 1, profile: nil))
        #expect(general.tables.map(\.url.origin.shown) == ["/p/speedpix.toml:2", "/p/speedpix.toml:5"])
        #expect(general.tables.map(\.headersFile?.text) == ["gpu1.headers", nil])
        #expect(general.tables.allSatisfy { $0.caFile == nil })
        let studio = try ResolvedSettings(flags: [.profile: ("studio", "--profile")], files: [project, own])[.comfyUI]
        #expect(studio?.tables.map(\.caFile?.text) == ["studio.pem"])
        #expect(studio?.tables.first?.url.origin.shown == "/p/speedpix.toml:7, profile studio")
        let variable = try ResolvedSettings(
            environment: ["SPEEDPIX_COMFYUI": "http://gpu9:8188"], files: [project, own])[.comfyUI]
        #expect(variable?.text == "http://gpu9:8188" && variable?.tables.isEmpty == true)
        let inline = try file("comfyui = [{ url = 'http://gpu1:1', headers_file = 'h' }, { url = 'http://gpu2:1' }]")
        #expect(inline.general[.comfyUI]?.tables.map(\.url.text) == ["http://gpu1:1", "http://gpu2:1"])
    }

    @Test("An invalid variable is reported with its name")
    func invalidVariable() {
        let error = #expect(throws: SettingsError.self) {
            try ResolvedSettings(environment: ["SPEEDPIX_RETRIES": "many"])
        }
        #expect(error?.message == "SPEEDPIX_RETRIES: retries must be a whole number from 0 to 100, not many")
    }

    @Test("docs/configuration.md lists each setting")
    func documentedSettings() throws {
        let page = try String(contentsOfFile: "\(TestFolder.repository)/docs/configuration.md", encoding: .utf8)
        for setting in Setting.allCases { #expect(page.contains("| `\(setting.key)` |"), "\(setting.key)") }
    }

    @Test("An empty settings file sets nothing")
    func anEmptyFileSetsNothing() throws {
        #expect(try ResolvedSettings(files: [try file(""), try file("# nothing\n\n")]).values.isEmpty)
    }
}
