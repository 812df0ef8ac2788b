import BenchmarkKit

@main
enum SDKBenchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // A measured client is a process of its own, so that its memory and its CPU time are nobody else's.
        if arguments.first == MeasuredClient.word { return try await MeasuredClient.main(Array(arguments.dropFirst())) }
        try await BenchmarkRunner.run(
            [pollingBenchmark, predictionsBenchmark, transferBenchmark, waitingBenchmark], arguments: arguments)
    }
}
