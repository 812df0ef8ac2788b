#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a path leads to.
enum FileKind {
    case file
    case folder
    case missing

    init(_ path: String) {
        var isFolder = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        self = isThere ? isFolder ? .folder : .file : .missing
    }
}
