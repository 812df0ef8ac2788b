import SpeedPix
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A folder that will be written to, looked at before anything is paid for.
enum WritablePlace {
    /// Finds out by trying, since access rights tell only half: file systems can be read-only, disks full.
    ///
    /// - Parameter folder: One that is not there yet counts as the nearest one above it that is.
    /// - Throws: ``CommandFailure``.
    static func check(_ folder: String, shownAs shown: String, token: String) throws {
        var place = FilePath(folder).lexicallyNormalized()
        var status = stat()
        while stat(place.string, &status) != 0 {
            guard errno == ENOENT, !place.components.isEmpty else { throw failure(shown, errno) }
            place.removeLastComponent()
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure(.usage, "\(shown): \(place.string) is no folder")
        }
        let probe = place.appending(".speedpix-\(token).part").string
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(shown, errno) }
        close(descriptor)
        unlink(probe)
    }

    private static func failure(_ shown: String, _ code: Int32) -> CommandFailure {
        CommandFailure(.failure, "nothing can be written to \(shown): \(String(cString: strerror(code)))")
    }
}

/// A file that a command writes in one step: whoever looks sees the old one or the whole new one.
struct WholeFile {
    private let path: FilePath
    private let shown: String
    private let token: String
    private let beginning: String

    /// Looks whether it can be written.
    ///
    /// - Throws: ``CommandFailure`` for a folder that is missing or cannot be written, or something that is no file.
    /// - Parameter beginning: What a file that is there already has to begin with: anything else is not ours to replace.
    init(_ given: String, beginning: String, in context: CommandContext) throws {
        shown = given
        self.beginning = beginning
        path = FilePath(context.absolute(given)).lexicallyNormalized()
        token = context.randomToken()
        let parent = path.removingLastComponent().string
        var status = stat()
        guard stat(parent, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure(.usage, "\(given): there is no folder \(parent); make it first")
        }
        if stat(path.string, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw CommandFailure(.usage, "\(given) is no file that could be replaced")
        }
        try Self.checkIsReplaceable(path, shownAs: given, beginning: beginning)
        try WritablePlace.check(parent, shownAs: given, token: token)
    }

    /// - Throws: ``CommandFailure`` with the system's reason; nothing is left behind then.
    func write(_ pieces: some Sequence<[UInt8]>) throws {
        // Once more: the script may have saved something there meanwhile.
        try Self.checkIsReplaceable(path, shownAs: shown, beginning: beginning)
        // Names are bytes, of which file systems allow 255.
        let temporary = path.removingLastComponent().appending(".speedpix-\(token).part").string
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(errno) }
        var problem: Int32?
        for piece in pieces where problem == nil { problem = Self.write(piece, to: descriptor) }
        if close(descriptor) != 0, problem == nil { problem = errno }
        if problem == nil {
            do throws(Errno) {
                try FileRename.move(FilePath(temporary), over: path)
                return
            } catch {
                problem = error.rawValue
            }
        }
        unlink(temporary)
        throw failure(problem ?? EIO)
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

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let count = systemWrite(descriptor, rest)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                done += count
            }
            return nil
        }
    }

    private func failure(_ code: Int32) -> CommandFailure {
        CommandFailure(.failure, "could not write \(shown): \(String(cString: strerror(code)))")
    }
}

/// `write(2)`, which inside ``WholeFile`` would be a method of that name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
