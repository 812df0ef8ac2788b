import Foundation
import SpeedPixLua
import Synchronization

/// Keeps each picture that a script shows as a PNG file.
final class PreviewFolder: Sendable {
    private let path: String
    private let count = Mutex(0)

    init(path: String) { self.path = path }

    func keep(_ picture: ShownPicture) throws {
        let number = count.withLock { count in
            count += 1
            return count
        }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(picture.png()).write(to: URL(filePath: "\(path)/\(number).png"), options: .atomic)
    }
}
