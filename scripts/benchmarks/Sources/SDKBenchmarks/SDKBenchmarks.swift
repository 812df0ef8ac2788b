import BenchmarkKit

@main
enum SDKBenchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // A measured client is a process of its own, so that its memory and its CPU time are nobody else's.
        if arguments.first == MeasuredClient.word { return try await MeasuredClient.main(Array(arguments.dropFirst())) }
        if arguments.first == RateRun.word { return try await RateRun.main(Array(arguments.dropFirst())) }
        await BenchmarkRunner.run(
            [pollingBenchmark, predictionsBenchmark, rateBenchmark, transferBenchmark, waitingBenchmark],
            arguments: arguments)
    }
}
