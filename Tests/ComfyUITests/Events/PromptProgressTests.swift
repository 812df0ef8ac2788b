import SpeedPix
import Testing

@testable import ComfyUI

@Suite("The progress of a prompt")
struct PromptProgressTests {
    private func progress(_ nodes: Set<String> = ["1", "2", "3", "4"], startingAt fraction: Double = 0)
        -> PromptProgress
    {
        PromptProgress(promptID: "p", nodes: nodes, startingAt: fraction)
    }

    private func states(_ states: (String, ComfyUIEvent.NodeProgress.State, Double)...) -> ComfyUIEvent {
        .nodes(prompt: "p", states.map { .init(node: $0.0, state: $0.1, fraction: $0.2) })
    }

    @Test("States of all nodes: finished nodes and the part of the one that runs")
    func newVersions() {
        var progress = progress()
        progress.apply(.started(prompt: "p"))
        #expect(progress.hasStarted)
        #expect(progress.fraction == 0)
        progress.apply(.executing(prompt: "p", node: "1"))
        #expect(progress.currentNode == "1")
        progress.apply(states(("1", .running, 0.5)))
        #expect(progress.fraction == 0.125)
        progress.apply(states(("1", .finished, 1), ("2", .running, 0)))
        #expect(progress.fraction == 0.25)
        // Two that run at a time.
        progress.apply(.executing(prompt: "p", node: "2"))
        progress.apply(.executing(prompt: "p", node: "3"))
        progress.apply(states(("1", .finished, 1), ("2", .running, 0.5), ("3", .running, 0.5)))
        #expect(progress.fraction == 0.5)
    }

    @Test("Frames of old versions: a node that begins ends the one before it")
    func oldVersions() {
        var progress = progress()
        progress.apply(.started(prompt: "p"))
        progress.apply(.executing(prompt: "p", node: "1"))
        progress.apply(.progress(prompt: "p", node: "1", fraction: 0.5))
        #expect(progress.fraction == 0.125)
        progress.apply(.executing(prompt: "p", node: "2"))
        #expect(progress.fraction == 0.25)
        // Before prompts were named in them.
        progress.apply(.progress(prompt: nil, node: nil, fraction: 0.5))
        #expect(progress.fraction == 0.375)
    }

    @Test("Cached nodes do not count")
    func cached() {
        var progress = progress()
        progress.apply(.cached(prompt: "p", nodes: ["1", "2", "9"]))
        #expect(progress.fraction == 0)
        progress.apply(states(("1", .finished, 1), ("3", .finished, 1)))
        #expect(progress.fraction == 0.5)
    }

    @Test("Nothing but cached nodes: 0, then 1")
    func allCached() {
        var progress = progress(["1"])
        progress.apply(.cached(prompt: "p", nodes: ["1"]))
        progress.apply(.executed(prompt: "p", node: "1", output: [:]))
        #expect(progress.fraction == 0)
        #expect(progress.outputNodes == ["1"])
        progress.apply(.ended(prompt: "p", .success))
        #expect(progress.fraction == 1)
    }

    @Test("It never goes back, and is 1 only at the end")
    func monotone() {
        var progress = progress(["1"], startingAt: 0.6)
        #expect(progress.fraction == 0.6)
        progress.apply(states(("1", .running, 0.2)))
        #expect(progress.fraction == 0.6)
        progress.apply(states(("1", .finished, 1)))
        #expect(progress.fraction == 0.99)
        progress.apply(states(("1", .running, 0.1)))
        #expect(progress.fraction == 0.99)
        progress.apply(.ended(prompt: "p", .success))
        #expect(progress.fraction == 1)
    }

    @Test("Frames of other prompts, and of nodes that are not in the prompt, change nothing")
    func others() {
        var progress = progress()
        let old = progress
        var changes: [Bool] = []
        changes.append(progress.apply(.started(prompt: "q")))
        changes.append(progress.apply(.ended(prompt: "q", .success)))
        changes.append(progress.apply(.status(remaining: 3)))
        changes.append(progress.apply(.ignored(type: "x")))
        #expect(!changes.contains(true))
        #expect(progress == old)
        progress.apply(states(("1.0.2", .finished, 1)))
        #expect(progress.fraction == 0)
    }

    @Test("Frames that do not name their prompt count only while it runs")
    func unnamed() {
        var progress = progress()
        var changes = [progress.apply(.executing(prompt: nil, node: "2"))]
        progress.markRunning()
        changes.append(progress.apply(.executing(prompt: nil, node: "2")))
        #expect(changes == [false, true])
        #expect(progress.currentNode == "2")
    }

    @Test(
        "After the end nothing changes any more",
        arguments: [
            PromptEnd.success, .interrupted(node: "2"), .failed(ComfyUIFailure(["exception_message": "no"])),
        ])
    func end(_ end: PromptEnd) {
        var progress = progress()
        progress.apply(.executing(prompt: "p", node: "2"))
        progress.apply(.ended(prompt: "p", end))
        #expect(progress.end == end)
        #expect(progress.currentNode == nil)
        let old = progress
        var changes: [Bool] = []
        changes.append(progress.apply(.ended(prompt: "p", .success)))
        changes.append(progress.apply(.executing(prompt: nil, node: "3")))
        progress.markRunning()
        #expect(changes == [false, false])
        #expect(progress == old)
        #expect((progress.fraction == 1) == (end == .success))
    }

    @Test("The end of the queue's last node is no end of the prompt")
    func noNode() {
        var progress = progress()
        progress.apply(.executing(prompt: "p", node: "2"))
        progress.apply(.executing(prompt: "p", node: nil))
        #expect(progress.currentNode == nil)
        #expect(progress.end == nil)
        #expect(progress.fraction == 0.25)
    }
}
