import ImagingLua
import LuaRuntime
import SpeedPix
import SystemPackage

extension PictureHost {
    /// Pictures from the files that a script may read, from results and uploads, and from bytes.
    static func files(of host: ScriptHost) -> PictureHost {
        PictureHost(
            source: { value in
                switch value {
                case .string(let string):
                    let path = try FilePath(named: string.bytes)
                    // Found now, so that the error has the line of the call's own; read later.
                    _ = try host.files.readable(path)
                    return { try await BlockingWork.run { try host.files.open(path).read() } }
                case .object(let object as SourceObject):
                    switch object.kind {
                    case .bytes(let bytes, _): return { bytes }
                    case .file(let path): return { try await BlockingWork.run { try host.files.open(path).read() } }
                    case .text: return nil
                    }
                case .object(_ as OutputFileObject) where host.isDryRun: return { try PlaceholderPicture.bytes() }
                case .object(let object as OutputFileObject): return { try await host.fetch(object.file) }
                case .object(_ as PlaceholderObject): return { try PlaceholderPicture.bytes() }
                case .object(_ as FileObject) where host.isDryRun: return { try PlaceholderPicture.bytes() }
                case .object(let object as FileObject):
                    return { try await host.fetch(object.file.url, name: object.file.filename) }
                default: return nil
                }
            },
            identity: { object in
                let url = (object as? OutputFileObject)?.file.url ?? (object as? FileObject)?.file.url
                // Each answer signs the same file anew.
                return url?.withoutQuery ?? object.luaDescription
            },
            resultURL: { ($0 as? OutputFileObject)?.file.url },
            noteUse: { urls in for url in urls.sorted() { host.noteUse(ofResult: url) } },
            save: { path, bytes, origin, conflict in
                let target = try FilePath(named: path.bytes)
                let full = try await host.savedNames.save(target, of: origin, conflict, in: host.files) {
                    try await host.files.save(bytes, to: $0)
                }
                // In a dry run nothing is.
                if !host.isDryRun {
                    host.onEvent(.saved(path: full.shown, bytes: Int64(bytes.count)))
                    for url in origin?.results.sorted() ?? [] { host.noteUse(ofResult: url) }
                }
                return LuaString(full.bytes)
            })
    }
}
