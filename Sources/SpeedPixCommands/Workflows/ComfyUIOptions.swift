import ArgumentParser
import ComfyUI
import SpeedPix

/// Which server of ComfyUI tells what a workflow's nodes take, and has its files.
struct ComfyUIOptions: ParsableArguments {
    @Option(
        name: .customLong("comfyui"),
        help: ArgumentHelp(
            "The ComfyUI that has the workflow's nodes and files; if not given, the first of the settings that answers, else"
                + " the one at port 8188 or 8000 of this machine.", valueName: "URL"))
    var address: String?

    func validate() throws {
        guard let address else { return }
        do {
            _ = try ComfyUIServerAddress(address)
        } catch let error as ComfyUIError {
            throw ValidationError(error.message + (error.remedy.map { "; \($0)" } ?? ""))
        }
    }

    /// The server, which has answered. It is asked with the headers and certificates that the settings have for it.
    ///
    /// - Throws: ``CommandFailure``.
    func client(_ context: CommandContext) async throws -> ComfyUIClient {
        let addresses = try addresses(context)
        guard !addresses.isEmpty else {
            throw CommandFailure(
                .failure, "the settings say that there is no ComfyUI", hint: "name its address with --comfyui URL")
        }
        var problems: [String] = []
        for address in addresses {
            let client = ComfyUIClient(address)
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

    /// What is to be asked, in its order: the server that the command line names, else those of the settings, else the usual.
    ///
    /// - Throws: ``CommandFailure``.
    private func addresses(_ context: CommandContext) throws -> [ComfyUIServerAddress] {
        do {
            let reader = SettingsReader(context: context)
            let settings = try ResolvedSettings(environment: context.environment, files: try reader.files())
            let targets = try ComfyUITargets(address.map { [$0] } ?? [], settings, reader)
            return targets.isGiven ? targets.addresses : ComfyUITargets.assumed
        } catch let error as SettingsError {
            throw error.failure
        }
    }
}

extension CommandFailure {
    /// An error of a server of ComfyUI as the end of a command.
    init(_ error: ComfyUIError) {
        self.init(.failure, error.message.printable(), hint: error.remedy?.printable())
    }
}
