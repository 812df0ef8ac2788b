import HTTPTypes
import Logging
import NIOCore
import SystemPackage
import _NIOFileSystem

extension Files {
    /// Downloads to a file: streamed into a temporary file beside it, which is then renamed, so that a reader sees the
    /// old file or the whole new one, and a failure leaves nothing behind.
    ///
    /// - Parameters:
    ///   - url: A result's or an upload's URL; both expire.
    ///   - path: The target file; an existing one is replaced, missing folders are made.
    /// - Returns: The number of bytes written.
    @discardableResult
    public func download(_ url: String, to path: String) async throws -> Int64 {
        let target = FilePath(path)
        guard let name = target.lastComponent?.string else {
            throw SpeedPixError(.invalidArgument, "\"\(path)\" is no path of a file")
        }
        let folder = target.removingLastComponent()
        // Bytes, not characters: a file system allows 255 of them, and the name may be Chinese.
        let start = String(decoding: name.utf8.prefix(100), as: UTF8.self)
        let temporary = folder.appending(".\(start).\(caller.dependencies.nonce()).part")
        do {
            if !folder.isEmpty, try await FileSystem.shared.info(forFileAt: folder) == nil {
                try await FileSystem.shared.createDirectory(at: folder, withIntermediateDirectories: true)
            }
            if try await FileSystem.shared.info(forFileAt: target)?.type == .directory {
                throw SpeedPixError(.invalidArgument, "\(path) is a folder", remedy: "name a file in it")
            }
            do {
                let size = try await receive(url, into: temporary)
                try FileRename.move(temporary, over: target)
                return size
            } catch {
                await Self.discard(temporary)
                throw error
            }
        } catch let error as FileSystemError {
            throw SpeedPixError.file(error, doing: "write", path: path)
        } catch let error as Errno {
            throw SpeedPixError(.fileSystem, "could not write \(path): \(error.description)", cause: error)
        }
    }

    /// Downloads into memory.
    ///
    /// - Parameter limit: More bytes than this are an error.
    public func read(_ url: String, limit: Int = 256 << 20) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await stream(url) { chunk in
            guard bytes.count + chunk.readableBytes <= limit else {
                throw SpeedPixError(
                    .invalidArgument, "the file is larger than \(limit >> 20) MiB",
                    remedy: "save it to disk instead of reading it")
            }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }

    private func receive(_ url: String, into temporary: FilePath) async throws -> Int64 {
        try await FileSystem.shared.withFileHandle(
            forWritingAt: temporary, options: .newFile(replaceExisting: false)
        ) { handle in
            var offset: Int64 = 0
            try await stream(url) { chunk in
                offset += try await handle.write(contentsOf: chunk.readableBytesView, toAbsoluteOffset: offset)
            }
            return offset
        }
    }

    /// Passes the body to `consume` chunk by chunk and checks that all of it came.
    private func stream(_ url: String, to consume: (ByteBuffer) async throws -> Void) async throws {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw SpeedPixError(.invalidArgument, "\"\(url.prefix(200))\" is no http or https URL")
        }
        do {
            let response = try await open(url)
            let announced = response.headers[.contentLength].flatMap { Int64($0) }
            var received: Int64 = 0
            for try await chunk in response.body {
                try Task.checkCancellation()
                received += Int64(chunk.readableBytes)
                try await consume(chunk)
            }
            // A stream may answer cancellation by just ending, which looks like a whole body if no length was announced.
            try Task.checkCancellation()
            guard announced == nil || announced == received else {
                throw TransportError(
                    "the body ended after \(received) of \(announced ?? 0) bytes", mayHaveReachedService: true)
            }
        } catch let error as TransportError {
            throw SpeedPixError(
                .network, "the download broke off: \(error.message)", remedy: "try again: the result stays at its URL",
                isRetryable: true, cause: error)
        }
    }

    /// The head of a good answer. Tries again while nothing has been received yet.
    private func open(_ url: String) async throws -> TransportResponse {
        let request = TransportRequest(
            method: .get, url: url, headers: [.userAgent: caller.configuration.userAgent],
            timeout: caller.configuration.timeout, followsRedirects: true)
        let retries = RetryPolicy()
        var attempt = 1
        while true {
            do {
                let response = try await caller.pipeline.send(request, for: .download)
                if response.status.kind == .successful { return response }
                let isGone = [403, 404, 410].contains(response.status.code)
                throw SpeedPixError(
                    .apiError, "the store refused the download: HTTP \(response.status.code)",
                    remedy: isGone ? "the URL has probably expired: get the prediction again for a new one" : nil,
                    httpStatus: response.status.code,
                    isRetryable: response.status.code == 429 || ServiceAnswer.isTransient(response.status))
            } catch {
                let isRetryable = error is TransportError || (error as? SpeedPixError)?.isRetryable == true
                guard isRetryable, attempt < retries.attempts else { throw error }
                try await caller.dependencies.clock.sleep(
                    for: retries.delay(afterAttempt: attempt, retryAfter: nil, random: caller.dependencies.random()))
                attempt += 1
            }
        }
    }

    /// Removes a temporary file even when this task is cancelled, which would make NIO's calls give up at once.
    private static func discard(_ path: FilePath) async {
        _ = await Task { try? await FileSystem.shared.removeItem(at: path, strategy: .sequential) }.value
    }
}
