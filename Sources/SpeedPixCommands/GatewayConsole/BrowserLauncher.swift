import LocalFiles
import Subprocess

/// Opens pages in the browser of the person who typed the command, as the desktop has it.
struct BrowserLauncher {
    #if canImport(Darwin)
    private static let program = "open"
    #else
    private static let program = "xdg-open"
    #endif

    private let context: CommandContext

    init(_ context: CommandContext) {
        self.context = context
    }

    /// Opens a page, and does not wait for the browser.
    ///
    /// - Returns: Whether a program was started for it; no, where there is none, or no screen. Whether the browser shows the page,
    ///   that program does not say.
    func open(_ url: String) async throws -> Bool {
        guard hasScreen, let path = SearchPath(context.variable("PATH") ?? "").program(named: Self.program) else {
            return false
        }
        var options = PlatformOptions()
        // What is typed at the terminal later on is not for the browser, Ctrl-C least of all.
        options.processGroupID = 0
        let environment = Dictionary(
            uniqueKeysWithValues: context.environment.map { (Environment.Key(stringLiteral: $0), $1) })
        do {
            // The program may last as long as the browser. The shell leaves it alone, and ends.
            let result = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: ["-c", #""$1" "$2" >/dev/null 2>&1 </dev/null &"#, "sh", path, url],
                environment: .custom(environment), platformOptions: options, output: .discarded)
            return result.terminationStatus == .exited(0)
        } catch is SubprocessError {
            try Task.checkCancellation()
            return false
        }
    }

    /// Whether there can be a browser that the person sees. One who is logged in from elsewhere has it there.
    private var hasScreen: Bool {
        #if canImport(Darwin)
        context.variable("SSH_CONNECTION") == nil
        #else
        context.variable("DISPLAY") != nil || context.variable("WAYLAND_DISPLAY") != nil
        #endif
    }
}
