import BenchmarkKit
import Foundation
import ProcessKit

/// A thumbnail of a photograph of 24 megapixels, against ImageMagick; whole programs, from the file to the file.
let thumbnailBenchmark = Benchmark(
    "command/thumbnail", "thumbnail of a 24-megapixel JPEG, against ImageMagick's convert"
) {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let make = try folder.write(
        """
        local p = speedpix.params { picture = { type = "file", required = true } }
        image.open(p.picture):resize(6000, 4000, { fit = "cover" }):save("large.jpg")
        """, to: "make.lua")
    let work = try folder.write("image.open('large.jpg'):thumbnail(800, 800):save('ours.jpg')", to: "thumbnail.lua")
    let photograph = Checkout.path("examples/assets/dahlia.jpg")
    func run(_ script: String, _ more: [String] = []) throws -> ProcessCost {
        try ProcessCost.measure(
            try Tool.speedpix.path, ["run", script, "--out", folder.path] + more, environment: ScratchFolder.credentials
        )
    }
    _ = try run(make, ["picture=\(photograph)"])
    let cost = try ProcessCost.compare(rounds: 7) {
        try run(work)
    } with: {
        try ProcessCost.measure(
            "convert", ["\(folder.path)/large.jpg", "-thumbnail", "800x800", "\(folder.path)/theirs.jpg"],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""])
    }
    return [
        Figure(
            "thumbnail, wall time", cost.work.seconds * 1e9, .nanoseconds, reference: cost.reference.seconds * 1e9,
            target: .ratioAtMost(0.5)),
        Figure(
            "thumbnail, CPU time", cost.work.cpuSeconds * 1e9, .nanoseconds,
            reference: cost.reference.cpuSeconds * 1e9, target: .ratioAtMost(0.5)),
        Figure("peak memory", cost.work.peakMemory, .bytes, reference: cost.reference.peakMemory),
    ]
}
