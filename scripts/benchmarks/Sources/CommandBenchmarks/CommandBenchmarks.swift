import BenchmarkKit

@main
enum CommandBenchmarks {
    static func main() async {
        await BenchmarkRunner.run(
            [startupBenchmark, thumbnailBenchmark, progressBenchmark],
            arguments: Array(CommandLine.arguments.dropFirst()))
    }
}
