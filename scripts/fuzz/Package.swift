// swift-tools-version: 6.2
import PackageDescription

// Built by `scripts/fuzz/run` with -sanitize=fuzzer,address: libFuzzer brings `main`. The C below is instrumented with it.
let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "speedpix", path: "../..")],
    targets: [
        .executableTarget(
            name: "LuaFuzzer",
            dependencies: [
                .product(name: "LuaRuntime", package: "speedpix"), .product(name: "SpeedPix", package: "speedpix"),
                .product(name: "SpeedPixLua", package: "speedpix"),
            ],
            swiftSettings: [
                .treatAllWarnings(as: .error),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .unsafeFlags(["-parse-as-library"]),
            ]
        )
    ]
)
