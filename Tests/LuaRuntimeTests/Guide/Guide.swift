import LuaRuntime
import Synchronization

/// The code of the articles in `LuaRuntime.docc`, as functions that are compiled and run.
///
/// What stands between `// sample: NAME` and `// end` is the text of the block that follows `<!-- sample: NAME -->` in an
/// article. `GuideTextTests` compares them, `GuideTests` runs them.
enum Guide {
    /// What the samples of the running test have printed.
    final class Output: Sendable {
        private let text = Mutex<[String]>([])

        var lines: [String] { text.withLock { $0 } }
        func append(_ line: String) { text.withLock { $0.append(line) } }
    }

    @TaskLocal static var output = Output()

    /// In place of Swift's, so that a test sees what is printed.
    static func print(_ items: Any...) {
        output.append(items.map { "\($0)" }.joined(separator: " "))
    }

    /// What the samples' shop knows.
    struct Warehouse: Sendable {
        func count(of id: String) async throws -> Int64? {
            await Task.yield()
            return ["lamp": 12, "chair": 3][id]
        }
    }
}
