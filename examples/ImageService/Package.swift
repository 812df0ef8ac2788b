// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ImageService",
    platforms: [.macOS(.v15)],
    dependencies: [
        // The SDK alone: no trait of the command is needed, nor what it would fetch.
        .package(name: "speedpix", path: "../..", traits: []),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "ImageService",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "SpeedPix", package: "speedpix"),
            ]),
        .testTarget(
            name: "ImageServiceTests",
            dependencies: [
                "ImageService",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "SpeedPix", package: "speedpix"),
                .product(name: "SpeedPixTesting", package: "speedpix"),
            ]),
    ]
)
