import BenchmarkKit
import Foundation
import ProcessKit

/// What a worker takes for a row in which nothing happens.
let queueBenchmark = Benchmark(
    "command/queue", "rows of nothing for each CPU second of a worker, against Celery on Redis"
) {
    let queue = try MeasuredQueue(script: "speedpix.params { text = { required = true } }\n")
    defer { queue.remove() }
    /// Without what it takes to start.
    func rate(_ count: Int, _ cpuSeconds: (Int) throws -> Double) throws -> Double {
        Double(count - 1) / (try cpuSeconds(count) - cpuSeconds(1))
    }
    func celery(pool: String) throws -> Double {
        try rate(3000) { count in
            let folder = try ScratchFolder()
            defer { folder.remove() }
            let text = try ChildProcess.run(
                try Tool.python.path, ["celery_rows.py", "\(count)", pool, folder.path])
            guard let seconds = Double(text) else { throw ChildProcess.Failure(message: "Celery printed \(text)") }
            return seconds
        }
    }
    let ours = try rate(10_000) { try queue.run(rows: $0, workers: 1).workers[0].cpuSeconds }
    return [
        // Celery's cheapest: a task runs in the process that gets it from Redis, one at a time.
        Figure(
            "rows per CPU second, Celery with --pool solo", ours, .perSecond, reference: try celery(pool: "solo"),
            target: .ratioAtLeast(2)),
        // What Celery has by default: tasks run in processes of their own.
        Figure(
            "rows per CPU second, Celery with 8 processes", ours, .perSecond, reference: try celery(pool: "prefork")),
    ]
}

/// Whether more workers do as many more rows, where rows wait.
let queueWaitingBenchmark = Benchmark(
    "command/queue-waiting", "rows of one prediction of 10 s, 300 at once: 2 and 4 workers against one"
) {
    let concurrency = 300
    let gateway = try GatewayProcess(predictions: 4 * concurrency)
    defer { gateway.stop() }
    let queue = try MeasuredQueue(
        script: """
            local p = speedpix.params { text = { required = true } }
            run("echo", { text = p.text, duration = 10 })

            """, endpoint: gateway.endpoint)
    defer { queue.remove() }
    func rate(_ workers: Int) throws -> Double {
        // Each worker is full five times.
        let rows = 5 * concurrency * workers
        return Double(rows) / (try queue.run(rows: rows, workers: workers, concurrency: concurrency).batch.seconds)
    }
    // The first batch makes the streams, for which workers that are there before look only now and then.
    _ = try queue.run(rows: 1, workers: 1)
    let one = try rate(1)
    return [
        Figure("rows a second, 1 worker", one, .perSecond),
        Figure("rows a second, 2 workers", try rate(2), .perSecond, reference: one, target: .ratioAtLeast(1.8)),
        Figure("rows a second, 4 workers", try rate(4), .perSecond, reference: one, target: .ratioAtLeast(3.6)),
    ]
}
