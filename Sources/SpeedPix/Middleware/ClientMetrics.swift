package import CoreMetrics

/// What the client counts, for any backend of swift-metrics.
///
/// - `speedpix_requests_total` by `operation` and `status` (the HTTP status, or `none`)
/// - `speedpix_request_duration_seconds` by `operation`: until the head of the answer
/// - `speedpix_retries_total` by `operation`
/// - `speedpix_predictions_total` by `status`: `created`, and how those that were waited for ended
/// - `speedpix_prediction_duration_seconds`: of those that succeeded, from the create to the noticed end
package struct ClientMetrics: Sendable {
    private let factory: any MetricsFactory
    private let clock: any Clock<Duration>

    package init(factory: any MetricsFactory, clock: any Clock<Duration>) {
        self.factory = factory
        self.clock = clock
    }

    /// Begins to measure a request; call the result with the HTTP status, nil if there was no answer.
    func request(_ operation: ClientOperation) -> @Sendable (Int?) -> Void {
        let elapsed = clock.stopwatch()
        return { status in
            Counter(
                label: "speedpix_requests_total",
                dimensions: [("operation", operation.rawValue), ("status", status.map(String.init) ?? "none")],
                factory: factory
            ).increment()
            record(elapsed(), as: "speedpix_request_duration_seconds", [("operation", operation.rawValue)])
        }
    }

    func retried(_ operation: ClientOperation) {
        Counter(
            label: "speedpix_retries_total", dimensions: [("operation", operation.rawValue)], factory: factory
        ).increment()
    }

    func created() { count("created") }

    func ended(_ prediction: Prediction) {
        count(prediction.status.isKnown ? prediction.status.rawValue : "unknown")
        guard prediction.status == .succeeded, let total = prediction.metrics.totalTime else { return }
        record(total, as: "speedpix_prediction_duration_seconds", [])
    }

    private func count(_ status: String) {
        Counter(label: "speedpix_predictions_total", dimensions: [("status", status)], factory: factory).increment()
    }

    private func record(_ duration: Duration, as label: String, _ dimensions: [(String, String)]) {
        Timer(label: label, dimensions: dimensions, preferredDisplayUnit: .seconds, factory: factory)
            .recordNanoseconds(Int64(min(max(duration / .nanoseconds(1), 0), 9e18)))
    }
}
