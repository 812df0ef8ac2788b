import Imaging
import LuaRuntime
import NIOPosix

/// What workflow scripts see as `image`: local picture work. Every call runs off the VM's actor and off Swift's
/// cooperative threads, which a filter of a second would starve.
enum ImageModule {
    static let module = LuaModule(
        name: "image",
        functions: [
            making("blank") { arguments in
                let width = try size(arguments, 1, "width")
                let height = try size(arguments, 2, "height")
                let color = try Color(arguments.string(3, "color"))
                return { try Image.blank(width: width, height: height, color: color) }
            },
            making("svg") { arguments in
                let markup = try arguments.string(1, "markup")
                return { try Image.svg(markup) }
            },
            making("text") { arguments in
                let text = try arguments.string(1, "text")
                let options = try arguments.options(2, ["size", "color", "width", "align", "spacing"])
                var style = TextStyle()
                style.size = try options.number("size") ?? style.size
                style.color = try options.color("color") ?? style.color
                style.width = try options.pixels("width")
                style.alignment = try options.choice("align") ?? style.alignment
                style.lineSpacing = try options.pixels("spacing") ?? style.lineSpacing
                return { [style] in try Image.text(text, style: style) }
            },
        ],
        classes: [LuaPicture.self])

    static let methods: [LuaFunctionDefinition] = [
        changing("cutout", ["feather"]) { options in
            let feather = try options.number("feather") ?? 0.6
            return { try $0.cutout(feather: feather) }
        },
        changing("crop", ["x", "y", "width", "height"]) { options in
            let box = (
                x: try options.required("x"), y: try options.required("y"), width: try options.required("width"),
                height: try options.required("height")
            )
            return { try $0.cropped(x: box.x, y: box.y, width: box.width, height: box.height) }
        },
        changing("resize", ["width", "height", "fit"]) { options in
            let (width, height) = (try options.pixels("width"), try options.pixels("height"))
            let mode: ResizeMode = try options.choice("fit") ?? .fit
            return { try $0.resized(width: width, height: height, mode: mode) }
        },
        changing("extend", ["top", "right", "bottom", "left", "color"]) { options in
            let sides = try ["top", "right", "bottom", "left"].map { try options.pixels($0) ?? 0 }
            let color = try options.color("color") ?? .white
            return {
                try $0.extended(top: sides[0], right: sides[1], bottom: sides[2], left: sides[3], color: color)
            }
        },
        changing("silhouette", ["color"]) { options in
            let color = try options.color("color") ?? .black
            return { try $0.silhouette(color) }
        },
        changing("blur", ["sigma"]) { options in
            guard let sigma = try options.number("sigma") else { throw LuaArgumentError("blur needs a sigma") }
            return { try $0.blurred(sigma: sigma) }
        },
        changing("sharpen", ["sigma"]) { options in
            let sigma = try options.number("sigma") ?? 0.8
            return { try $0.sharpened(sigma: sigma) }
        },
        changing("background", ["color"]) { options in
            let color = try options.color("color") ?? .white
            return { try $0.background(color) }
        },
        .waiting("composite") { arguments in
            let image = try arguments.receiver(LuaPicture.self).image
            let other = try arguments.object(1, "other", LuaPicture.self).image
            let options = try arguments.options(2, ["x", "y", "blend", "opacity"])
            let (x, y) = (try options.pixels("x") ?? 0, try options.pixels("y") ?? 0)
            let blend: BlendMode = try options.choice("blend") ?? .over
            let opacity = try options.number("opacity") ?? 1
            return picture { try image.composited(other, x: x, y: y, blend: blend, opacity: opacity) }
        },
    ]

    /// Runs picture work on a thread that may block.
    static func work<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    private static func picture(_ make: @escaping @Sendable () throws -> Image) -> LuaFunctionDefinition.Work {
        { _ in
            do {
                return .object(LuaPicture(try await work(make)))
            } catch let error as ImagingError {
                throw LuaArgumentError(error.message, hint: error.remedy)
            }
        }
    }

    /// A function of the module that makes a picture.
    private static func making(
        _ name: String,
        _ prepare: @escaping @Sendable (borrowing LuaArguments) throws -> @Sendable () throws -> Image
    ) -> LuaFunctionDefinition {
        .waiting(name) { picture(try prepare($0)) }
    }

    /// A method that makes a new picture from one, with named options only.
    private static func changing(
        _ name: String, _ options: [String],
        _ prepare: @escaping @Sendable (LuaOptions) throws -> @Sendable (Image) throws -> Image
    ) -> LuaFunctionDefinition {
        .waiting(name) { arguments in
            let image = try arguments.receiver(LuaPicture.self).image
            let change = try prepare(try arguments.options(1, options))
            return picture { try change(image) }
        }
    }

    private static func size(_ arguments: borrowing LuaArguments, _ position: Int, _ name: String) throws -> Int {
        Int(clamping: try arguments.integer(position, name))
    }
}

extension LuaOptions {
    fileprivate func pixels(_ name: String) throws -> Int? {
        try integer(name).map { Int(clamping: $0) }
    }

    fileprivate func required(_ name: String) throws -> Int {
        guard let value = try pixels(name) else { throw LuaArgumentError("crop needs \(name)") }
        return value
    }

    fileprivate func color(_ name: String) throws -> Color? {
        do {
            return try string(name).map { try Color($0) }
        } catch let error as ImagingError {
            throw LuaArgumentError(error.message, hint: error.remedy)
        }
    }

    fileprivate func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws -> Choice?
    where Choice.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue)
            throw LuaArgumentError("\(name) cannot be '\(text)'", hint: NearestName.hint(for: text, among: names))
        }
        return choice
    }
}
