import MetricsTestKit
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test("Metrics count requests, retries and predictions, and time the requests")
    func requestsRetriesAndPredictionsAreCounted() async throws {
        let metrics = TestMetrics()
        let service = try ScriptedService(
            .ok(["taskId": "t-1"]), .text("", status: 503), .progress("running"), .progress("succeeded"), .result,
            metrics: metrics)
        _ = try await service.predictions.run("wf-1", input: [:])
        func count(_ label: String, _ dimensions: [(String, String)]) throws -> Int64 {
            try metrics.expectCounter(label, dimensions).totalValue
        }
        #expect(try count("speedpix_requests_total", [("operation", "create"), ("status", "200")]) == 1)
        #expect(try count("speedpix_requests_total", [("operation", "progress"), ("status", "200")]) == 2)
        #expect(try count("speedpix_requests_total", [("operation", "progress"), ("status", "503")]) == 1)
        #expect(try count("speedpix_retries_total", [("operation", "progress")]) == 1)
        #expect(try count("speedpix_predictions_total", [("status", "created")]) == 1)
        #expect(try count("speedpix_predictions_total", [("status", "succeeded")]) == 1)
        #expect(
            try metrics.expectTimer("speedpix_request_duration_seconds", [("operation", "progress")]).values.count == 3)
    }

    @Test("Metrics count a request whose connection was lost with the status none")
    func aLostConnectionIsCountedWithoutAStatus() async throws {
        let metrics = TestMetrics()
        let service = try ScriptedService(.reset, metrics: metrics)
        _ = try? await service.create()
        let lost = [("operation", "create"), ("status", "none")]
        #expect(try metrics.expectCounter("speedpix_requests_total", lost).totalValue == 1)
    }
}
