import Imaging
import LocalFiles
import SpeedPix
import SystemPackage

/// The pictures in a folder that a script may read.
struct PictureListing {
    /// As other functions and inputs take them, in the order of their bytes.
    let paths: [FilePath]

    /// - Throws: As ``FolderListing``.
    init(_ folder: FilePath, _ files: FileAccess) throws {
        // Inputs take for a file only what begins like a path.
        let isMarked = folder.isAbsolute || [".", "..", "~"].contains(folder.components.first.map(FileName.init))
        let start = isMarked ? folder : FilePath(".").appending(folder.components)
        let names = try FolderListing(folder, files).names
        paths = names.filter { !$0.isHidden }.map(start.appending).filter { Self.isPicture($0, files) }
    }

    private static func isPicture(_ path: FilePath, _ files: FileAccess) -> Bool {
        // What a link leads to outside is not there for the script.
        guard let real = try? files.existing(path), files.kind(of: real) == .file else { return false }
        if let name = path.fileName, ImageFormat(fileName: name.shown) != nil { return true }
        guard let file = try? files.open(path), let head = try? file.head(MediaType.sniffedLength),
            let type = MediaType.sniff(head), type.hasPrefix("image/")
        else { return false }
        return ImageFormat(name: String(type.dropFirst("image/".count))) != nil
    }
}

extension OpenFile {
    /// The first bytes of the content; fewer if it has fewer.
    fileprivate func head(_ count: Int) throws -> [UInt8] {
        try withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { buffer in
            let file = FileDescriptor(rawValue: descriptor.number)
            return Array(buffer[..<(try file.read(fromAbsoluteOffset: 0, into: buffer))])
        }
    }
}
