import BenchmarkKit

@main
enum CommandBenchmarks {
    static func main() async throws {
        try await BenchmarkRunner.run([progressBenchmark], arguments: Array(CommandLine.arguments.dropFirst()))
    }
}
