public import NIOCore
public import SpeedPix

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Everything a ``Gateway`` needs to know before it listens.
public struct GatewayConfiguration: Sendable {
    /// The address to listen on. Default `127.0.0.1`, which other machines cannot reach.
    public var host = "127.0.0.1"
    /// How clients reach the gateway, such as `https://gateway.example`, where a server in front of it ends TLS: URLs in answers
    /// begin with it. Nil, the default, is as each client has addressed it.
    public var publicURL: String?
    /// With what it speaks TLS itself. Default nil: it does not.
    package var tls: GatewayTLS?
    /// How slowly a client may send its requests.
    var requestPace = RequestPace.Limits()
    /// Connections of one address at the same time; more are closed at once. Those of this machine do not count, since a server
    /// in front of the gateway may be there. Default 256.
    public var maximumConnectionsPerAddress = 256
    /// Whether those of this machine count, too; for tests.
    var countsLoopbackConnections = false
    /// The port to listen on; 0, the default, is any free one.
    public var port = 0
    /// The application key that the gateway knows in any case. A data directory may have a file with more of them; each sees
    /// its own predictions and files only.
    public var appKey: String
    /// The secret that calls with ``appKey`` must be signed with. The URLs of files are signed with another one, which the data
    /// directory has: they outlive a restart, whatever this one is then.
    public var appSecret: Secret
    /// Where uploads and results are kept, in a folder `speedpix-gateway` that is locked, since it belongs to one gateway at a
    /// time. Nil, the default, is a temporary folder that is removed at the end.
    public var dataDirectory: String?
    /// Whether the data directory keeps predictions, too: what has ended is found again by the next gateway on it, and what
    /// has not is begun again. Without a data directory it has no effect. Default false.
    public var keepsPredictions = false
    /// Whether predictions that an earlier gateway has not ended are begun again at once, in their order, or each when a
    /// client asks for it. Of the latter, those that no client asks for within ``retention`` fail. Default true.
    public var resumesAtStart = true
    /// Whether a temporary folder is used instead of the data directory, if that cannot be used: another
    /// gateway has it, or it may not be written; ``RunningGateway/refusal`` says so then. A damaged database is refused all the
    /// same. Default false: the gateway does not start.
    package var fallsBackToTemporary = false

    /// Whether it has the console: a page for browsers, and the calls that the page makes. A data directory keeps predictions
    /// then, whatever ``keepsPredictions`` says. Default false.
    package var hasConsole = false
    /// The runs that the console shows; nil, the default, for none.
    package var runs: (any RunsSource)?
    /// The batches that the console shows; nil, the default, for none.
    package var batches: (any BatchesSource)?

    /// Predictions that run at the same time. Default 64.
    public var workers = 64
    /// Of these, predictions that compute pictures and so keep a core busy. Default: the machine's cores.
    public var computingWorkers: Int
    /// Beside these, predictions that run on other machines; those that wait for one of them do not count. Default 256.
    var remoteWorkers = 256
    /// Predictions that may wait for a worker or another machine; more are refused with HTTP 429. Default 10,000.
    public var maximumWaiting = 10_000
    /// Finished predictions that can still be asked about; the oldest are forgotten first, where predictions are kept at the
    /// next sweep. Default 50,000.
    public var maximumFinished = 50_000
    /// How long a finished prediction, its files, and uploads are kept. Files go at the first upload or create after
    /// ``sweepInterval``, once their last URL has expired; those that an unfinished prediction will read stay. Default 24 h.
    public var retention: Duration = .seconds(24 * 3600)
    /// How many bytes uploads and results may take together: of more, the oldest results go with their predictions, and the oldest
    /// uploads; never those that an unfinished prediction will read, nor uploads whose URLs are still good. It is looked at with
    /// each create and each upload. Only where predictions are kept. Nil, the default, is no limit.
    public var maximumStoredBytes: Int64?
    /// How many bytes small pictures of the stored files may take beside them: of more, the oldest go, and are made again when they
    /// are asked for.
    var maximumThumbnailBytes: Int64 = 512 << 20
    /// How often files that clients can no longer ask for are looked for. Default 1 h.
    public var sweepInterval: Duration = .seconds(3600)
    /// What the inputs of unfinished and the data of finished predictions may take in memory, in bytes, each.
    /// Default 512 MiB.
    public var maximumHeldBytes = 512 << 20

    /// The largest body of a signed call, in bytes; a larger one is refused with HTTP 413. Default 8 MiB.
    public var maximumBodyBytes = 8 << 20
    /// The largest upload, in bytes; a larger one is refused with HTTP 413. Default 2 GiB.
    public var maximumUploadBytes: Int64 = 2 << 30
    /// How long an upload URL and an access URL are good for. Default 1 h.
    public var urlLifetime: Duration = .seconds(3600)

    /// Which URLs of elsewhere are fetched where an input is one. Default nil: none, and such inputs are refused.
    package var fetching: FetchPolicy?

    /// At which servers published workflows from ComfyUI run. Default nil: predictions of them are refused.
    package var comfyUIServers: ComfyUIConfiguration?
    /// What runs published workflows from ComfyUI instead of these servers; for tests.
    var comfyUI: (any Backend)?

    /// What goes wrong on purpose. Default: nothing.
    package var faults: [FaultRule] = []
    /// Called with each fault as it strikes.
    package var onFault: @Sendable (FaultStrike) -> Void = { _ in }

    /// Called on the database's own thread before each commit: the writes fail with the `DatabaseError` that it throws, and wait
    /// while it does not return. For tests.
    var beforeCommit: (@Sendable () throws -> Void)?

    /// Where programs are looked for that workflows use if they are installed: folders with colons between, as the variable
    /// `PATH` has them. `image-to-video` uses `ffmpeg`. Default: none.
    public var searchPath = ""

    /// The date, for timestamps and expiry.
    public var now: @Sendable () -> Date = { Date() }
    /// A name never used before, for predictions, files and requests: letters, digits and hyphens.
    public var uniqueName: @Sendable () -> String = { UUID().uuidString.lowercased() }
    /// As many bytes as it is asked for, which nobody can guess: for the secrets of a data directory.
    package var secretBytes: @Sendable (Int) -> [UInt8] = { count in
        // Swift's default generator is the system's, for keys as well.
        (0..<count).map { _ in UInt8.random(in: .min ... .max) }
    }
    /// 64 random bits, for the seeds of predictions that ask for new ones.
    public var random: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    /// Measures how long predictions run, and what a workflow sleeps on.
    public var clock: any Clock<Duration> = TimerClock()

    /// A configuration with the documented defaults.
    public init(appKey: String, appSecret: Secret, computingWorkers: Int = System.coreCount) {
        self.appKey = appKey
        self.appSecret = appSecret
        self.computingWorkers = computingWorkers
    }
}
