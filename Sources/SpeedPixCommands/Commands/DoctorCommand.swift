import ArgumentParser
import Imaging
import LuaRuntime
import SpeedPix

/// `speedpix doctor`: what is set, where it was set, and what does not work.
struct DoctorCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Shows where settings come from, and what is missing or wrong.",
        discussion: """
            Example:
              speedpix doctor --profile staging

            Asks the service for a prediction that does not exist: nothing is paid for.
            Ends with status 4 if settings, credentials or the endpoint are not right.
            """)

    @Flag(help: "One JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "A server of ComfyUI that is asked, too, or several with commas between; if not given, the setting.",
            valueName: "URL"))
    var comfyui: [String] = []

    @OptionGroup var service: ServiceOptions

    func run(in context: CommandContext) async throws {
        var settings: [ShownSetting] = []
        var diagnoses: [Diagnosis] = []
        let service = service.selection(context)
        do {
            let resolved = try service.settings()
            let isLocal = service.localMode != nil
            settings = ShownSetting.all(resolved, isLocal: isLocal)
            diagnoses.append(filesRead(resolved, context))
            if !isLocal {
                diagnoses += mixedCredentials(resolved)
                let reader = SettingsReader(context: context)
                diagnoses += NetworkDiagnosis(settings: resolved, reader: reader).diagnoses
            }
        } catch {
            diagnoses.append(Diagnosis("settings", .bad, message: error.message, remedy: error.hint))
        }
        if !diagnoses.contains(where: { $0.verdict == .bad }) { diagnoses += try await reached(service, context) }
        if let resolved = try? service.settings() {
            diagnoses += try await ComfyUIDiagnosis.diagnoses(comfyui, resolved, context)
        }
        diagnoses += [Diagnosis("lua", .ok, message: LuaVM.luaVersion), pictures]
        let searchPath = context.environment["PATH"] ?? ""
        diagnoses += InstalledProgram.all.map { $0.diagnosis(searchPath: searchPath) }
        try printReport(settings, diagnoses: diagnoses, in: context)
        if diagnoses.contains(where: { $0.verdict == .bad }) { throw CommandFailure(.configuration) }
    }

    private var pictures: Diagnosis {
        do {
            return Diagnosis("libvips", .ok, message: try Image.libraryVersion())
        } catch {
            return Diagnosis(
                "libvips", .note, message: "\((error as? ImagingError)?.message ?? "\(error)")",
                remedy: "apt install libvips42, or brew install vips; without it scripts have no image module")
        }
    }

    private func filesRead(_ settings: ResolvedSettings, _ context: CommandContext) -> Diagnosis {
        guard settings.files.isEmpty else {
            return Diagnosis("settings", .ok, message: settings.files.joined(separator: ", "))
        }
        let reader = SettingsReader(context: context)
        return Diagnosis(
            "settings", .ok,
            message: "no file; looked for \((reader.projectPaths + [reader.ownPath]).joined(separator: " and "))")
    }

    /// A key from here and a secret from there are seldom meant.
    private func mixedCredentials(_ settings: ResolvedSettings) -> [Diagnosis] {
        guard let key = settings[.appKey], let secret = settings.secret, key.origin.source != secret.value.origin.source
        else { return [] }
        return [
            Diagnosis(
                "credentials", .note,
                message: "the key comes from \(key.origin.shown), the secret from \(secret.value.origin.shown)",
                remedy: "if the signature is refused, set both in one place")
        ]
    }

    private func reached(_ service: ServiceSelection, _ context: CommandContext) async throws -> [Diagnosis] {
        do {
            return try await service.withTarget { target in
                let configuration = target.configuration
                return [
                    Diagnosis(
                        "credentials", .ok, message: "key \(configuration.appKey), secret \(configuration.appSecret)")
                ]
                    + (try await ServiceProbe(configuration: configuration, context: context).diagnoses())
            }
        } catch let failure as CommandFailure {
            return [
                Diagnosis(
                    "credentials", .bad, message: failure.problem ?? "missing", remedies: failure.remedies)
            ]
        }
    }

    private func printReport(_ settings: [ShownSetting], diagnoses: [Diagnosis], in context: CommandContext) throws {
        if json {
            return try context.print([
                "version": .string(SpeedPixVersion.current),
                "settings": .array(
                    settings.map {
                        ["name": .string($0.name), "value": .string($0.value), "origin": .string($0.origin)]
                    }),
                "checks": .array(diagnoses.map(\.json)),
            ])
        }
        try context.print("speedpix \(SpeedPixVersion.current)")
        if !settings.isEmpty {
            try context.print("settings")
            for line in ShownSetting.lines(settings) { try context.print(line) }
        }
        try context.print("checks")
        for line in diagnoses.flatMap(\.lines) { try context.print(line) }
    }
}

extension SettingOrigin {
    /// The kind of source; all lines of a file are one.
    fileprivate var source: String {
        switch self {
        case .flag: "flag"
        case .variable: "environment"
        case .file(let path, _, _): path
        case .default: "default"
        }
    }
}
