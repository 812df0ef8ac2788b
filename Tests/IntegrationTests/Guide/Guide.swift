/// The code of the articles in `SpeedPix.docc`, as functions that are compiled and run.
///
/// What stands between `// sample: NAME` and `// end` is the text of the block that follows `<!-- sample: NAME -->` in an
/// article; pieces of one name belong to one block. `GuideTextTests` compares them, the other tests here run them.
enum Guide {
    /// What the samples of the running test have printed.
    @TaskLocal static var output = Capture()
    /// What stands in for the process: tests share one.
    @TaskLocal static var process = ProcessInfo()

    /// In place of Swift's, so that a test sees what is printed.
    static func print(_ items: Any...) {
        output.append(Array((items.map { "\($0)" }.joined(separator: " ") + "\n").utf8))
    }

    /// In place of Foundation's.
    struct ProcessInfo: Sendable {
        static var processInfo: ProcessInfo { Guide.process }
        var environment: [String: String] = [:]
        var arguments: [String] = []
    }
}
