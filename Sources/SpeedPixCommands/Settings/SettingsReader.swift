import SystemPackage

/// Finds and reads the settings files, and fetches the secret from wherever they say that it is.
struct SettingsReader {
    let context: CommandContext
    /// The folder of the script; nil for commands that have none.
    var scriptDirectory: String?

    /// The user's own settings, by the XDG base directory rules: a relative `XDG_CONFIG_HOME` counts as unset.
    var ownPath: String {
        let folders = BaseDirectories(context.environment, home: context.homeDirectory)
        let folder = folders.configuration ?? FilePath(context.homeDirectory).appending(".config")
        return folder.appending("speedpix").appending(SettingsFile.name).string
    }

    /// Where a project's settings may be: beside the script, then in the working folder. The first counts.
    var projectPaths: [String] {
        let folders = [scriptDirectory, context.workingDirectory].compactMap { $0 }
        var paths: [String] = []
        for folder in folders {
            let path = FilePath(folder).appending(SettingsFile.name).lexicallyNormalized().string
            if path != ownPath, !paths.contains(path) { paths.append(path) }
        }
        return paths
    }

    /// - Throws: ``SettingsError`` for a file that cannot be read, has a mistake, or holds a secret for all to read.
    func files() throws(SettingsError) -> [SettingsFile] {
        var files: [SettingsFile] = []
        for path in projectPaths {
            guard let file = try read(path, isOwn: false) else { continue }
            files.append(file)
            break
        }
        if let file = try read(ownPath, isOwn: true) { files.append(file) }
        return files
    }

    private func read(_ path: String, isOwn: Bool) throws(SettingsError) -> SettingsFile? {
        guard let content = try PrivateFile(path, limit: SettingsFile.largest) else { return nil }
        let file = try SettingsFile(content.text, path: path, isOwn: isOwn)
        if let secret = file.heldSecret { try content.checkIsPrivate(holding: secret) }
        if file.namesSecret { try content.checkIsOwn() }
        return file
    }

    // MARK: The secret

    /// - Returns: Nil if no setting gives one.
    /// - Throws: ``SettingsError`` for a file or a command that does not hold it; `CancellationError`.
    func secret(of settings: ResolvedSettings) async throws -> String? {
        guard let (setting, value) = settings.secret else { return nil }
        switch setting {
        case .appSecretFile:
            return try secret(inFileOf: value)
        case .appSecretCommand:
            let output = try await SecretCommand(value, context).output()
            return try Self.single(output, from: "\(value.origin.shown): what app_secret_command prints")
        default:
            return value.text
        }
    }

    /// The secret in a file that a setting names.
    ///
    /// - Throws: ``SettingsError`` if there is none, others may read it, or it has more than a line.
    func secret(inFileOf value: SettingValue) throws(SettingsError) -> String {
        let path = path(value)
        guard let file = try PrivateFile(path, limit: 64 << 10) else {
            throw SettingsError(message: "\(value.origin.shown): there is no file \(path.printable())")
        }
        try file.checkIsPrivate()
        return try Self.single(file.text, from: path.printable())
    }

    /// Every file that may hold a secret: settings and `.env` files, which have names that no script may use but can have
    /// others as well, those that settings call a secret, in whatever profile, and the gateways' folders with their tokens.
    ///
    /// - Parameter files: Settings that were read.
    func withheldFiles(besides files: [SettingsFile]) -> [String] {
        let folders = [context.workingDirectory] + [scriptDirectory].compactMap { $0 }
        let names = [".env", ".env.local", ".env.development", ".env.production", ".env.test"]
        let gateways = [try? GatewayDataOptions.parse([]).folder(context), LocalDataFolder(context)?.path]
        return secretFiles(files) + projectPaths + [ownPath] + gateways.compactMap(\.self)
            + folders.flatMap { folder in names.map { FilePath(folder).appending($0).string } }
    }

    private func secretFiles(_ files: [SettingsFile]) -> [String] {
        let layers = files.flatMap { [$0.general] + $0.profiles.values }
        let named: [String] = ([.appSecretFile] + Setting.otherSecretFiles).flatMap { setting in
            layers.compactMap { $0[setting].map(path) }
                + [context.variable(setting.variable).map(context.absolute)].compactMap(\.self)
        }
        return named + layers.flatMap(SettingsFile.headersFiles).map(path)
    }

    /// The path that a setting names, relative ones from the folder of the file that names it.
    func path(_ value: SettingValue) -> String {
        guard case .file(let path, _, _) = value.origin, !value.text.hasPrefix("~/") else {
            return context.absolute(value.text)
        }
        return FilePath(path).removingLastComponent().pushing(FilePath(value.text)).string
    }

    private static func single(_ text: String, from origin: String) throws(SettingsError) -> String {
        let secret = text.trimming(while: \.isWhitespace)
        guard !secret.isEmpty else { throw SettingsError(message: "\(origin) is empty: it holds no secret") }
        guard !secret.contains(where: \.isNewline) else {
            throw SettingsError(
                message: "\(origin) has more than one line", hint: "it must be the secret and nothing else")
        }
        return secret
    }
}
