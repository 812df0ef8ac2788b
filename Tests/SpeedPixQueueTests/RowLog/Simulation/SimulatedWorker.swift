import SpeedPix
import SpeedPixQueue

/// A worker's process: recovers, then takes rows one after the other until it is killed.
struct SimulatedWorker: Sendable {
    let simulation: RowLogSimulation
    let process: SimulatedProcess
    let disk: SimulatedDisk

    private var world: SimulatedWorld { simulation.world }

    func main() async {
        await recover()
        while true {
            await Task.yield()
            guard let delivery = simulation.queue.next() else {
                try? await world.clock.sleep(for: .seconds(4))
                continue
            }
            do {
                try await run(delivery)
            } catch {
                world.tell("\(process.name) gives up \(delivery.row): \(error)")
                simulation.queue.negativeAck(delivery, delay: world.milliseconds(5000...20_000))
            }
        }
    }

    private func recover() async {
        for name in disk.order {
            guard let known = disk.creates[name], let prediction = known.prediction,
                let local = known.create.position.flatMap(LocalPosition.init)
            else { continue }
            if simulation.lacks(prediction.id, of: known.row) { simulation.count("recovered") }
            var create = known.create
            create.position = local.position
            _ = try? await simulation.log(of: known.row, by: process).recover(
                RowLogRecord.intent(create, named: local.create), prediction)
        }
    }

    private func run(_ delivery: SimulatedQueue.Delivery) async throws {
        guard let script = simulation.scripts[delivery.row] else { return }
        let log = simulation.log(of: delivery.row, by: process)
        switch try await log.take(generation: delivery.generation) {
        case .ended(let result): await end(delivery, result)
        case .takenTooOften: try await finish(delivery, log, "worker_lost")
        case .taken:
            let heartbeat = Task(executorPreference: process) {
                while log.isHeld {
                    simulation.queue.inProgress(delivery)
                    try await world.clock.sleep(for: .seconds(10))
                }
            }
            defer { heartbeat.cancel() }
            let journal = LoggedJournal(log, local: SimulatedLocalJournal(disk, row: delivery.row))
            let run = SimulatedRun(
                row: delivery.row, script: script, journal: journal, service: simulation.service, world: world,
                worker: process.name)
            do {
                let value = try await run.run()
                try await finish(delivery, log, "succeeded \(value.stringValue ?? "")")
            } catch let error as SpeedPixError where error.code == .rowLost {
                world.tell("\(process.name) has lost \(delivery.row)")
            } catch let error as SpeedPixError where error.code != .journalFailed {
                try await finish(delivery, log, error.code.rawValue)
            } catch let error as SimulatedRun.Failed where !error.isRetryable {
                try await finish(delivery, log, error.state)
            } catch {
                try await log.release(reason: "\(error)")
                throw error
            }
        }
    }

    private func finish(_ delivery: SimulatedQueue.Delivery, _ log: RowLog, _ word: String) async throws {
        do {
            await end(delivery, try await log.finish(.string("\(word) by \(process.name)")).result)
        } catch let error as SpeedPixError where error.code == .rowLost {
            world.tell("\(process.name) has lost \(delivery.row)")
        }
    }

    private func end(_ delivery: SimulatedQueue.Delivery, _ result: JSONValue) async {
        await Task.yield()
        simulation.queue.publish(result, of: delivery)
        await Task.yield()
        simulation.queue.ack(delivery)
    }
}
