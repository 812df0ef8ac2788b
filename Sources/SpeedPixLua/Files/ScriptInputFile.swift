import SpeedPix

/// A file, or bytes, that a script has put into an input.
struct ScriptInputFile: InputFile {
    private let content: ScriptUploadSource
    private let uploads: ScriptUploads
    private let naming: PathNaming?

    /// - Parameter naming: Where the path stands that names it, if a mere text does.
    init(_ content: ScriptUploadSource, _ uploads: ScriptUploads, naming: PathNaming? = nil) {
        self.content = content
        self.uploads = uploads
        self.naming = naming
    }

    var name: String { content.shownName }

    func contentDigest() async throws -> String? {
        try await explaining {
            try await content.digest(by: uploads.host.requireClient().files, clock: uploads.host.clock)
        }
    }

    func url() async throws -> String {
        try await explaining { try await uploads.file(for: content).url }
    }

    private func explaining<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as SpeedPixError {
            throw naming?.explained(error) ?? error
        }
    }
}

/// An upload that a script has put into an input.
struct UploadedInputFile: InputFile {
    let file: UploadedFile
    let uploads: ScriptUploads

    var name: String { file.filename }

    func contentDigest() async throws -> String? {
        // A file that this client does not know is identified by its key in the store.
        try await uploads.host.requireClient().files.contentDigest(of: file) ?? file.objectKey
    }

    func url() async throws -> String { try await uploads.renewed(file).url }
}
