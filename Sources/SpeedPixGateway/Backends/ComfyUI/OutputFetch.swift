import ComfyUI
import Imaging
import ImagingLua
import NIOCore
import SpeedPix
import SystemPackage
import _NIOFileSystem

/// Copies what a prompt gave from its server into the prediction's own folder, part by part.
struct OutputFetch: Sendable {
    /// A server has said of a file that it has it, and does not.
    struct Missing: Error {}

    private static let bufferSize = ByteCount.kibibytes(64)

    let workflow: PublishedWorkflow
    let client: ComfyUIClient
    let scratch: ScratchDirectory
    /// Whether the workflow is taken out of PNGs.
    let stripsMetadata: Bool

    /// - Parameter outputs: What each node gave, by its id.
    /// - Throws: ``Missing``; ``WorkflowFailure`` for a node that gave nothing; ``ComfyUIError``; ``StorageError``;
    ///   `CancellationError`.
    func result(of outputs: [String: JSONValue]) async throws -> WorkflowResult {
        var result = WorkflowResult(outputs: [:])
        for (index, output) in workflow.publishedOutputs.enumerated() {
            result.outputs[output.name] = try await fetch(output, outputs[output.field.node], number: index + 1)
        }
        return result
    }

    /// - Parameter number: Of the output, for the names of files here: those of workflows may be longer than a system allows.
    private func fetch(_ output: PublishedOutput, _ given: JSONValue?, number: Int) async throws -> WorkflowOutput {
        let named = given?[output.field.field]?.arrayValue ?? []
        var files = named.compactMap { ServerFile($0) }
        if files.isEmpty, named.isEmpty, let given {
            // Under which name a class gives its files is known only when it has run.
            files = ServerFile.all(in: given)
        }
        guard files.isEmpty else {
            var fetched: [WorkflowOutputFile] = []
            for file in files {
                let suffix = files.count > 1 || output.isAlwaysArray ? "-\(fetched.count + 1)" : ""
                fetched.append(
                    try await fetch(
                        file, to: "output-\(number)-\(fetched.count + 1)",
                        named: "\(workflow.id)-\(output.name)\(suffix)"))
            }
            return fetched.count == 1 && !output.isAlwaysArray ? .file(fetched[0]) : .files(fetched)
        }
        guard let first = named.first else {
            throw WorkflowFailure(
                "\(workflow.graph.name(of: output.field.node)) gave no \(output.field.field.printable()): publish a node"
                    + " that saves something")
        }
        return .data(named.count == 1 && !output.isAlwaysArray ? first : .array(named))
    }

    /// - Parameters:
    ///   - name: Of the file here.
    ///   - stem: The name that clients save it under, without its ending. That of the server gives the ending only.
    private func fetch(
        _ file: ServerFile, to name: String, named stem: String
    ) async throws -> WorkflowOutputFile {
        let path = try await scratch.path().appending(name)
        let head: [UInt8]
        do {
            head = try await write(try await client.view(file), to: path)
        } catch let error as ComfyUIError where error.code == .notFound {
            throw Missing()
        } catch let error as FileSystemError {
            throw StorageError("store a result", error)
        }
        let ending = InputUpload.ending(head: head, filename: file.filename)
        return WorkflowOutputFile(
            .path(path.string), filename: SignUploadCall.filename(ending.isEmpty ? stem : "\(stem).\(ending)"),
            mimeType: ServedType.type(of: head), facts: await facts(path, head))
    }

    /// - Returns: The first bytes.
    private func write(_ download: ServerDownload, to path: FilePath) async throws -> [UInt8] {
        try await FileSystem.shared.withFileHandle(
            forWritingAt: path, options: .newFile(replaceExisting: true)
        ) { handle in
            try await handle.withBufferedWriter(capacity: Self.bufferSize) { writer in
                var filter: PNGMetadataFilter? = stripsMetadata ? PNGMetadataFilter() : nil
                var head: [UInt8] = []
                for try await chunk in download {
                    if head.count < MediaType.sniffedLength {
                        head += chunk.readableBytesView.prefix(MediaType.sniffedLength - head.count)
                    }
                    _ = try await writer.write(contentsOf: filter?.pass(chunk) ?? chunk)
                }
                if let rest = filter?.finish() { _ = try await writer.write(contentsOf: rest) }
                return head
            }
        }
    }

    /// Width and height of a picture; nothing for what is none, or where there is no libvips.
    private func facts(_ path: FilePath, _ head: [UInt8]) async -> [String: JSONValue] {
        let type = MediaType.sniff(head)
        guard let type, ["image/png", "image/jpeg", "image/webp"].contains(type) else { return [:] }
        let facts = try? await PictureWork.run { try ImageFacts(path: path.string) }
        guard let facts else { return [:] }
        return [
            "width": .integer(Int64(facts.width)), "height": .integer(Int64(facts.height)),
            "color_space": .string(facts.colorSpace),
        ]
    }
}
