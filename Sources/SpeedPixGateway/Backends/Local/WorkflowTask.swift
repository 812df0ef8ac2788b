package import Logging
import NIOCore
import SpeedPix

/// What a run has besides its inputs.
package struct WorkflowTask: Sendable {
    /// The prediction's id.
    package let id: String
    /// What a workflow sleeps on, so that tests need not wait.
    package let clock: any Clock<Duration>
    /// Where programs are looked for that are used if they are installed, as `PATH` has it.
    package let searchPath: String
    package let logger: Logger
    let reported: ReportedProgress
    let scratch: ScratchDirectory

    /// The path of a folder for temporary files, removed after the run.
    ///
    /// - Throws: If it cannot be made.
    package func scratchDirectory() async throws -> String {
        try await scratch.path().string
    }

    /// Reports to clients how far the run is. Cheap and never blocks: call it as often as there is something new.
    ///
    /// - Parameters:
    ///   - fraction: 0 ... 1 of the run; it never goes back.
    ///   - step: What is being done, in a word or two.
    ///   - number: Which of `total` steps this is, if the workflow counts them.
    package func progress(_ fraction: Double, _ step: String, number: Int? = nil, of total: Int? = nil) {
        reported.update(fraction: fraction, step: step, number: number, total: total)
    }

    /// Shows clients a picture of how far the run is, instead of the one before. What is no JPEG, PNG or WebP is not shown.
    package func preview(_ picture: [UInt8]) {
        guard let type = MediaType.sniff(picture), ["image/jpeg", "image/png", "image/webp"].contains(type) else {
            return
        }
        reported.show(ByteBuffer(bytes: picture), mediaType: type)
    }
}
