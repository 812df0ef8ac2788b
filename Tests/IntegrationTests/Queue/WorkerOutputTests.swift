import SystemPackage
import Testing

@testable import SpeedPixCommands

@Suite("What rows in a worker print, and where they save")
struct WorkerOutputTests {
    @Test("Each line has the row's label in front, in whatever parts it came, and the last one ends")
    func labels() {
        let errors = Capture()
        let output = LabeledOutput("SKU 7", to: errors.append)
        for part in ["one\ntw", "o", "\n", "three"] { output.write(Array(part.utf8)) }
        #expect(errors.text == "SKU 7: one\nSKU 7: two\n")
        output.finish()
        output.finish()
        #expect(errors.text == "SKU 7: one\nSKU 7: two\nSKU 7: three\n")
    }

    @Test("A line without an end is written in parts, so that memory does not grow with it")
    func longLine() {
        let errors = Capture()
        let output = LabeledOutput("a", to: errors.append)
        for _ in 0..<100 { output.write(Array(repeating: 0x78, count: 1000)) }
        #expect(errors.all.count >= 90_000)
    }

    @Test(
        "Results go below the worker's own folder, whatever the batch calls theirs",
        arguments: [
            (nil, "/out"), ("cards", "/out/cards"), ("./cards/", "/out/cards"), ("a/b", "/out/a/b"), ("/etc", "/out"),
            ("../up", "/out"), ("a/../../up", "/out"), (".", "/out"),
        ] as [(String?, String)])
    func out(named: String?, path: String) {
        #expect(WorkerPlan.out("/out", named: named).string == path)
    }
}
