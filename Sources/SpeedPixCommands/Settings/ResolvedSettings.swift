import SpeedPix
import Spelling

/// Every setting with its value and where it came from: flags first, then the environment, then files, then defaults.
///
/// Among files a chosen profile counts before what stands outside of profiles, and the project's file before the user's
/// own. Pure: what there is to read has been read.
struct ResolvedSettings: Sendable, Equatable {
    /// Those that are set.
    private(set) var values: [Setting: SettingValue] = [:]
    /// The files that were read, the project's first.
    private(set) var files: [String] = []

    /// No setting at all: defaults count.
    static let none = ResolvedSettings()

    private init() {}

    /// - Parameters:
    ///   - flags: What the command line gives, with the names of the flags.
    ///   - files: The project's settings before the user's.
    /// - Throws: ``SettingsError`` for a variable that makes no sense, and for a profile that no file has.
    init(
        flags: [Setting: (value: String, name: String)] = [:], environment: [String: String] = [:],
        files: [SettingsFile] = []
    ) throws(SettingsError) {
        self.files = files.map(\.path)
        var layers: [SettingsFile.Values] = [[:], [:]]
        for (setting, flag) in flags {
            layers[0][setting] = SettingValue(
                text: try setting.checked(flag.value, at: flag.name), origin: .flag(flag.name))
        }
        for setting in Setting.allCases {
            // Set but empty counts as unset, as shells and schedulers leave variables.
            guard let text = environment[setting.variable], !text.isEmpty else { continue }
            layers[1][setting] = SettingValue(
                text: try setting.checked(text, at: setting.variable), origin: .variable(setting.variable))
        }
        let profile = (layers + files.map(\.general)).lazy.compactMap { $0[.profile] }.first
        if let profile {
            let named = files.compactMap { $0.profiles[profile.text] }
            guard !named.isEmpty else { throw Self.unknown(profile, files) }
            layers += named
        }
        layers += files.map(\.general)
        for setting in Setting.allCases where !Setting.secrets.contains(setting) {
            values[setting] = layers.lazy.compactMap { $0[setting] }.first
        }
        // The secret can be set in three ways. The first layer that has one of them decides.
        for layer in layers {
            guard let setting = Setting.secrets.first(where: { layer[$0] != nil }) else { continue }
            values[setting] = layer[setting]
            break
        }
    }

    subscript(_ setting: Setting) -> SettingValue? { values[setting] }

    /// Where the secret comes from, however it is given.
    var secret: (setting: Setting, value: SettingValue)? {
        Setting.secrets.lazy.compactMap { setting in values[setting].map { (setting, $0) } }.first
    }

    /// What a client needs.
    ///
    /// - Parameter secret: The secret itself, fetched from wherever it is.
    /// - Throws: ``SpeedPixError`` with code `configuration`.
    func configuration(secret: String?) throws(SpeedPixError) -> SpeedPixClient.Configuration {
        try completed(
            try SpeedPixClient.Configuration(
                appKey: self[.appKey]?.text ?? "", appSecret: secret ?? "",
                endpoint: self[.endpoint]?.text ?? SpeedPixClient.Configuration.defaultEndpoint))
    }

    /// The same for a gateway of this machine, where no setting says which service is meant.
    func configuration(of served: ServedGateway) throws(SpeedPixError) -> SpeedPixClient.Configuration {
        try completed(
            try SpeedPixClient.Configuration(
                appKey: served.appKey, appSecret: served.secret, endpoint: served.endpoint))
    }

    /// The rest of the settings.
    private func completed(
        _ given: SpeedPixClient.Configuration
    ) throws(SpeedPixError) -> SpeedPixClient.Configuration {
        var configuration = given
        func seconds(_ setting: Setting) -> Duration? { self[setting]?.number.map { .seconds($0) } }
        if let timeout = seconds(.timeout) { configuration.timeout = timeout }
        if let agent = self[.userAgent] { configuration.userAgent = agent.text }
        if let rate = self[.pollRate]?.number { configuration.pollRate = rate }
        if let retries = self[.retries]?.number { configuration.retries.attempts = Int(retries) + 1 }
        if let base = seconds(.retryBase) { configuration.retries.base = base }
        if let longest = seconds(.retryLongest) { configuration.retries.longest = longest }
        if let longest = seconds(.retryAfterLongest) { configuration.retries.longestRetryAfter = longest }
        if let hosts = self[.downloadHosts] {
            do {
                configuration.downloadHosts = try DownloadHosts(hosts.text)
            } catch {
                var error = error
                error.message = "\(hosts.origin.shown): \(error.message)"
                throw error
            }
        }
        return configuration
    }

    private static func unknown(_ profile: SettingValue, _ files: [SettingsFile]) -> SettingsError {
        let names = Set(files.flatMap(\.profiles.keys)).sorted()
        let shown = profile.text.printable()
        var message = "there is no profile \"\(shown)\" (\(profile.origin.shown))"
        if files.isEmpty { message += ": there is no \(SettingsFile.name)" }
        return SettingsError(
            message: message,
            hint: NearestName.hint(for: profile.text, among: names)?.printable()
                ?? "write [profiles.\(shown)] and its settings into ~/.config/speedpix/\(SettingsFile.name)")
    }
}
