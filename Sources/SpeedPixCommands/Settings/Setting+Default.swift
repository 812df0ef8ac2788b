import SpeedPix

extension Setting {
    /// What counts where it is not set, as `doctor` shows it: the client's own defaults and the commands'. Nil for what has no
    /// default.
    var defaultText: String? {
        guard let plain = try? SpeedPixClient.Configuration(appKey: "none", appSecret: "none") else { return nil }
        func shown(_ duration: Duration) -> String {
            let seconds = duration / .seconds(1)
            return seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
        }
        return switch self {
        case .endpoint: plain.endpoint
        case .timeout: shown(plain.timeout)
        case .retries: String(plain.retries.attempts - 1)
        case .retryBase: shown(plain.retries.base)
        case .retryLongest: shown(plain.retries.longest)
        case .retryAfterLongest: shown(plain.retries.longestRetryAfter)
        case .pollRate: plain.pollRate.map { String(Int($0)) } ?? "adapts to the service"
        case .userAgent: plain.userAgent
        case .cancelOnStop: "false"
        case .keepRuns: String(Int(Self.standardDaysOfRuns))
        case .downloadHosts: "public"
        case .natsReplicas: "1"
        case .profile, .appKey, .appSecret, .appSecretFile, .appSecretCommand, .proxy, .noProxy, .caFile, .comfyUI,
            .comfyUIHeadersFile, .comfyUICAFile, .natsURL, .natsUser, .natsPasswordFile, .natsTokenFile,
            .natsCredentials, .natsCAFile, .natsCertificate, .natsKey:
            nil
        }
    }

    /// How long finished runs are kept unless ``keepRuns`` says otherwise.
    static let standardDaysOfRuns = 30.0
}
