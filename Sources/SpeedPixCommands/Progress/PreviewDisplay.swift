import HTTPTypes
import Imaging
import NIOCore
import SpeedPix
import Synchronization

/// The newest preview of a run's predictions, as rows of half blocks below its progress.
///
/// It is fetched while the rows before it are still shown, one at a time, and only from a gateway that the run talks to: what
/// cannot be had or read is not shown, and no reason to say anything.
final class PreviewDisplay: Sendable {
    /// The most that a preview takes of the screen, in characters.
    private static let (mostColumns, mostRows) = (32, 8)
    /// With fewer rows nothing could be recognised.
    private static let leastRows = 3
    /// Bytes of a preview.
    private static let largest = 4 << 20
    /// How long one may take.
    private static let timeout: Duration = .seconds(5)

    private struct State: Sendable {
        /// What was fetched last, or is being.
        var url: String?
        var rows: [String] = []
        var loading: Task<Void, Never>?
    }

    private let endpoint: RequestTarget
    private let transport: any HTTPTransport
    private let encoding: PictureEncoding
    private let state = Mutex(State())

    /// - Parameter configuration: Whose endpoint previews are fetched from.
    /// - Returns: Nil for a terminal that shows no pictures.
    init?(_ configuration: SpeedPixClient.Configuration, _ context: CommandContext) {
        let environment = context.environment
        guard PictureProtocol.detect(environment) != .none, ProgressFrame.Style(environment).hasColor,
            let endpoint = RequestTarget(configuration.endpoint)
        else { return nil }
        self.endpoint = endpoint
        transport = RoutedHTTPTransport(configuration.network)
        // Rows of text, whatever else the terminal could: they are erased with the others.
        encoding = PictureEncoding(
            style: .blocks, hasTrueColor: ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? ""))
    }

    /// The rows to be shown now.
    ///
    /// - Parameters:
    ///   - url: Of the preview that there is now; nil for none.
    ///   - count: How many rows stand above it.
    func rows(of url: String?, in size: TerminalExtent, below count: Int) -> [String] {
        let room = min(Self.mostRows, size.rows - count - 2)
        guard let url, room >= Self.leastRows, size.columns > Self.mostColumns, isOfGateway(url) else {
            state.withLock { state in
                state.url = nil
                state.rows = []
            }
            return []
        }
        return state.withLock { state in
            if state.url != url, state.loading == nil {
                state.url = url
                state.loading = Task { await self.load(url) }
            }
            return Array(state.rows.prefix(room))
        }
    }

    /// Ends what is being fetched.
    func end() {
        state.withLock { $0.loading }?.cancel()
    }

    private func isOfGateway(_ url: String) -> Bool {
        guard let target = RequestTarget(url), target.resource.hasPrefix("/previews/") else { return false }
        return target.scheme == endpoint.scheme && target.host == endpoint.host && target.port == endpoint.port
    }

    private func load(_ url: String) async {
        let rows = try? await fetched(url)
        state.withLock { state in
            state.loading = nil
            // Nil in between: the prediction has ended.
            if let rows, state.url == url { state.rows = rows }
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
