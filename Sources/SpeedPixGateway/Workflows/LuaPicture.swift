import Imaging
import LuaRuntime

/// A picture that a workflow's script works on.
final class LuaPicture: LuaObject {
    static let luaClass = LuaClass(
        name: "picture", properties: ["width", "height"], methods: ImageModule.methods)

    let image: Image

    init(_ image: Image) {
        self.image = image
    }

    var luaDescription: String { image.description }

    func luaProperty(_ name: String) -> LuaValue? {
        switch name {
        case "width": .integer(Int64(image.width))
        case "height": .integer(Int64(image.height))
        default: nil
        }
    }
}
