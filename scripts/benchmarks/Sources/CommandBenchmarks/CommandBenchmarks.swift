import BenchmarkKit

@main
enum CommandBenchmarks {
    static func main() async {
        await BenchmarkRunner.run(
            [startupBenchmark, thumbnailBenchmark, progressBenchmark, batchBenchmark],
            arguments: Array(CommandLine.arguments.dropFirst()))
    }
}
