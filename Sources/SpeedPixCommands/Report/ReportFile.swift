import LocalFiles
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The file of a report, checked before the run and written in one step after it.
struct ReportFile {
    private let path: FilePath
    private let shown: String
    private let beginning: String

    /// Looks whether it can be written.
    ///
    /// - Throws: ``CommandFailure`` for a folder that is missing or cannot be written, or something that is not a file.
    /// - Parameter beginning: What a file that is there already has to begin with: anything else is not ours to replace.
    init(_ given: String, beginning: String, in context: CommandContext) throws {
        shown = given
        self.beginning = beginning
        path = FilePath(context.absolute(given)).lexicallyNormalized()
        let parent = path.removingLastComponent().string
        guard FileKind(parent) == .folder else {
            throw CommandFailure(.usage, "\(given): there is no folder \(parent); make it first")
        }
        let kind = FileKind(path.string)
        guard kind == nil || kind == .file else {
            throw CommandFailure(.usage, "\(given) is not a file that could be replaced")
        }
        try Self.checkIsReplaceable(path, shownAs: given, beginning: beginning)
        try OutputFolder.checkWritable(parent, shownAs: given)
    }

    /// - Throws: ``CommandFailure`` with the system's reason; nothing is left behind then.
    func write(_ pieces: some Sequence<[UInt8]>) throws {
        // Once more: the script may have saved something there meanwhile.
        try Self.checkIsReplaceable(path, shownAs: shown, beginning: beginning)
        do {
            try AtomicFile.replace(path, with: pieces)
        } catch {
            throw CommandFailure.writing(shown, error)
        }
    }

    private static func checkIsReplaceable(_ path: FilePath, shownAs shown: String, beginning: String) throws {
        let descriptor = open(path.string, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var start = [UInt8](repeating: 0, count: beginning.utf8.count)
        let count = read(descriptor, &start, start.count)
        guard count != 0, !start.elementsEqual(beginning.utf8) else { return }
        throw CommandFailure(
            .usage, "\(shown) is there already, and nothing that this would replace; choose another name")
    }
}
