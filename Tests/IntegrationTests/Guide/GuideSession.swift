import Foundation
import Logging
import SpeedPix
import SpeedPixGateway

/// A gateway with the workflows of the articles, a client for it, a folder and a picture.
struct GuideSession {
    let client: SpeedPixClient
    let configuration: SpeedPixClient.Configuration
    /// What a program would find in its environment.
    let environment: [String: String]
    let folder: TestFolder
    let photo: String

    /// Runs samples.
    ///
    /// - Returns: The lines that they printed.
    @discardableResult
    static func run(_ body: (GuideSession) async throws -> Void) async throws -> [String] {
        let folder = try TestFolder()
        let photo = "\(folder.path)/photo.jpg"
        try FileManager.default.copyItem(
            atPath: "\(TestFolder.repository)/examples/assets/dahlia.jpg", toPath: photo)
        let silent = Logger(label: "guide") { _ in SwiftLogNoOpLogHandler() }
        let gateway = GatewayConfiguration(appKey: "guide-key", appSecret: Secret("guide-secret"))
        let workflows = try await BuiltInWorkflows.load() + GuideWorkflow.all
        let output = Capture()
        try await Gateway.withRunning(gateway, workflows: workflows, logger: silent) { running in
            let environment = [
                "SPEEDPIX_APP_KEY": running.appKey, "SPEEDPIX_APP_SECRET": "guide-secret",
                "SPEEDPIX_ENDPOINT": running.endpoint,
            ]
            let configuration = try SpeedPixClient.Configuration(environment: environment)
            let session = GuideSession(
                client: SpeedPixClient(configuration), configuration: configuration, environment: environment,
                folder: folder, photo: photo)
            try await Guide.$output.withValue(output) { try await body(session) }
        }
        return output.text.split(separator: "\n").map(String.init)
    }
}
