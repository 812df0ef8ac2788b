import ArgumentParser
import LocalFiles
import SpeedPix
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `speedpix upload FILE…`: files into the service's temporary store.
struct UploadCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload",
        abstract: "Uploads files and prints their URLs.",
        discussion: """
            Example:
              speedpix upload shoe.jpg boot.png
              speedpix predict white-background image="$(speedpix upload shoe.jpg)"

            One URL a line, in the order of the files; the URLs expire. The same content
            is uploaded once.
            """)

    @Argument(help: ArgumentHelp("What to upload.", valueName: "FILE"), completion: .file())
    var files: [String]

    @Flag(help: "One JSON object for each file: url, object_key, filename, size, mime_type, expires_at.")
    var json = false

    @OptionGroup var service: ServiceOptions

    func run(in context: CommandContext) async throws {
        // A missing file is reported before any file is uploaded.
        for file in files {
            switch FileKind(context.absolute(file)) {
            case .file, .other: break
            case .folder: throw CommandFailure(.failure, "\(file) is a folder; name the files in it".printable())
            case nil:
                let nearest = NearestFile(to: FilePath(file), from: FilePath(context.workingDirectory))
                let hint = nearest.map { "\nhint: \($0.hint)" } ?? ""
                throw CommandFailure(.failure, "there is no file \(file)\(hint)".printable(keepingLines: true))
            }
        }
        let service = service.selection(context)
        try service.refuseLocal("the URL of an upload")
        try await service.withTarget { target in
            let store = context.client(target.configuration).files
            do {
                try await upload(to: store, context)
            } catch let error as SpeedPixError {
                throw CommandFailure(error)
            }
        }
    }

    private func upload(to store: Files, _ context: CommandContext) async throws {
        let paths = files.map(context.absolute)
        // Printed in the order of the command line, each as soon as those before it are there.
        try await paths.concurrentMap(limit: Files.concurrency) {
            try await store.upload(.path($0))
        } receive: {
            try printFile($0, context)
        }
    }

    private func printFile(_ file: UploadedFile, _ context: CommandContext) throws {
        guard json else { return try context.print(file.url.printable()) }
        var value: [String: JSONValue] = [
            "url": .string(file.url), "object_key": .string(file.objectKey), "filename": .string(file.filename),
            "size": .integer(file.size), "mime_type": .string(file.mimeType), "expires_at": .null,
        ]
        if let end = file.expiresAt { value["expires_at"] = .string(end.formatted(.iso8601)) }
        try context.print(.object(value))
    }
}
