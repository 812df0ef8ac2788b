import Testing

@testable import SpeedPix

@Suite("Codes of the service and the store")
struct ServiceCodeTests {
    private func refusal(_ code: String?, _ message: String = "no") -> SpeedPixError {
        SpeedPixError(.apiError, message, httpStatus: 200, serviceCode: code)
    }

    @Test(
        "An unknown prediction is final after half a minute, however its code is spelled",
        arguments: ["TaskNotFound", "TASK_NOT_FOUND", "Task.NotFound", "NoSuchTask", "InvalidParameter.TaskId"])
    func noSuchTask(code: String) {
        #expect(!refusal(code).isFinal(sinceCreate: .seconds(29)))
        #expect(refusal(code).isFinal(sinceCreate: .seconds(30)))
        #expect(refusal(code).isFinal(sinceCreate: nil))
    }

    @Test("A code that says nothing of the prediction is not final", arguments: ["SYSTEM_ERROR", "Throttled", nil])
    func unknown(code: String?) {
        #expect(!refusal(code).isFinal(sinceCreate: nil))
    }

    @Test(
        "A call that does not exist is unsupported, however its code is spelled",
        arguments: ["ApiNotFound", "NO_SUCH_API", "InvalidApi.NotFound", "MethodNotAllowed", "I404NF"])
    func noSuchCall(code: String) {
        #expect(refusal(code).asUnsupported("deleting").code == .unsupported)
        #expect(refusal(code).isFinal(sinceCreate: .zero))
    }

    @Test("A prediction, a workflow or a file that does not exist is not a missing call")
    func noSuchArgument() {
        for code in ["TaskNotFound", "WorkflowNotFound", "NoSuchKey"] {
            #expect(refusal(code).asUnsupported("deleting").code == .apiError)
        }
    }

    @Test(
        "A store's refusal is an expired URL by its code, and AccessDenied by its message as well",
        arguments: [
            ("AccessDenied", "Request has expired.", true), ("AccessDenied", "Denied by policy.", false),
            ("RequestTimeTooSkewed", "too large", true), ("ExpiredToken", "", true), ("NoSuchKey", "expired", false),
        ])
    func expiredURL(code: String, message: String, isExpired: Bool) {
        let xml = "<Error><Code>\(code)</Code><Message>\(message)</Message></Error>"
        #expect(StoreRefusal(Array(xml.utf8)).isExpired == isExpired)
    }
}
