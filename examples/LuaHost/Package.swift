// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "LuaHost",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "speedpix", path: "../..", traits: ["Lua"])],
    targets: [
        .executableTarget(
            name: "LuaHost",
            dependencies: [
                .product(name: "LuaRuntime", package: "speedpix"),
                .product(name: "SpeedPix", package: "speedpix"),
                .product(name: "SpeedPixLua", package: "speedpix"),
            ]),
        .testTarget(
            name: "LuaHostTests",
            dependencies: [
                "LuaHost",
                .product(name: "LuaRuntime", package: "speedpix"),
                .product(name: "SpeedPix", package: "speedpix"),
                .product(name: "SpeedPixLua", package: "speedpix"),
                .product(name: "SpeedPixTesting", package: "speedpix"),
            ]),
    ]
)
