import Testing

@testable import SpeedPixGateway

@Suite("Fault files")
struct FaultFileTests {
    private func rule(_ json: String) throws -> FaultRule {
        try #require(try FaultFile.rules(Array(#"{"rules":[{"call":"any",\#(json)}]}"#.utf8)).first)
    }

    @Test(
        "A fault file can contain each fault with its options",
        arguments: [
            (#""fault":"status","code":503"#, Fault.status(503)),
            (
                #""fault":"status","code":400,"reason":"Nonce Used","body":"x","retry_after":7,"processed":true"#,
                .status(400, reason: "Nonce Used", body: "x", retryAfter: "7", isProcessed: true)
            ),
            (
                #""fault":"status","code":503,"retry_after":"Tue, 14 Nov 2023 22:13:20 GMT""#,
                .status(503, retryAfter: "Tue, 14 Nov 2023 22:13:20 GMT")
            ),
            (#""fault":"throttle""#, .throttle()),
            (#""fault":"throttle","code":429,"retry_after":0"#, .throttle(status: 429, retryAfter: "0")),
            (#""fault":"throttle","by":"API""#, .throttle(by: "API")),
            (#""fault":"duplicate_nonce""#, .duplicateNonce),
            (#""fault":"reset_before","comment":"why not""#, .resetBefore),
            (#""fault":"reset_after""#, .resetAfter),
            (#""fault":"cut_body""#, .cutBody(.fraction(0.5))),
            (#""fault":"cut_body","bytes":0"#, .cutBody(.bytes(0))),
            (#""fault":"cut_body","fraction":0.25"#, .cutBody(.fraction(0.25))),
            (#""fault":"slow_body""#, .slowBody(bytesPerWrite: 1, pause: .milliseconds(100))),
            (#""fault":"slow_body","piece":16,"seconds":2"#, .slowBody(bytesPerWrite: 16, pause: .seconds(2))),
            (#""fault":"garbage","body":"hi""#, .garbage(Array("hi".utf8))),
            (
                #""fault":"garbage","body":"","utf8":false,"processed":true"#,
                .garbage([0x80, 0xFE, 0xFF], isProcessed: true)
            ),
            (#""fault":"expired_url""#, .expiredURL(ago: .seconds(60))),
            (#""fault":"skewed_clock","seconds":-1200"#, .skewedClock(.seconds(-1200))),
            (#""fault":"delay","seconds":1.5"#, .delay(.milliseconds(1500))),
            (
                #""fault":"envelope","code":"A","message":"b","sub_code":"C","sub_message":"d","http_status":500"#,
                .envelope(code: "A", message: "b", subCode: "C", subMessage: "d", httpStatus: 500)
            ),
        ])
    func eachFaultIsRead(_ json: String, _ fault: Fault) throws {
        let rule = try rule(json)
        #expect(rule.fault == fault)
        #expect(rule == FaultRule(fault))
    }

    @Test("A rule of a fault file has calls, after, times, probability and seed")
    func callsAndCounts() throws {
        let json = """
            {"comment": "x", "rules": [
              {"call": ["create", "sign_upload"], "fault": "reset_before", "after": 2, "times": 3},
              {"call": "download", "fault": "cut_body", "probability": 0.25, "seed": 9}
            ]}
            """
        let rules = try FaultFile.rules(Array(json.utf8))
        #expect(
            rules == [
                FaultRule(.resetBefore, on: [.create, .signUpload], after: 2, times: 3),
                FaultRule(.cutBody(.fraction(0.5)), on: [.download], probability: 0.25, seed: 9),
            ])
        #expect(try FaultFile.rules(Array(#"{"rules": []}"#.utf8)).isEmpty)
    }

    @Test(
        "A fault file without valid rules is refused with the reason",
        arguments: [
            ("", "this is not JSON"),
            ("[]", "a file of faults is an object, {\"rules\": […]}, not an array"),
            ("{}", "the file: \"rules\" is missing"),
            (#"{"rule": []}"#, "the file: \"rules\" is missing; is \"rule\" a misspelling of it?"),
            (#"{"rules": 1}"#, "\"rules\" must be an array, not a whole number"),
            (#"{"rules": [], "rule": 1}"#, "the file: \"rule\" is not a known key; did you mean 'rules'?"),
            (
                #"{"rules": [{"call":"create","fault":"reset_after"}, 7]}"#,
                "rule 2 must be an object, not a whole number"
            ),
        ])
    func invalidFile(_ json: String, _ message: String) {
        #expect(throws: FaultFileError(message)) { try FaultFile.rules(Array(json.utf8)) }
    }

    @Test(
        "An invalid rule is refused with its number and what is allowed",
        arguments: [
            (#""fault":"reset_after""#, "\"call\" is missing: the call that it strikes, or \"any\""),
            (#""call":"creat","fault":"reset_after""#, "there is no call \"creat\"; did you mean 'create'?"),
            (
                #""call":"zzzzzz","fault":"reset_after""#,
                "there is no call \"zzzzzz\"; there are: any, cancel, create, delete_file, download, get_file, progress,"
                    + " result, sign_upload, upload, workflows"
            ),
            (#""call":[],"fault":"reset_after""#, "\"call\" must be a name or an array of names, not an array"),
            (
                #""call":["create",1],"fault":"reset_after""#,
                "\"call\" must be a name or an array of names, not a whole number"
            ),
            (#""call":"any","fault":"rest_after""#, "there is no fault \"rest_after\"; did you mean 'reset_after'?"),
            (#""call":"any","fault":7"#, "\"fault\" must be a string, not a whole number"),
            (
                #""call":"any""#,
                "\"fault\" is missing; there are: status, throttle, envelope, garbage, duplicate_nonce, reset_before,"
                    + " reset_after, cut_body, slow_body, delay, expired_url, skewed_clock"
            ),
            (#""call":"any","fault":"status""#, "\"code\" is missing, the HTTP status to answer with"),
            (#""call":"any","fault":"status","code":99"#, "\"code\" must be 200 to 599, not 99"),
            (#""call":"any","fault":"status","code":"503""#, "\"code\" must be a whole number, not a string"),
            (
                #""call":"any","fault":"status","code":503,"boddy":"""#,
                "\"boddy\" is not a known option of status; did you mean 'body'?"
            ),
            (
                #""call":"any","fault":"status","code":503,"reason":"a\nb""#,
                "\"reason\" becomes a header, which is one line of ASCII"
            ),
            (
                #""call":"any","fault":"reset_after","tmes":1"#,
                "\"tmes\" is not a known option of reset_after; did you mean 'times'?"
            ),
            (#""call":"any","fault":"throttle","code":404"#, "the \"code\" of throttle is 403 or 429, not 404"),
            (#""call":"any","fault":"cut_body","bytes":1,"fraction":0.5"#, "give \"bytes\" or \"fraction\", not both"),
            (#""call":"any","fault":"cut_body","fraction":1.5"#, "\"fraction\" must be 0 to 1, not 1.5"),
            (#""call":"any","fault":"cut_body","bytes":-1"#, "\"bytes\" must be at least 0, not -1"),
            (#""call":"any","fault":"delay""#, "\"seconds\" is missing"),
            (
                #""call":"any","fault":"delay","second":1"#,
                "\"seconds\" is missing; is \"second\" a misspelling of it?"
            ),
            (#""call":"any","fault":"delay","seconds":-1"#, "\"seconds\" must be 0 to 86400, not -1"),
            (#""call":"any","fault":"garbage","utf8":1"#, "\"utf8\" must be true or false, not a whole number"),
            (#""call":"any","fault":"reset_after","times":0"#, "\"times\" must be at least 1, not 0"),
            (#""call":"any","fault":"reset_after","probability":2"#, "\"probability\" must be 0 to 1, not 2"),
            (#""call":"any","fault":"reset_after","seed":2"#, "a \"seed\" needs a \"probability\""),
            (
                #""call":["result","create"],"fault":"expired_url""#,
                "expired_url means nothing for create; it is for get_file, result, sign_upload"
            ),
        ])
    func invalidRule(_ json: String, _ message: String) {
        let file = #"{"rules":[{"call":"any","fault":"reset_after"},{\#(json)}]}"#
        #expect(throws: FaultFileError("rule 2: " + message)) { try FaultFile.rules(Array(file.utf8)) }
    }
}
