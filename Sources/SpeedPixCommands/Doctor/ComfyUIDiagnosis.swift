import ComfyUI
import SpeedPix

/// Whether the servers of ComfyUI answer that settings or the command line name.
enum ComfyUIDiagnosis {
    /// Nothing if none is named.
    ///
    /// - Parameter named: What the command line says; empty for the setting.
    /// - Throws: `CancellationError`.
    static func diagnoses(
        _ named: [String], _ settings: ResolvedSettings, _ context: CommandContext
    ) async throws -> [Diagnosis] {
        let targets: ComfyUITargets
        do {
            targets = try ComfyUITargets(named, settings, SettingsReader(context: context))
        } catch let error as SettingsError {
            return [Diagnosis("comfyui", .bad, message: error.message, remedy: error.hint)]
        } catch let failure as CommandFailure {
            return [Diagnosis("comfyui", .bad, message: failure.problem ?? "", remedies: failure.remedies)]
        }
        var diagnoses: [Diagnosis] = []
        for address in targets.addresses { diagnoses.append(try await diagnosis(of: address)) }
        return diagnoses
    }

    private static func diagnosis(of address: ComfyUIServerAddress) async throws -> Diagnosis {
        let client = ComfyUIClient(address)
        do {
            let statistics = try await client.systemStats()
            let queue = try await client.queue()
            var words = ["\(address.text): ComfyUI \(statistics.version ?? "of an unknown version")"]
            for device in statistics.devices {
                guard let total = device.totalMemory, total > 0 else { continue }
                let (free, all) = (gibibytes(device.freeMemory ?? 0), gibibytes(total))
                words.append("\(free) of \(all) GiB free")
            }
            words.append("\(queue.running.count) running, \(queue.pending.count) waiting")
            return Diagnosis("comfyui", .ok, message: words.joined(separator: ", "))
        } catch let error as ComfyUIError {
            return Diagnosis("comfyui", .note, message: error.message, remedy: error.remedy)
        }
    }

    /// Rounded, for every number that a server may send.
    static func gibibytes(_ bytes: Int64) -> Int64 { (bytes >> 30) + (bytes >> 29 & 1) }
}
