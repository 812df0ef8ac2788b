import BenchmarkKit

@main
enum LuaBenchmarks {
    static func main() async {
        await BenchmarkRunner.run(
            [callBenchmark, waitBenchmark, spawnBenchmark, waitingTasksBenchmark, interruptBenchmark, jsonBenchmark],
            arguments: Array(CommandLine.arguments.dropFirst()))
    }
}
