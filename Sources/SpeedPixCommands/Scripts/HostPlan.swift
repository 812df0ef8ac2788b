import SpeedPix
import SpeedPixGateway
import SpeedPixLua

/// Everything that is decided about what a script works with before it runs, but its streams.
struct HostPlan: Sendable {
    /// Of a dry run one of an address that leads nowhere.
    let configuration: SpeedPixClient.Configuration
    /// Whether nothing is sent and no file is changed.
    let isDryRun: Bool
    private(set) var files: FileAccess
    let environment: ScriptEnvironment
    /// `key=value` arguments for `speedpix.params`.
    private(set) var arguments: [String: String]
    /// The script's folder, where `require` looks; nil if it has none.
    let directory: String?
    /// Whether standard input is there for the script.
    let readsInput: Bool
    /// Carries the calls; the network if nil.
    let transport: (any HTTPTransport)?
    let middleware: [any ClientMiddleware]
    /// Whether what is left unfinished is canceled at the service.
    let cancelsOnStop: Bool
    /// What the gateway inside this process refuses; nil for a service, and in a dry run.
    let createCheck: CreateCheck?
    /// Whether files that arguments name may be read wherever they lie.
    let readsNamedFiles: Bool

    /// - Parameters:
    ///   - configuration: Of the service; a dry run takes only the account from it.
    ///   - withheld: Files that may hold a secret; scripts may not reach them.
    ///   - directory: The script's folder; nil if it has none.
    ///   - journal: Where journals lie; scripts may not reach them.
    ///   - cancelsOnStop: Whether what is left unfinished is canceled at the service; a dry run leaves nothing there.
    ///   - createCheck: What the gateway inside this process refuses; nil for a service.
    ///   - readsNamedFiles: Whether files that arguments name may be read wherever they lie: on the machine of who gives them.
    ///   - watched: Records which files the script reads and writes.
    /// - Throws: ``SpeedPixError`` `configuration` for an account that no service has.
    init(
        _ configuration: SpeedPixClient.Configuration, isDryRun: Bool = false, sandbox: SandboxOptions,
        withheld: [String], arguments: [String: String] = [:],
        directory: String?, journal: JournalFolder? = nil, readsInput: Bool = true,
        middleware: [any ClientMiddleware] = [], cancelsOnStop: Bool = false,
        createCheck: CreateCheck? = nil, readsNamedFiles: Bool = true, watched: WatchedFiles? = nil,
        in context: CommandContext
    ) throws {
        self.isDryRun = isDryRun
        self.configuration =
            isDryRun ? try DryRunTransport.configuration(context, appKey: configuration.appKey) : configuration
        transport = isDryRun ? DryRunTransport() : nil
        files = sandbox.files(
            directory: directory, named: readsNamedFiles ? Array(arguments.values) : [],
            withheld: withheld + (journal ?? JournalFolder(nil, beside: directory, context)).withheld, watched: watched,
            context)
        environment = sandbox.environment(context)
        self.readsNamedFiles = readsNamedFiles
        self.arguments = arguments
        self.directory = directory
        self.readsInput = readsInput
        self.middleware = middleware
        self.cancelsOnStop = cancelsOnStop && !isDryRun
        self.createCheck = isDryRun ? nil : createCheck
    }

    /// The same for one row of a batch.
    ///
    /// - Parameters:
    ///   - arguments: All of the row's.
    ///   - reads: Records which files the row reads and writes.
    func row(_ arguments: [String: String], reads: RowReads) -> HostPlan {
        var plan = self
        plan.arguments = arguments
        if readsNamedFiles { plan.files.readableFiles = Array(arguments.values) }
        plan.files.onRead = reads.noteRead
        plan.files.onWrite = reads.noteWrite
        return plan
    }
}
