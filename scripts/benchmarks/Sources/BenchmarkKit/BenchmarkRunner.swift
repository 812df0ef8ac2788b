#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The `main` of each area's executable: runs the benchmarks that the arguments name and prints a table.
public enum BenchmarkRunner {
    /// - Parameters:
    ///   - benchmarks: All of the area, in the order of the table.
    ///   - arguments: Names, or beginnings of names up to a slash; none for all. `--list` runs nothing.
    ///
    /// Ends the process with 1 and one line if a benchmark throws: figures of a broken run are worth nothing.
    public static func run(_ benchmarks: [Benchmark], arguments: [String]) async {
        if arguments.contains("--list") {
            for benchmark in benchmarks { print("\(benchmark.name)  \(benchmark.summary)") }
            return
        }
        var table = FigureTable()
        for benchmark in benchmarks where arguments.isEmpty || arguments.contains(where: benchmark.matches) {
            do {
                for figure in try await benchmark.body() { table.add(figure, of: benchmark.name) }
            } catch {
                let line = Array("error: \(benchmark.name): \(error)\n".utf8)
                _ = write(STDERR_FILENO, line, line.count)
                exit(1)
            }
        }
        print(table.text, terminator: "")
    }
}
