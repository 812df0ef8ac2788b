internal import CImaging

/// The working copy: CIELAB colours, three floats a pixel.
final class LabPicture {
    let width: Int
    let height: Int
    let values: UnsafeMutablePointer<Float>

    var count: Int { width * height }

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        values = .allocate(capacity: width * height * 3)
        values.initialize(repeating: 0, count: width * height * 3)
    }

    convenience init(_ image: Image) throws {
        self.init(width: image.width, height: image.height)
        let memory = values
        try Raster.call("cutout") { spx_image_copy_lab(image.raster.handle, memory, $0) }
    }

    deinit { values.deallocate() }

    /// The pixels within `frame` of the picture's edges.
    func border(_ frame: Int) -> [Int] {
        (0..<count).filter {
            let (x, y) = ($0 % width, $0 / width)
            return x < frame || y < frame || x >= width - frame || y >= height - frame
        }
    }

    /// The colours of the pixels for which `wanted` holds, at most about `limit` of them, evenly chosen.
    func samples(limit: Int, where wanted: (Int) -> Bool) -> [Float] {
        var chosen: [Int] = []
        let total = count
        var i = 0
        while i < total {
            if wanted(i) { chosen.append(i) }
            i += 1
        }
        return samples(limit: limit, of: chosen)
    }

    func samples(limit: Int, of chosen: [Int]) -> [Float] {
        let step = max(1, chosen.count / limit)
        var samples: [Float] = []
        samples.reserveCapacity(3 * (chosen.count / step + 1))
        var at = 0
        while at < chosen.count {
            let p = values + 3 * chosen[at]
            samples.append(p[0])
            samples.append(p[1])
            samples.append(p[2])
            at += step
        }
        return samples
    }

    /// One channel: 0 for L, 1 for a, 2 for b.
    func channel(_ c: Int) -> Plane {
        Plane(width: width, height: height).make { self.values[3 * $0 + c] }
    }
}
