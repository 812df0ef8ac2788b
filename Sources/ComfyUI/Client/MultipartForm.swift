import NIOCore
import NIOPosix
import SpeedPix
import SystemPackage

/// A form with one file (RFC 7578), whose bytes are read when they are sent. It can be iterated once.
struct MultipartForm: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// Bytes of the whole form.
    let length: Int64
    let contentType: String
    private let head: ByteBuffer
    private let tail: ByteBuffer
    private let file: OpenFile
    private let fileLength: Int64

    /// How much of the file is in memory at a time.
    private static let chunkLength = 256 << 10

    /// A file that is closed when nobody reads it any more.
    private final class OpenFile: Sendable {
        let descriptor: SystemPackage.FileDescriptor

        init(_ path: FilePath) throws {
            descriptor = try SystemPackage.FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        }

        deinit { try? descriptor.close() }
    }

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - fields: Names and values of the fields before the file.
    ///   - fileField: The name of the field that the file is.
    /// - Throws: `SpeedPixError` with code `file_system`.
    init(fields: [(String, String)], fileField: String, filename: String, path: FilePath) async throws {
        do {
            (file, fileLength) = try await NIOThreadPool.singleton.runIfActive {
                let file = try OpenFile(path)
                return (file, try file.descriptor.seek(offset: 0, from: .end))
            }
        } catch let error as Errno {
            throw SpeedPixError(.fileSystem, "\(path.string.printable()) cannot be read: \(error)", cause: error)
        }
        // 128 random bits stand in no file that was made without knowing them.
        let boundary =
            "speedpix-" + String(UInt64.random(in: 0...UInt64.max), radix: 16)
            + String(UInt64.random(in: 0...UInt64.max), radix: 16)
        var head = ByteBuffer()
        for (name, value) in fields {
            head.writeString(
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(name))\"\r\n\r\n\(value)\r\n")
        }
        head.writeString(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(fileField))\"; "
                + "filename=\"\(Self.quoted(filename))\"\r\nContent-Type: application/octet-stream\r\n\r\n")
        self.head = head
        tail = ByteBuffer(string: "\r\n--\(boundary)--\r\n")
        contentType = "multipart/form-data; boundary=\(boundary)"
        length = Int64(head.readableBytes) + fileLength + Int64(tail.readableBytes)
    }

    /// As browsers write names in a form: what would end the quotes or the line is percent-encoded.
    private static func quoted(_ name: String) -> String {
        name.replacing("\"", with: "%22").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        private enum Part {
            case head
            case file
            case end
        }

        private let form: MultipartForm
        private var part = Part.head
        private var offset: Int64 = 0

        fileprivate init(_ form: MultipartForm) {
            self.form = form
        }

        /// - Throws: `SpeedPixError` with code `file_system`.
        mutating func next() async throws -> ByteBuffer? {
            switch part {
            case .head:
                part = .file
                return form.head
            case .file:
                let chunk = try await form.read(at: offset)
                offset += Int64(chunk.readableBytes)
                // What the file has become longer by is not sent: the length was announced. One that has become shorter
                // fails the request.
                guard chunk.readableBytes > 0 else {
                    part = .end
                    return form.tail
                }
                return chunk
            case .end: return nil
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    private func read(at offset: Int64) async throws -> ByteBuffer {
        let count = Int(Swift.min(Int64(Self.chunkLength), fileLength - offset))
        guard count > 0 else { return ByteBuffer() }
        do {
            return try await NIOThreadPool.singleton.runIfActive { [file] in
                var buffer = ByteBuffer()
                try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                    try file.descriptor.read(
                        fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]))
                }
                return buffer
            }
        } catch let error as Errno {
            throw SpeedPixError(.fileSystem, "a file that is uploaded cannot be read: \(error)", cause: error)
        }
    }
}
