import SpeedPix
import SpeedPixQueue
import Testing

@Suite("RowLogRecord")
struct RowLogRecordTests {
    @Test("a record that is too large is kept without its output, so that the service is asked again")
    func large() {
        let output = JSONValue.object(["text": .string(String(repeating: "x", count: 800_000))])
        let record = RowLogRecord.bounded(
            Prediction(id: "p-1", status: .succeeded, workflowID: "wf", output: output), repeating: nil)
        #expect(record == ["id": "p-1", "status": "succeeded", "workflow": "wf"])
    }

    @Test("nothing that gives access is logged")
    func signatures() {
        let url = "https://files/a.png?sign=secret"
        let intent = RowLogRecord.intent(
            JournaledCreate(workflowID: "wf", label: url, input: ["image": .string(url)]), named: "c")
        #expect(intent.label == "https://files/a.png")
        #expect(intent.input == ["image": "https://files/a.png"])
        let record = RowLogRecord.bounded(
            Prediction(id: "p-1", status: .succeeded, input: ["image": .string(url)], output: .string(url)),
            repeating: intent)
        #expect(record == ["id": "p-1", "status": "succeeded", "output": "https://files/a.png"])
    }

    @Test("a large input is left out of the intent")
    func largeInput() {
        let create = JournaledCreate(
            workflowID: "wf", input: ["text": .string(String(repeating: "x", count: 100_000))])
        #expect(RowLogRecord.intent(create, named: "c").input.isEmpty)
    }

    @Test(
        "a local position says the log's name of its create",
        arguments: [CreatePosition(rawValue: "map 1/item 2@x/create 1"), nil])
    func localPosition(position: CreatePosition?) {
        let local = LocalPosition(create: "abc", position: position)
        #expect(LocalPosition(local.encoded) == local)
    }
}
