import HTTPTypes
import Imaging
import NIOCore
import SpeedPix
import Synchronization

/// The newest preview, as rows of half blocks below the lines of a ``LiveDisplay``.
///
/// It is fetched while the one before it is still shown, one at a time, and only from the gateway that predictions run at: what
/// cannot be had or read is not shown, and no reason to say anything.
final class PreviewDisplay: Sendable {
    /// The most that a preview takes of the screen, in characters; its name is a row more.
    private static let (mostColumns, mostRows) = (32, 8)
    /// With fewer rows nothing could be recognised.
    private static let leastRows = 3
    /// Bytes of a preview.
    private static let largest = 4 << 20
    /// How long one may take.
    private static let timeout: Duration = .seconds(5)

    private struct State: Sendable {
        /// What was fetched last, or is being.
        var preview: LiveFrame.Preview?
        /// Of the one that is shown.
        var name: String?
        /// Its picture; none until one has been fetched.
        var rows: [String] = []
        var loading: Task<Void, Never>?
    }

    private let endpoint: RequestTarget
    private let transport: any HTTPTransport
    private let encoding: PictureEncoding
    /// Of a name that is cut short.
    private let ellipsis: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - configuration: Whose endpoint previews are fetched from.
    ///   - chosen: How the terminal takes pictures, as the command line says; nil to go by the environment.
    ///   - transport: Fetches them; nil for connections as the configuration has them.
    /// - Returns: Nil for a terminal that shows no pictures.
    init?(
        _ configuration: SpeedPixClient.Configuration, _ context: CommandContext, chosen: PictureProtocol? = nil,
        transport: (any HTTPTransport)? = nil
    ) {
        let environment = context.environment
        let pictures = chosen ?? PictureProtocol.detect(environment)
        let style = ProgressFrame.Style(environment)
        guard pictures != .none, style.hasColor, let endpoint = RequestTarget(configuration.endpoint) else {
            return nil
        }
        self.endpoint = endpoint
        self.transport = transport ?? RoutedHTTPTransport(configuration.network)
        ellipsis = style.hasUnicode ? "…" : "~"
        // Rows of text, whatever else the terminal could: they are erased with the others.
        encoding = PictureEncoding(
            style: .blocks, hasTrueColor: ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? ""))
    }

    /// The rows to be shown now, the name among them.
    ///
    /// - Parameters:
    ///   - preview: The one that there is now; nil for none.
    ///   - count: How many rows stand above it.
    func rows(of preview: LiveFrame.Preview?, in size: TerminalExtent, below count: Int) -> [String] {
        let room = min(Self.mostRows, size.rows - count - 2 - (preview?.name == nil ? 0 : 1))
        guard let preview, room >= Self.leastRows, size.columns > Self.mostColumns, isOfGateway(preview.url) else {
            clear()
            return []
        }
        return state.withLock { state in
            if state.preview != preview, state.loading == nil {
                state.preview = preview
                state.loading = Task { await self.load(preview) }
            }
            guard !state.rows.isEmpty else { return [] }
            return nameRow(state.name) + state.rows.prefix(room)
        }
    }

    private func nameRow(_ name: String?) -> [String] {
        guard let name else { return [] }
        return [TerminalText.fitted(name.printable(), columns: Self.mostColumns, ellipsis: ellipsis)]
    }

    private func clear() {
        state.withLock { state in
            state.preview = nil
            state.rows = []
        }
    }

    /// Ends what is being fetched, and shows nothing until there is another preview.
    func end() {
        clear()
        state.withLock { $0.loading }?.cancel()
    }

    /// Returns when nothing is being fetched any more.
    func waitForLoading() async {
        if let loading = state.withLock({ $0.loading }) { await loading.value }
    }

    private func isOfGateway(_ url: String) -> Bool {
        guard let target = RequestTarget(url), target.resource.hasPrefix("/previews/") else { return false }
        return target.scheme == endpoint.scheme && target.host == endpoint.host && target.port == endpoint.port
    }

    private func load(_ preview: LiveFrame.Preview) async {
        // The one before is not left in its place: it may be another prediction's, which has ended.
        let rows = (try? await fetched(preview.url)) ?? []
        state.withLock { state in
            state.loading = nil
            // Nil in between: the prediction has ended.
            guard state.preview == preview else { return }
            state.name = preview.name
            state.rows = rows
        }
    }

    private func fetched(_ url: String) async throws -> [String] {
        let response = try await transport.send(
            TransportRequest(method: .get, url: url, headers: [:], body: .none, timeout: Self.timeout))
        guard response.status == .ok else { return [] }
        var bytes: [UInt8] = []
        for try await chunk in response.body {
            guard bytes.count + chunk.readableBytes <= Self.largest else { return [] }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        // A half block is one pixel wide, and two of them are one row.
        let image = try Image.open(bytes: bytes, fitting: (width: Self.mostColumns, height: 2 * Self.mostRows))
        let text = try encoding.bytes(image, columns: image.width, rows: (image.height + 1) / 2)
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
