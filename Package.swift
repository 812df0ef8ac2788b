// swift-tools-version: 6.2
import PackageDescription

// The project's own scripts treat warnings as errors, and build and test the examples too. Not so those who depend on this
// package: a newer compiler has new warnings, which must not break their build.
let isOwnBuild = Context.environment["SPEEDPIX_OWN_BUILD"] == "1"

// One set of rules for every target: Swift 6 mode comes with the tools version.
let swift: [SwiftSetting] =
    (isOwnBuild ? [.treatAllWarnings(as: .error)] : []) + [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
// Loops over pixels are slow without the optimizer, and the tests build for debugging. Packages that others
// depend on cannot have unsafe flags.
let pixels: [SwiftSetting] = isOwnBuild ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : []
let c: [CSetting] =
    (isOwnBuild ? [.treatAllWarnings(as: .error)] : []) + [
        .enableWarning("all"),
        .enableWarning("extra"),
    ]

// What a package costs whoever depends on ours: a package that only one trait needs is not even resolved without it.
// `traits: []` leaves the SDK and LuaRuntime.
func when(_ traits: String...) -> TargetDependencyCondition? { .when(traits: Set(traits)) }

let package = Package(
    name: "speedpix",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "SpeedPix", targets: ["SpeedPix"]),
        .library(name: "SpeedPixMedia", targets: ["SpeedPixMedia"]),
        .library(name: "SpeedPixJournal", targets: ["SpeedPixJournal"]),
        .library(name: "SpeedPixLua", targets: ["SpeedPixLua"]),
        .library(name: "SpeedPixTesting", targets: ["SpeedPixTesting"]),
        .library(name: "SpeedPixGatewayTesting", targets: ["SpeedPixGatewayTesting"]),
        .library(name: "LuaRuntime", targets: ["LuaRuntime"]),
        .executable(name: "speedpix", targets: ["SpeedPixCLI"]),
    ],
    traits: [
        .trait(name: "Journal", description: "SpeedPixJournal: predictions kept in SQLite"),
        .trait(name: "Media", description: "SpeedPixMedia: lengths and sizes of videos, by ffprobe"),
        .trait(name: "Lua", description: "SpeedPixLua: the functions that scripts call"),
        .trait(name: "Gateway", description: "SpeedPixGatewayTesting and the local gateway"),
        .trait(
            name: "Command", description: "the command speedpix", enabledTraits: ["Journal", "Media", "Lua", "Gateway"]),
        .default(enabledTraits: ["Command"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        // No traits: they would link the whole of Foundation into the command for features we do not use.
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        // No traits here either: Foundation's part of it is not used.
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
    ],
    targets: [
        // MARK: Text
        .target(name: "JSONText", swiftSettings: swift),
        .target(name: "Spelling", swiftSettings: swift),
        .systemLibrary(name: "CIconv"),
        .target(
            name: "Tables", dependencies: ["CIconv"], swiftSettings: swift,
            // Elsewhere the C library has it.
            linkerSettings: [.linkedLibrary("iconv", .when(platforms: [.macOS]))]),

        // MARK: Lua
        .systemLibrary(
            name: "CLua",
            pkgConfig: "lua5.4",
            providers: [.apt(["liblua5.4-dev"]), .brew(["lua@5.4"])]
        ),
        .target(name: "CLuaBridge", dependencies: ["CLua"], cSettings: c),
        .target(name: "LuaRuntime", dependencies: ["CLuaBridge", "JSONText", "Spelling"], swiftSettings: swift),

        // MARK: The SDK
        .target(
            name: "SpeedPix",
            dependencies: [
                "JSONText", "LocalFiles",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "_NIOFileSystem", package: "swift-nio"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "LocalFiles",
            dependencies: [
                "Spelling", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "SQLiteStorage",
            dependencies: [
                .product(name: "GRDB", package: "GRDB.swift", condition: when("Journal", "Gateway")),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "SpeedPixJournal",
            dependencies: [
                "SpeedPix", "LocalFiles", "SQLiteStorage",
                .product(name: "GRDB", package: "GRDB.swift", condition: when("Journal", "Gateway")),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "SpeedPixLua",
            dependencies: [
                "LuaRuntime", "LocalFiles", "SpeedPix", "Tables", "Imaging", "ImagingLua", "Spelling",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift
        ),

        // MARK: Pictures
        .systemLibrary(
            name: "CVips",
            pkgConfig: "vips",
            providers: [.apt(["libvips-dev"]), .brew(["vips"])]
        ),
        .target(name: "CImaging", dependencies: ["CVips"], cSettings: c),
        .target(name: "Imaging", dependencies: ["CImaging", "LocalFiles"], swiftSettings: swift + pixels),
        .target(
            name: "SpeedPixMedia",
            dependencies: [
                "SpeedPix", "LocalFiles", "Imaging",
                .product(name: "Subprocess", package: "swift-subprocess", condition: when("Media", "Command")),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "ImagingLua",
            dependencies: ["Imaging", "LuaRuntime", "Spelling"],
            swiftSettings: swift
        ),

        // MARK: Line editing
        .systemLibrary(
            name: "CEditLine",
            pkgConfig: "libedit",
            providers: [.apt(["libedit-dev"])]  // macOS has it
        ),
        .target(name: "CLineEditor", dependencies: ["CEditLine"], cSettings: c),

        // MARK: NATS
        .target(name: "CNATS", cSettings: c),  // loads libnats itself, when it is first needed
        .target(name: "NATS", dependencies: ["CNATS", "JSONText"], swiftSettings: swift),

        .target(
            name: "SpeedPixQueue",
            dependencies: [
                "LocalFiles", "NATS", "SpeedPix", "SpeedPixBatch",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift
        ),

        // MARK: The gateway
        // ComfyUI's own interface, which the gateway calls.
        .target(
            name: "ComfyUI",
            dependencies: [
                "SpeedPix", "Spelling",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "SpeedPixGateway",
            dependencies: [
                "ComfyUI", "SpeedPix", "LocalFiles", "SQLiteStorage", "LuaRuntime", "Imaging", "ImagingLua", "Spelling",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift", condition: when("Journal", "Gateway")),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird", condition: when("Gateway")),
                .product(name: "HummingbirdCore", package: "hummingbird", condition: when("Gateway")),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: when("Gateway")),
                .product(name: "Subprocess", package: "swift-subprocess", condition: when("Gateway")),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "_NIOFileSystem", package: "swift-nio"),
            ],
            resources: [.embedInCode("Backends/Local/Scripts"), .embedInCode("Console/Page")],
            swiftSettings: swift
        ),

        // MARK: The command
        .target(
            name: "SpeedPixBatch",
            dependencies: [
                "SpeedPix", "LocalFiles", "Spelling", "Tables",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift
        ),
        .target(
            name: "SpeedPixCommands",
            dependencies: [
                "SpeedPix", "SpeedPixLua", "SpeedPixJournal", "SpeedPixBatch", "SpeedPixQueue", "SpeedPixGateway",
                "ComfyUI", "LocalFiles", "LuaRuntime", "Imaging", "NATS",
                "CLineEditor", "Spelling", "Tables",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: when("Command")),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess", condition: when("Media", "Command")),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: [.embedInCode("Report/Page")],
            swiftSettings: swift
        ),
        .executableTarget(name: "SpeedPixCLI", dependencies: ["SpeedPixCommands"], swiftSettings: swift),

        // MARK: What users build their tests on
        .target(
            name: "SpeedPixTesting",
            dependencies: [
                "SpeedPix",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swift
        ),
        // Apart from it, since it brings a web server, SQLite, Lua and libvips.
        .target(
            name: "SpeedPixGatewayTesting",
            dependencies: [
                "SpeedPix", "SpeedPixGateway",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift
        ),

        // MARK: Tests
        .target(
            name: "SpeedPixTestSupport",
            dependencies: [
                "SpeedPix", "SpeedPixTesting", "SpeedPixGateway", "Imaging",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: swift
        ),
        .testTarget(name: "SpellingTests", dependencies: ["Spelling"], swiftSettings: swift),
        .testTarget(name: "TablesTests", dependencies: ["Tables", "SpeedPixTestSupport"], swiftSettings: swift),
        .testTarget(
            name: "LuaRuntimeTests", dependencies: ["LuaRuntime", "SpeedPixTestSupport"], exclude: ["Scripts"],
            swiftSettings: swift),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText"], swiftSettings: swift),
        .testTarget(
            name: "ComfyUITests",
            dependencies: [
                "ComfyUI", "SpeedPix", "SpeedPixTestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift),
        .testTarget(name: "NATSTests", dependencies: ["NATS", "SpeedPixTestSupport"], swiftSettings: swift),
        .testTarget(
            name: "LocalFilesTests",
            dependencies: ["LocalFiles", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: swift),
        .testTarget(
            name: "SpeedPixJournalTests",
            dependencies: [
                "SQLiteStorage", "SpeedPix", "SpeedPixJournal", "SpeedPixTestSupport",
                .product(name: "GRDB", package: "GRDB.swift", condition: when("Journal", "Gateway")),
            ],
            swiftSettings: swift),
        .testTarget(
            name: "SpeedPixBatchTests",
            dependencies: [
                "SpeedPixBatch", "SpeedPix", "LocalFiles", "Tables", "SpeedPixTestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift),
        .testTarget(
            name: "SpeedPixQueueTests",
            dependencies: [
                "LocalFiles", "NATS", "SpeedPix", "SpeedPixBatch", "SpeedPixQueue", "SpeedPixTestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift),
        .testTarget(
            name: "SpeedPixTests",
            dependencies: [
                "SpeedPix", "SpeedPixTestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "SpeedPixTestingTests",
            dependencies: [
                "SpeedPix", "SpeedPixTesting", "SpeedPixGatewayTesting", "Imaging",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: swift
        ),
        .testTarget(name: "ImagingTests", dependencies: ["Imaging", "SpeedPixTestSupport"], swiftSettings: swift),
        .testTarget(
            name: "SpeedPixMediaTests",
            dependencies: [
                "SpeedPixMedia", "SpeedPix", "SpeedPixTestSupport", "Imaging",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "SpeedPixLuaTests",
            dependencies: [
                "LuaRuntime", "SpeedPix", "SpeedPixLua", "SpeedPixTestSupport", "Imaging", "ImagingLua",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swift
        ),
        .testTarget(
            name: "SpeedPixGatewayTests",
            dependencies: [
                "ComfyUI", "LuaRuntime", "SpeedPix", "SpeedPixGateway", "SpeedPixTestSupport", "Imaging",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift", condition: when("Journal", "Gateway")),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "_NIOFileSystem", package: "swift-nio"),
            ],
            swiftSettings: swift
        ),
        // Ends itself where a test wants a power cut.
        .executableTarget(
            name: "InterruptedRun", dependencies: ["SpeedPix", "SpeedPixCommands"], path: "Tests/InterruptedRun",
            swiftSettings: swift),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "SpeedPix", "SpeedPixCLI", "InterruptedRun", "SpeedPixJournal", "SpeedPixBatch", "SpeedPixCommands",
                "SpeedPixGateway", "SpeedPixQueue", "NATS", "ComfyUI",
                "SpeedPixLua", "SpeedPixTestSupport", "SpeedPixTesting", "SpeedPixGatewayTesting",
                "SpeedPixMedia", "LuaRuntime", "Imaging", "Tables",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Console/browser", "Scripts"],
            swiftSettings: swift
        ),
    ]
)

// Each example is a package of its own, to be copied. Here they are targets, so that one build has them all.
if isOwnBuild {
    package.targets += [
        .executableTarget(
            name: "ImageService",
            dependencies: ["SpeedPix", .product(name: "Hummingbird", package: "hummingbird")],
            path: "examples/ImageService/Sources/ImageService", swiftSettings: swift),
        .testTarget(
            name: "ImageServiceTests",
            dependencies: [
                "ImageService", "SpeedPix", "SpeedPixTesting",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            path: "examples/ImageService/Tests/ImageServiceTests", swiftSettings: swift),
        .executableTarget(
            name: "CatalogueBatch", dependencies: ["SpeedPix", "SpeedPixJournal"],
            path: "examples/CatalogueBatch/Sources/CatalogueBatch", swiftSettings: swift),
        .testTarget(
            name: "CatalogueBatchTests", dependencies: ["CatalogueBatch", "SpeedPix", "SpeedPixTesting"],
            path: "examples/CatalogueBatch/Tests/CatalogueBatchTests", swiftSettings: swift),
        .executableTarget(
            name: "LuaHost", dependencies: ["LuaRuntime", "SpeedPix", "SpeedPixLua"],
            path: "examples/LuaHost/Sources/LuaHost", swiftSettings: swift),
        .testTarget(
            name: "LuaHostTests",
            dependencies: ["LuaHost", "LuaRuntime", "SpeedPix", "SpeedPixLua", "SpeedPixTesting"],
            path: "examples/LuaHost/Tests/LuaHostTests", swiftSettings: swift),
    ]
}
