import BenchmarkKit

@main
enum CommandBenchmarks {
    static func main() async {
        await BenchmarkRunner.run(
            [
                startupBenchmark, thumbnailBenchmark, progressBenchmark, batchBenchmark, queueBenchmark,
                queueWaitingBenchmark,
            ],
            arguments: Array(CommandLine.arguments.dropFirst()))
    }
}
