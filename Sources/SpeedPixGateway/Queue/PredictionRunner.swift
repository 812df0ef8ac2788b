import Logging
import SpeedPix
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Has a backend run one prediction: hands it its files, stores what it gives back.
struct PredictionRunner: Sendable {
    /// How a run ended.
    enum Outcome: Sendable {
        case succeeded(outputs: [String: StoredOutput], info: JSONValue?)
        case failed(String)
        /// Where it ran, and not by a call.
        case canceled
    }

    let store: ObjectStore
    /// Nil where nothing is fetched.
    let fetcher: URLFetcher?
    let uniqueName: @Sendable () -> String
    let now: @Sendable () -> Date
    let logger: Logger

    /// Never throws: whatever goes wrong in a run ends this prediction and nothing else.
    func run(
        _ offered: OfferedWorkflow, id: String, owner: OwnerTag?, inputs: [String: PreparedInput], seeds: [SeedValue],
        progress: ReportedProgress
    ) async -> Outcome {
        let workflow = offered.workflow.id
        do {
            return try await store.withScratchDirectory { scratch in
                let isUnderWay = try await offered.backend.isUnderWay(id)
                let remote = inputs.filter { isUnderWay && $0.value.isRemote }
                var values: [String: WorkflowInputValue] = [:]
                for (name, input) in inputs where remote[name] == nil {
                    values[name] = try await input.value(named: name, in: scratch, fetcher: fetcher)
                }
                let job = BackendJob(
                    id: id, workflow: offered.workflow, inputs: values, seeds: seeds, scratch: scratch,
                    remoteInputs: isUnderWay ? RemoteInputs(remote, in: scratch, fetcher: fetcher) : nil)
                let result = try await offered.backend.run(job, progress: progress)
                var outputs: [String: StoredOutput] = [:]
                do {
                    for (name, output) in result.outputs { outputs[name] = try await stored(output, owner) }
                } catch {
                    // An incomplete result must not be returned.
                    for key in outputs.storedKeys { await store.remove(key) }
                    throw error
                }
                return .succeeded(outputs: outputs, info: SeedInfo(job).adding(to: result.info))
            }
        } catch let failure as WorkflowFailure {
            return .failed(failure.message.isEmpty ? "the workflow failed without a reason" : failure.message)
        } catch is WorkflowCanceled {
            return .canceled
        } catch is CancellationError {
            return .failed("the gateway was shut down")
        } catch {
            logger.warning(
                "a workflow failed unexpectedly",
                metadata: [
                    "workflow": "\(workflow)", "backend": "\(offered.backend.name)", "prediction": "\(id)",
                    "error": "\(error)",
                ])
            return .failed("the workflow \(workflow) failed unexpectedly: \(error)")
        }
    }

    private func stored(_ output: WorkflowOutput, _ owner: OwnerTag?) async throws -> StoredOutput {
        switch output {
        case .data(let value):
            return .data(value)
        case .file(let file):
            return .file(try await stored(file, owner))
        case .files(let files):
            var result: [StoredFile] = []
            for file in files { result.append(try await stored(file, owner)) }
            return .files(result)
        }
    }

    private func stored(_ file: WorkflowOutputFile, _ owner: OwnerTag?) async throws -> StoredFile {
        let key = ObjectKey(.results, owner: owner, uniqueName: uniqueName(), filename: file.filename)
        let attributes = FileAttributes(contentType: file.mimeType, filename: file.filename, created: now())
        switch file.content {
        case .bytes(let bytes): try await store.store(bytes, as: key, attributes)
        case .path(let path): try await store.store(fileAt: FilePath(path), as: key, attributes)
        }
        let size = try await store.facts(of: key)?.size ?? 0
        return StoredFile(key: key, filename: file.filename, mimeType: file.mimeType, size: size, facts: file.facts)
    }
}
