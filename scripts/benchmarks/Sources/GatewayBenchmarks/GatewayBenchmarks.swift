import BenchmarkKit

@main
enum GatewayBenchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // A process of its own: a server's peak memory begins with that of whoever starts it.
        if arguments.first == MeasuredClient.word { return try await MeasuredClient.main(Array(arguments.dropFirst())) }
        // Memory comes before what is called from this process, for the same reason.
        await BenchmarkRunner.run(
            [
                memoryBenchmark, rateBenchmark, storedBenchmark, comfyUIBenchmark, consoleListBenchmark,
                consoleChangeBenchmark, consoleIdleBenchmark, consoleRunningBenchmark, consolePageBenchmark,
            ], arguments: arguments)
    }
}
