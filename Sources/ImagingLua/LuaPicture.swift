package import Imaging
package import LuaRuntime
import Synchronization

/// A picture that a script works on.
///
/// One that comes from a file is decoded when its pixels are first needed, so that a thumbnail can be decoded small.
package final class LuaPicture: LuaObject {
    package static let luaClass = LuaClass(
        name: "picture",
        summary: "A picture. Every method makes a new one; none changes the picture it is called on.",
        properties: [
            "width: integer — pixels", "height: integer — pixels",
            "format?: string — jpeg, png, webp, gif, tiff or heif; nil for one that was made",
            "dpi?: number — dots per inch", "color_space: string — of the file; the pixels are always sRGB",
            "has_alpha?: boolean — nil until the pixels are decoded",
        ],
        methods: PictureMethods.all)

    private enum Content {
        case file([UInt8])
        case pixels(Image)

        var cost: Int {
            switch self {
            case .file(let bytes): bytes.count
            case .pixels(let image): image.width * image.height * (image.hasAlpha ? 4 : 3)
            }
        }
    }

    let host: PictureHost
    package let width: Int
    package let height: Int
    /// The format of its file, or the one it was converted to.
    let format: ImageFormat?
    private let dotsPerInch: Double?
    private let colorSpace: String
    /// What its file is called in messages.
    private let name: String
    private let damaged: DamagePolicy
    private let content: Mutex<Content>

    /// A picture that is in memory.
    package init(_ image: Image, host: PictureHost, format: ImageFormat? = nil) {
        self.host = host
        width = image.width
        height = image.height
        self.format = format ?? image.format
        dotsPerInch = image.dotsPerInch
        colorSpace = image.colorSpace
        name = "picture"
        damaged = .refuse
        let content = Content.pixels(image)
        self.content = Mutex(content)
        host.memory.add(content.cost)
    }

    /// A picture that is still a file's content.
    ///
    /// - Throws: ``ImagingError`` if it is none, or over the limits.
    init(file: [UInt8], name: String, host: PictureHost, damaged: DamagePolicy) throws {
        let header = try ImageHeader(bytes: file, name: name, damaged: damaged)
        self.host = host
        width = header.width
        height = header.height
        format = header.format
        dotsPerInch = header.dotsPerInch
        colorSpace = header.colorSpace
        self.name = name
        self.damaged = damaged
        content = Mutex(.file(file))
        host.memory.add(file.count)
    }

    deinit {
        host.memory.remove(content.withLock { $0.cost })
    }

    /// The pixels, decoded now if need be. Takes its time: never on the VM's actor.
    package var image: Image {
        get throws {
            try content.withLock { content in
                switch content {
                case .pixels(let image): return image
                case .file(let bytes):
                    let image = try Image.open(bytes: bytes, name: name, damaged: damaged)
                    let before = content.cost
                    content = .pixels(image)
                    host.memory.add(content.cost - before)
                    return image
                }
            }
        }
    }

    /// The picture shrunk to fit a box; straight from the file where it has not been decoded.
    func thumbnail(width: Int, height: Int) throws -> Image {
        let file: [UInt8]? = content.withLock { if case .file(let bytes) = $0 { bytes } else { nil } }
        guard let file else { return try image.thumbnail(width: width, height: height) }
        return try Image.open(bytes: file, name: name, fitting: (width: width, height: height), damaged: damaged)
    }

    package var luaDescription: String { "picture \(width)×\(height)" }

    package func luaProperty(_ name: String) -> LuaValue? {
        switch name {
        case "width": .integer(Int64(width))
        case "height": .integer(Int64(height))
        case "format": format.map { .string($0.rawValue) }
        case "dpi": dotsPerInch.map { .number($0) }
        case "color_space": .string(colorSpace)
        // Known only from the pixels, which may not be there yet, or are being decoded just now.
        case "has_alpha":
            content.withLockIfAvailable { content -> LuaValue? in
                if case .pixels(let image) = content { .boolean(image.hasAlpha) } else { nil }
            } ?? nil
        default: nil
        }
    }
}
