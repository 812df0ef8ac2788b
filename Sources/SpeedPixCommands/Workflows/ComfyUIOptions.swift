import ArgumentParser
import ComfyUI
import SpeedPix

/// Which server of ComfyUI tells what a workflow's nodes take, and has its files.
struct ComfyUIOptions: ParsableArguments {
    @Option(
        name: .customLong("comfyui"),
        help: ArgumentHelp(
            "The ComfyUI that has the workflow's nodes and files; if not given, the one at port 8188 or 8000 of this machine.",
            valueName: "URL"))
    var address: String?

    func validate() throws {
        guard let address else { return }
        do {
            _ = try ComfyUIServerAddress(address)
        } catch let error as ComfyUIError {
            throw ValidationError(error.message + (error.remedy.map { "; \($0)" } ?? ""))
        }
    }

    /// The server, which has answered.
    ///
    /// - Throws: ``CommandFailure``.
    func client() async throws -> ComfyUIClient {
        var problems: [String] = []
        for text in address.map({ [$0] }) ?? ComfyUITargets.usual {
            let client = ComfyUIClient(try ComfyUIServerAddress(text))
            do {
                _ = try await client.systemStats()
                return client
            } catch let error as ComfyUIError {
                problems.append(error.message)
            }
        }
        throw CommandFailure(
            .failure, "no ComfyUI answers: \(problems.joined(separator: "; "))".printable(),
            hint: address == nil ? "name its address with --comfyui URL" : "start it, or name another one")
    }
}

extension CommandFailure {
    /// An error of a server of ComfyUI as the end of a command.
    init(_ error: ComfyUIError) {
        self.init(.failure, error.message.printable(), hint: error.remedy?.printable())
    }
}
