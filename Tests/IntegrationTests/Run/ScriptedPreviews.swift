import Imaging
import SpeedPix
import SpeedPixTestSupport

@testable import SpeedPixCommands

/// A display of previews, and the gateway that it fetches them from.
struct ScriptedPreviews {
    static let endpoint = "http://gateway.test:8187"

    let display: PreviewDisplay
    let transport: ScriptedTransport

    /// - Parameter replies: One for each preview that is fetched.
    init(_ replies: [ScriptedReply]) throws {
        transport = ScriptedTransport(replies)
        guard let display = try Self.display(["TERM": "xterm"], transport: transport) else { throw NoPictures() }
        self.display = display
    }

    /// - Parameter widths: Of the pictures that are fetched, see ``picture(_:)``.
    init(widths: [Int]) throws {
        try self.init(widths.map { .body([try Self.picture($0)]) })
    }

    struct NoPictures: Error {}

    /// - Returns: Nil for a terminal that shows no pictures.
    static func display(
        _ environment: [String: String], chosen: PictureProtocol? = nil, transport: any HTTPTransport
    ) throws -> PreviewDisplay? {
        let context = CommandContext(
            environment: environment, workingDirectory: "/", homeDirectory: "/", writeOutput: { _ in },
            writeError: { _ in }, readInput: { [] })
        return PreviewDisplay(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: endpoint), context,
            chosen: chosen, transport: transport)
    }

    /// A grey PNG, eight pixels high.
    static func picture(_ width: Int) throws -> [UInt8] {
        try Image(pixels: Array(repeating: 128, count: width * 8 * 3), width: width, height: 8).encoded(format: .png)
    }

    /// What a terminal shows of ``picture(_:)``.
    static func rows(_ width: Int) -> [String] {
        Array(repeating: String(repeating: "▀", count: width), count: 4)
    }

    static func url(_ prediction: String, _ number: Int = 1) -> String {
        "\(endpoint)/previews/\(prediction)?number=\(number)"
    }
}
