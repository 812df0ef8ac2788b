// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that whoever uses speedpix fetches nothing for its benchmarks. One executable for each area:
// measuring one builds no other. `scripts/bench` knows them by name.
let swift: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "speedpix", path: "../..")],
    targets: [
        .target(name: "BenchmarkKit", swiftSettings: swift),
        .target(name: "ProcessKit", swiftSettings: swift),

        // What liblua costs without LuaRuntime.
        .systemLibrary(
            name: "CLuaReference",
            pkgConfig: "lua5.4",
            providers: [.apt(["liblua5.4-dev"]), .brew(["lua@5.4"])]
        ),
        .target(name: "CReference", dependencies: ["CLuaReference"]),
        .executableTarget(
            name: "LuaBenchmarks",
            dependencies: ["BenchmarkKit", "CReference", .product(name: "LuaRuntime", package: "speedpix")],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "SDKBenchmarks",
            dependencies: [
                "BenchmarkKit", "CReference", "ProcessKit", .product(name: "SpeedPix", package: "speedpix"),
            ],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "JournalBenchmarks",
            dependencies: [
                "BenchmarkKit", "ProcessKit", .product(name: "SpeedPix", package: "speedpix"),
                .product(name: "SpeedPixJournal", package: "speedpix"),
            ],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "GatewayBenchmarks",
            dependencies: ["BenchmarkKit", "ProcessKit", .product(name: "SpeedPix", package: "speedpix")],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "CommandBenchmarks", dependencies: ["BenchmarkKit", "ProcessKit"], swiftSettings: swift),
    ]
)
