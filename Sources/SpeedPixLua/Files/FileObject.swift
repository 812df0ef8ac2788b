import LuaRuntime
import SpeedPix

/// An uploaded file in a script.
final class FileObject: LuaObject {
    static let luaClass = LuaClass(
        name: "file", summary: "An uploaded file.",
        properties: [
            "url: string — what goes into an input", "filename: string", "size: integer — bytes",
            "mime_type: string", "object_key: string", "created_at: string — ISO 8601",
            "expires_at?: string — ISO 8601",
        ])

    let file: UploadedFile

    init(_ file: UploadedFile) {
        self.file = file
    }

    var luaDescription: String { file.url }

    func luaEquals(_ other: any LuaObject) -> Bool {
        (other as? FileObject)?.file == file
    }

    func luaProperty(_ name: String) -> LuaValue? {
        switch name {
        case "url": .string(file.url)
        case "filename": .string(file.filename)
        case "size": .integer(file.size)
        case "mime_type": .string(file.mimeType)
        case "object_key": .string(file.objectKey)
        case "created_at": LuaValue(date: file.createdAt)
        case "expires_at": file.expiresAt.map(LuaValue.init(date:))
        default: nil
        }
    }
}
