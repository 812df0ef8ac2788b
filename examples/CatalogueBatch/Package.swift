// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "CatalogueBatch",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "speedpix", path: "../..", traits: ["Journal"])],
    targets: [
        .executableTarget(
            name: "CatalogueBatch",
            dependencies: [
                .product(name: "SpeedPix", package: "speedpix"),
                .product(name: "SpeedPixJournal", package: "speedpix"),
            ]),
        .testTarget(
            name: "CatalogueBatchTests",
            dependencies: [
                "CatalogueBatch",
                .product(name: "SpeedPix", package: "speedpix"),
                .product(name: "SpeedPixTesting", package: "speedpix"),
            ]),
    ]
)
