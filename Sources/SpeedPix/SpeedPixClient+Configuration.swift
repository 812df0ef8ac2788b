#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension SpeedPixClient {
    /// Everything a ``SpeedPixClient`` needs to know before its first call.
    public struct Configuration: Sendable {
        /// The public service, as the official clients name it.
        public static let defaultEndpoint = "https://openai.edu-aliyun.com"
        /// What the official clients allow for one call.
        public static let defaultTimeout: Duration = .seconds(30)

        /// The application's key. It travels with every call and is not a secret.
        public var appKey: String
        /// The application's secret. It signs calls and never travels.
        public var appSecret: Secret
        /// Scheme, host, and optional base path, without a slash at the end.
        public let endpoint: String
        /// How long one call may take, with the whole of its answer; of a transfer, until the head of the answer. A wait is
        /// many calls. Default 30 s.
        public var timeout: Duration {
            didSet { timeout = timeout.withinYears }
        }
        /// How long a create whose task is cancelled is still waited for, since its answer has the id of what is paid for. Then
        /// the error is `unknown_outcome`. Default 5 s; zero for not at all.
        public var cancelledCreateGrace: Duration = .seconds(5) {
            didSet { cancelledCreateGrace = max(cancelledCreateGrace.withinYears, .zero) }
        }
        /// Sent as `User-Agent`.
        public var userAgent: String
        /// How failed calls are tried again.
        public var retries = RetryPolicy()
        /// Proxies and certificates. Default: direct connections, and what the system trusts.
        public var network = NetworkSettings()
        /// The hosts that results are fetched from. Default: the endpoint, and public addresses.
        public var downloadHosts = DownloadHosts.publicAddresses
        /// Polls a second that all waits of a client share, at most: 0.1 … 1,000,000; other values are moved there. Nil, the
        /// default, for a rate that adapts to the service: it begins at 100, grows while polls wait and nothing is throttled, and
        /// halves when the service throttles. Against a service on this machine it grows so fast that it soon bounds nothing.
        public var pollRate: Double? {
            // Written so that it also catches what is not a number.
            didSet { pollRate = pollRate.map { $0 >= 0.1 ? min($0, 1_000_000) : 0.1 } }
        }

        /// Whether the endpoint is a loopback address: a gateway of the user's own, or the end of a tunnel.
        package var isOnThisMachine: Bool {
            guard let host = URL(string: endpoint)?.host()?.lowercased() else { return false }
            return host == "localhost" || host == "::1" || host == "[::1]"
                || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
        }

        /// - Parameter endpoint: A missing scheme becomes `https`, trailing slashes are dropped, a path is kept as base.
        /// - Throws: ``SpeedPixError`` with code `configuration` for an empty key or secret, or an endpoint that is not a URL.
        public init(
            appKey: String,
            appSecret: String,
            endpoint: String = Configuration.defaultEndpoint,
            timeout: Duration = Configuration.defaultTimeout,
            userAgent: String = "speedpix-swift/\(SpeedPixVersion.current)"
        ) throws(SpeedPixError) {
            guard !appKey.isEmpty else { throw Configuration.missing("app key", variable: Variable.appKey) }
            guard !appSecret.isEmpty else { throw Configuration.missing("app secret", variable: Variable.appSecret) }
            // Both go into header lines, where a line break could smuggle in another header.
            guard appKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw SpeedPixError(
                    .configuration, "the app key has characters that no key has",
                    remedy: "copy the key from the console again, without spaces or line breaks")
            }
            self.appKey = appKey
            self.appSecret = Secret(appSecret)
            self.endpoint = try Configuration.normalised(endpoint)
            self.timeout = timeout.withinYears
            self.userAgent = userAgent
        }

        /// Names of the environment variables, the same as for the official clients.
        public enum Variable {
            /// For ``SpeedPixClient/Configuration/appKey``; required unless passed.
            public static let appKey = "SPEEDPIX_APP_KEY"
            /// For ``SpeedPixClient/Configuration/appSecret``; required unless passed.
            public static let appSecret = "SPEEDPIX_APP_SECRET"
            /// For ``SpeedPixClient/Configuration/endpoint``; unset or empty means the public service.
            public static let endpoint = "SPEEDPIX_ENDPOINT"
        }

        /// Reads the `SPEEDPIX_*` variables, and those for proxies and certificates (``NetworkSettings/init(environment:)``); an
        /// argument that is not nil wins over its variable.
        ///
        /// - Parameter environment: Handed in: the SDK itself reads no global.
        /// - Throws: ``SpeedPixError`` with code `configuration`.
        public init(
            environment: [String: String],
            appKey: String? = nil,
            appSecret: String? = nil,
            endpoint: String? = nil,
            timeout: Duration = Configuration.defaultTimeout
        ) throws {
            func value(_ argument: String?, _ variable: String) -> String? {
                if let argument { return argument }
                guard let value = environment[variable], !value.isEmpty else { return nil }
                return value
            }
            try self.init(
                appKey: value(appKey, Variable.appKey) ?? "",
                appSecret: value(appSecret, Variable.appSecret) ?? "",
                endpoint: value(endpoint, Variable.endpoint) ?? Configuration.defaultEndpoint,
                timeout: timeout)
            network = try NetworkSettings(environment: environment)
        }

        /// The cause of the error for a key or a secret that is missing.
        package struct MissingCredential: Error {}

        private static func missing(_ what: String, variable: String) -> SpeedPixError {
            SpeedPixError(
                .configuration, "the \(what) is missing",
                remedy: "set \(variable), or pass it to SpeedPixClient.Configuration(…)",
                cause: MissingCredential())
        }

        private static func normalised(_ endpoint: String) throws(SpeedPixError) -> String {
            var text = endpoint.trimmingPrefix(while: \.isWhitespace)
            while let last = text.last, last == "/" || last.isWhitespace { text.removeLast() }
            let full = text.contains("://") ? String(text) : "https://\(text)"
            let printable = full.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
            guard printable, let url = URL(string: full), let scheme = url.scheme?.lowercased(),
                ["http", "https"].contains(scheme), let host = url.host(), !host.isEmpty,
                url.query() == nil, url.fragment() == nil, url.user() == nil, text.last != ":"
            else {
                throw SpeedPixError(
                    .configuration,
                    // Not quoted then: what stands before the @ may be a password.
                    full.contains("@")
                        ? "the endpoint has a user name or a password in it"
                        : "the endpoint \"\(endpoint.printable())\" is not an http or https URL",
                    remedy: "use a form like \(defaultEndpoint) or http://127.0.0.1:8187")
            }
            return full
        }
    }
}

extension SpeedPixClient.Configuration: CustomStringConvertible {
    /// As logs and messages show it; the secret is redacted.
    public var description: String {
        "Configuration(appKey: \(appKey), appSecret: \(appSecret), endpoint: \(endpoint), timeout: \(timeout))"
    }
}
