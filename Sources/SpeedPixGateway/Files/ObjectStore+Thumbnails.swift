import Crypto
import LocalFiles
import NIOCore
import NIOPosix
import SpeedPix
import SystemPackage
import _NIOFileSystem

/// Small pictures of stored files. They go with their files, and do not count as what is stored: each can be made again.
extension ObjectStore {
    /// More is no thumbnail of ours.
    private static let largestThumbnail = ByteCount.mebibytes(4)

    /// It is made with the first of them.
    var thumbnailFolder: FilePath { root.appending("thumbnails") }

    /// Found by the file's key alone.
    private func path(ofThumbnailOf key: ObjectKey) -> FilePath {
        let digest = SHA256.hash(data: Array(key.text.utf8)).hexadecimal
        return thumbnailFolder.appending("\(digest).webp")
    }

    /// The small picture of a file.
    ///
    /// - Returns: Nil if there is none, or if the file was written after it.
    /// - Throws: ``StorageError``.
    func thumbnail(of key: ObjectKey) async throws -> ByteBuffer? {
        let path = path(ofThumbnailOf: key)
        do {
            guard let made = try await FileSystem.shared.info(forFileAt: path)?.lastDataModificationTime,
                let written = try await FileSystem.shared.info(forFileAt: self.path(of: key))?.lastDataModificationTime,
                (made.seconds, made.nanoseconds) >= (written.seconds, written.nanoseconds)
            else { return nil }
            return try await ByteBuffer(contentsOf: path, maximumSizeAllowed: Self.largestThumbnail)
        } catch let error as FileSystemError where error.code == .notFound {
            return nil
        } catch {
            throw StorageError("read the thumbnail of \(key)", error)
        }
    }

    /// Keeps the small picture of a file.
    ///
    /// - Throws: ``StorageError``; `CancellationError`.
    func storeThumbnail(_ bytes: [UInt8], of key: ObjectKey) async throws {
        let path = path(ofThumbnailOf: key)
        do {
            try await NIOThreadPool.singleton.runIfActive { [folder = thumbnailFolder] in
                try Folder.makePrivate(folder)
                try AtomicFile.replace(path, with: CollectionOfOne(bytes), permissions: .ownerReadWrite)
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw StorageError("store the thumbnail of \(key)", error)
        }
    }

    /// Removes the small picture of a file, if there is one.
    func removeThumbnail(of key: ObjectKey) {
        try? FileRemoval.remove(path(ofThumbnailOf: key))
    }

    /// Removes the oldest small pictures if they take too much, and some more, so that it is not looked for soon again.
    ///
    /// - Parameter most: How many bytes all of them may take.
    /// - Returns: How many they take then.
    /// - Throws: ``StorageError``; `CancellationError`.
    func shrinkThumbnails(to most: Int64) async throws -> Int64 {
        do {
            return try await NIOThreadPool.singleton.runIfActive { [folder = thumbnailFolder] in
                var files: [(path: FilePath, size: Int64, modified: Double)] = []
                for name in try FolderNames.read(folder) {
                    let path = folder.appending(name)
                    guard let (size, modified) = Self.sizeAndDate(of: path) else { continue }
                    files.append((path, size, modified))
                }
                var total = files.reduce(0) { $0 + $1.size }
                guard total > most else { return total }
                for file in files.sorted(by: { $0.modified < $1.modified }) {
                    guard total > most / 10 * 9 else { break }
                    // It may have gone with its file.
                    try? FileRemoval.remove(file.path)
                    total -= file.size
                }
                return total
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw StorageError("look through \(thumbnailFolder)", error)
        }
    }
}
