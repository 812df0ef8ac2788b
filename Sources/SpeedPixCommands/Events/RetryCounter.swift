import CoreMetrics
import SpeedPix

/// Hears from the client's own metrics which calls are made once more; everything else that they tell is dropped.
final class RetryCounter: MetricsFactory {
    private final class Retried: CounterHandler {
        let tell: @Sendable () -> Void

        init(_ tell: @escaping @Sendable () -> Void) { self.tell = tell }

        func increment(by amount: Int64) {
            for _ in 0..<amount { tell() }
        }
        func reset() {}
    }

    private let tell: @Sendable (ClientOperation) -> Void

    init(_ tell: @escaping @Sendable (ClientOperation) -> Void) {
        self.tell = tell
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        guard label == "speedpix_retries_total" else { return NOOPMetricsHandler.instance }
        let operation = ClientOperation(rawValue: dimensions.first { $0.0 == "operation" }?.1 ?? "unknown")
        return Retried { [tell] in tell(operation) }
    }

    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { NOOPMetricsHandler.instance }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { NOOPMetricsHandler.instance }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
