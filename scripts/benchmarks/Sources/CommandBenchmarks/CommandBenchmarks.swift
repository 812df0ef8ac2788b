import BenchmarkKit

@main
enum CommandBenchmarks {
    static func main() async throws {
        try await BenchmarkRunner.run(
            [startupBenchmark, thumbnailBenchmark, progressBenchmark],
            arguments: Array(CommandLine.arguments.dropFirst()))
    }
}
