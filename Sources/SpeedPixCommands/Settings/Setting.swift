import SpeedPix

/// Something that can be set by a variable of the environment or a line of `speedpix.toml`; some also by a flag.
enum Setting: String, CaseIterable, Sendable {
    case profile
    case endpoint
    case appKey = "app_key"
    case appSecret = "app_secret"
    case appSecretFile = "app_secret_file"
    case appSecretCommand = "app_secret_command"
    case timeout
    case retries
    case retryBase = "retry_base"
    case retryLongest = "retry_longest"
    case retryAfterLongest = "retry_after_longest"
    case pollRate = "poll_rate"
    case cancelOnStop = "cancel_on_stop"
    case keepRuns = "keep_runs"
    case userAgent = "user_agent"
    case proxy
    case noProxy = "no_proxy"
    case caFile = "ca_file"
    case downloadHosts = "download_hosts"
    case comfyUI = "comfyui"
    case comfyUIHeadersFile = "comfyui_headers_file"
    case comfyUICAFile = "comfyui_ca_file"
    case natsURL = "nats_url"
    case natsUser = "nats_user"
    case natsPasswordFile = "nats_password_file"
    case natsTokenFile = "nats_token_file"
    case natsCredentials = "nats_creds"
    case natsCAFile = "nats_ca_file"
    case natsCertificate = "nats_cert_file"
    case natsKey = "nats_key_file"
    case natsReplicas = "nats_replicas"

    /// As `speedpix.toml` has it.
    var key: String { rawValue }

    /// The variable of the environment: the official clients' where they have one.
    var variable: String { "SPEEDPIX_\(rawValue.uppercased())" }

    /// The three ways to give the secret; the first one found in the usual order counts.
    static let secrets: [Setting] = [.appSecret, .appSecretFile, .appSecretCommand]

    /// Files that prove who connects to NATS.
    static let natsSecretFiles: [Setting] = [.natsPasswordFile, .natsTokenFile, .natsCredentials, .natsKey]

    /// Files that prove who asks another server than the service.
    static let otherSecretFiles = natsSecretFiles + [.comfyUIHeadersFile]

    /// Whether the value itself is the secret.
    var isSecret: Bool { self == .appSecret }

    /// Whether a file may have tables of it, `[[comfyui]]`, instead of a value.
    var takesTables: Bool { self == .comfyUI }

    /// What a value must be.
    enum Kind: Equatable {
        case text
        /// Seconds, within these bounds.
        case seconds(ClosedRange<Double>)
        case number(ClosedRange<Double>)
        case integer(ClosedRange<Int64>)
        case flag
    }

    var kind: Kind {
        switch self {
        case .timeout, .retryBase, .retryLongest, .retryAfterLongest: .seconds(0.001...86_400)
        case .pollRate: .number(0.1...1_000_000)
        case .retries: .integer(0...100)
        case .keepRuns: .number(1...36_500)
        case .natsReplicas: .integer(1...5)
        case .cancelOnStop: .flag
        case .profile, .endpoint, .appKey, .appSecret, .appSecretFile, .appSecretCommand, .userAgent, .proxy, .noProxy,
            .caFile, .downloadHosts, .comfyUI, .comfyUIHeadersFile, .comfyUICAFile, .natsURL, .natsUser,
            .natsPasswordFile, .natsTokenFile, .natsCredentials, .natsCAFile, .natsCertificate, .natsKey:
            .text
        }
    }

    /// One line about it, for help and `doctor`.
    var summary: String {
        switch self {
        case .profile: "which [profiles.NAME] counts"
        case .endpoint: "the service's URL, \"local\", or \"local=fresh\" for one that keeps nothing"
        case .appKey: "the application's key"
        case .appSecret: "the application's secret"
        case .appSecretFile: "a file that holds the secret"
        case .appSecretCommand: "a command that prints the secret"
        case .timeout: "seconds for one call"
        case .retries: "how often a failed call is tried again"
        case .retryBase: "seconds before the first retry"
        case .retryLongest: "seconds between two retries at most"
        case .retryAfterLongest: "seconds that the service may ask to wait, at most"
        case .pollRate: "polls a second at most, all waits together"
        case .cancelOnStop: "whether a stopped run cancels its unfinished predictions"
        case .keepRuns: "days that the journal keeps finished runs"
        case .userAgent: "what calls name as their sender"
        case .proxy: "the proxy for every connection, or \"none\""
        case .noProxy: "hosts that are reached without the proxy"
        case .caFile: "a file of certificates that are trusted, too"
        case .downloadHosts: "the hosts that results are fetched from"
        case .comfyUI: "the servers of ComfyUI that serve uses, with commas between or as tables, or \"none\""
        case .comfyUIHeadersFile: "a file of headers that those servers want"
        case .comfyUICAFile: "a file of certificates that are trusted of those servers, too"
        case .natsURL: "where NATS is, for batches in a queue"
        case .natsUser: "the name of the user at NATS"
        case .natsPasswordFile: "a file that holds the password of that user"
        case .natsTokenFile: "a file that holds a token for NATS"
        case .natsCredentials: "a .creds file for NATS"
        case .natsCAFile: "the certificates that NATS is trusted by, instead of the system's"
        case .natsCertificate: "the certificate that this program shows to NATS"
        case .natsKey: "the key of that certificate"
        case .natsReplicas: "on how many servers of a cluster a queue is kept, where a batch makes it"
        }
    }
}

/// Where a value comes from, in the order in which sources count.
enum SettingOrigin: Sendable, Equatable {
    case flag(String)
    case variable(String)
    /// - Parameter profile: The profile it stands in; nil for what counts without one.
    case file(path: String, line: Int, profile: String?)
    case `default`

    /// As messages and `doctor` show it.
    var shown: String {
        switch self {
        case .flag(let name): name
        case .variable(let name): name
        case .file(let path, let line, let profile):
            "\(path):\(line)" + (profile.map { ", profile \($0)" } ?? "")
        case .default: "default"
        }
    }
}

/// A value that was set, and where.
struct SettingValue: Sendable, Equatable {
    /// Checked already: a number's text is a number within the setting's bounds.
    /// Of tables, their URLs with commas between.
    var text: String
    /// Of tables, where the first one stands.
    var origin: SettingOrigin
    /// For a setting that takes them; empty where it has a value instead.
    var tables: [SettingTable] = []

    var number: Double? { Double(text) }
    var isTrue: Bool { text == "true" }
}
