/// The `main` of each area's executable: runs the benchmarks that the arguments name and prints a table.
public enum BenchmarkRunner {
    /// - Parameters:
    ///   - benchmarks: All of the area, in the order of the table.
    ///   - arguments: Names, or beginnings of names up to a slash; none for all. `--list` runs nothing.
    /// - Throws: What a benchmark throws: figures of a broken run are worth nothing.
    public static func run(_ benchmarks: [Benchmark], arguments: [String]) async throws {
        if arguments.contains("--list") {
            for benchmark in benchmarks { print("\(benchmark.name)  \(benchmark.summary)") }
            return
        }
        var table = FigureTable()
        for benchmark in benchmarks where arguments.isEmpty || arguments.contains(where: benchmark.matches) {
            for figure in try await benchmark.body() { table.add(figure, of: benchmark.name) }
        }
        print(table.text, terminator: "")
    }
}
