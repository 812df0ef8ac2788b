import HTTPTypes
import Testing

@testable import SpeedPix

@Suite("Answers of the service")
struct ServiceAnswerTests {
    private func envelope(
        _ body: String, status: Int = 200, headers: HTTPFields = [:], reason: String = ""
    ) throws -> Envelope {
        try ServiceAnswer.envelope(
            status: .init(code: status, reasonPhrase: reason), headers: headers, body: Array(body.utf8),
            now: .distantPast)
    }

    /// The error that the API gateway's reason becomes.
    private func refusal(_ reason: String, status: Int = 400) throws -> SpeedPixError {
        try speedPixError {
            try envelope("", status: status, headers: [.caErrorMessage: reason, .caRequestID: "request-1"])
        }
    }

    // MARK: Good answers

    @Test(
        "An envelope of a success gives its data",
        arguments: [
            #"{"status":10,"errCode":null,"errMessage":null,"subErrCode":"","subErrMessage":"","data":{"a":1}}"#,
            #"{"status":"10","data":{"a":1}}"#, #"{"data":{"a":1}}"#, #"{"status":10,"new_field":[],"data":{"a":1}}"#,
        ])
    func goodEnvelopes(_ body: String) throws {
        #expect(try envelope(body).data["a"] == 1)
    }

    @Test("The request id of an envelope is read in both spellings")
    func bothSpellingsOfTheInvokeIDAreRead() throws {
        #expect(try envelope(#"{"status":10,"apiInvokeId":"i-1"}"#).requestID == "i-1")
        #expect(try envelope(#"{"status":10,"api_invoke_id":7}"#).requestID == "7")
    }

    // MARK: The gateway's refusals

    @Test(
        "A refusal for signature, key or timestamp is an auth error with a remedy",
        arguments: [
            ("Invalid Signature, Server StringToSign:`POST#application/json#…`", "secret"),
            ("Invalid AppKey", "SPEEDPIX_APP_KEY"), ("Timestamp Expired", "clock"),
            ("The timestamp has expired", "clock"),
        ])
    func refusalsWithARemedy(reason: String, remedy: String) throws {
        let error = try refusal(reason)
        #expect(error.code == .auth)
        #expect(error.message == reason)
        #expect(error.remedy?.contains(remedy) == true)
        #expect(error.httpStatus == 400)
        #expect(error.requestID == "request-1")
        #expect(!error.isRetryable)
    }

    @Test(
        "A wrong signature is an auth error with the server's string to sign",
        arguments: [
            "Invalid Signature, Server StringToSign:`POST#application/json##application/json##x-ca-key:k#/p`",
            "Invalid Signature, Server StringToSign:POST#application/json##application/json##x-ca-key:k#/p",
            "Invalid Signature, Server StringToSign:`POSTapplication/jsonapplication/jsonX-Ca-Key:k/p`",
        ], ["X-Ca-Error-Message", "x-ca-error-message"])
    func wrongSignatures(_ reason: String, _ spelling: String) throws {
        let message = try #require(HTTPField.Name(spelling))
        let id = try #require(HTTPField.Name(spelling.hasPrefix("X") ? "X-Ca-Request-Id" : "x-ca-request-id"))
        let error = try speedPixError { try envelope("", status: 400, headers: [message: reason, id: "request-2"]) }
        #expect(error.code == .auth)
        #expect(error.message == reason)
        #expect(error.remedy?.contains("secret") == true)
        #expect(error.requestID == "request-2")
    }

    /// The error that a code and words of the API gateway become.
    private func refusal(code: String?, _ reason: String?, status: Int) throws -> SpeedPixError {
        var headers: HTTPFields = [.caRequestID: "request-1"]
        headers[.caErrorCode] = code
        headers[.caErrorMessage] = reason
        return try speedPixError { try envelope("", status: status, headers: headers) }
    }

    @Test(
        "A refusal of the gateway has the same meaning by its code and by its words",
        arguments: [
            (
                "A403IS", "Invalid Signature, Server StringToSign:`POST#`", 403, SpeedPixError.Code.auth,
                "the secret does not"
            ),
            ("A403IS", "some other words", 403, .auth, "the secret does not"),
            ("A403IS", nil, 403, .auth, "the secret does"),
            (nil, "Empty Signature", 404, .auth, "the secret does not"),
            (nil, "Invalid AppSecret", 400, .auth, "the secret"),
            ("A400IK", "Invalid AppKey", 400, .auth, "does not know this key"),
            (nil, "Unauthorized", 403, .auth, "the key may not make this call"),
            ("I403AA", "Unauthorized", 403, .auth, "the key may not make this call"),
            ("A403EP", "App authorization expired", 403, .auth, "the key may not make this call"),
            (nil, "Invalid Url", 400, .apiError, "check the endpoint: it does not have this call"),
            (nil, "API Not Found", 400, .apiError, "check the endpoint: it does not have this call"),
            ("I404NF", "API not found with `POST /scc/x`", 404, .apiError, "check the endpoint: it does not have"),
            ("I404DO", "Invalid Domain `a.test`", 404, .apiError, "does not know its host"),
            (nil, "Invalid Domain", 400, .apiError, "does not know its host"),
            ("B403MQ", "Quota Exhausted", 403, .apiError, "what was paid for"),
            (nil, "User Arrears", 403, .apiError, "what was paid for"),
            (nil, "X-Ca-Timestamp is expired", 403, .auth, "this machine's clock"),
        ] as [(String?, String?, Int, SpeedPixError.Code, String)])
    func gatewayRefusals(
        _ code: String?, _ reason: String?, _ status: Int, _ expected: SpeedPixError.Code, _ remedy: String
    ) throws {
        let error = try refusal(code: code, reason, status: status)
        #expect(error.code == expected)
        #expect(error.serviceCode == code)
        #expect(error.message == reason ?? code)
        #expect(error.remedy?.contains(remedy) == true, "\(error.remedy ?? "none")")
        #expect(error.httpStatus == status)
        #expect(error.requestID == "request-1")
        #expect(!error.isRetryable)
    }

    @Test(
        "A refusal by flow control or an absent backend may be retried",
        arguments: [
            ("T429ID", "Throttled by DOMAIN Flow Control", 429, SpeedPixError.Code.throttled),
            ("T403AP", "too many calls", 403, .throttled), ("D504RE", "Backend timeout", 504, .apiError),
            ("X503BZ", "busy", 503, .apiError), ("A403IS", "Invalid Signature", 503, .apiError),
        ])
    func transientRefusals(_ code: String, _ reason: String, _ status: Int, _ expected: SpeedPixError.Code) throws {
        let error = try refusal(code: code, reason, status: status)
        #expect(error.code == expected)
        #expect(error.serviceCode == code)
        #expect(error.isRetryable)
    }

    @Test("An answer that is still compressed is reported by its coding and not quoted", arguments: [200, 502])
    func compressed(_ status: Int) throws {
        let bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF]
        for (coding, body) in [("gzip", bytes), ("br", [1, 2, 3]), ("deflate", [0x78, 0x9C, 1])] {
            let error = try speedPixError {
                try ServiceAnswer.envelope(
                    status: .init(code: status), headers: [.contentEncoding: coding], body: body,
                    now: .distantPast)
            }
            #expect(error.message.contains("it is compressed (\(coding)), which was not asked for"), "\(error.message)")
        }
    }

    @Test("A refusal for the nonce or the MD5 is an auth error", arguments: ["Nonce Used", "Invalid Content-MD5"])
    func refusalsOfTheSignatureAreAuth(_ reason: String) throws {
        #expect(try refusal(reason).code == .auth)
        #expect(try refusal(reason).message == reason)
    }

    @Test(
        "A refusal by flow control is a throttled error that may be retried",
        arguments: [
            (403, "Throttled by USER Flow Control"), (403, "Throttled by API Flow Control"), (429, "Slow down"),
        ])
    func throttlingIsRetryable(status: Int, reason: String) throws {
        let error = try refusal(reason, status: status)
        #expect(error.code == .throttled)
        #expect(error.isRetryable)
    }

    @Test(
        "The gateway's reason is read from the header and from the text of the answer",
        arguments: [
            ("Nonce Used", APIGatewayRefusal.Meaning.usedNonce), ("Timestamp Expired", .timestamp),
            ("Invalid AppKey", .key), ("Forbidden", .other),
        ])
    func reasons(words: String, meaning: APIGatewayRefusal.Meaning) throws {
        #expect(try refusal(words).apiGatewayRefusal == meaning)
        let plain = try speedPixError {
            try ServiceAnswer.envelope(status: .forbidden, headers: [:], body: Array(words.utf8), now: .distantPast)
        }
        #expect(plain.apiGatewayRefusal == meaning && plain.code == .auth)
    }

    @Test("A gateway's reason with a 5xx status is a retryable error and no auth error")
    func gatewayReasonWith5xx() throws {
        let error = try refusal("Backend timeout", status: 504)
        #expect(error.code == .apiError)
        #expect(error.isRetryable)
    }

    // MARK: The service's refusals

    @Test("A refusal takes code and message of the sub-error first")
    func theSubErrorIsPreferred() throws {
        let error = try speedPixError {
            try envelope(
                """
                {"status":20,"apiInvokeId":"i-1","errCode":"E","errMessage":"outer","subErrCode":"WorkflowNotFound",
                "subErrMessage":"workflow not found","data":null}
                """)
        }
        #expect(error.code == .apiError)
        #expect(error.serviceCode == "WorkflowNotFound")
        #expect(error.message == "workflow not found")
        #expect(error.requestID == "i-1")
        #expect(!error.isRetryable)
    }

    @Test(
        "A refusal is read in each spelling",
        arguments: [
            #"{"status":20,"err_code":40,"err_message":"no"}"#, #"{"status":"20","errCode":"40","errMessage":"no"}"#,
            #"{"errCode":40,"errMessage":"no"}"#, #"{"status":10,"errCode":"40","errMessage":"no"}"#,
            #"{"status":20,"sub_err_code":"40","sub_err_message":"no","errCode":"1","errMessage":"x"}"#,
        ])
    func everySpellingOfARefusal(_ body: String) throws {
        let error = try speedPixError { try envelope(body) }
        #expect(error.code == .apiError)
        #expect(error.serviceCode == "40")
        #expect(error.message == "no")
    }

    @Test("A refusal without a reason is an error that says so")
    func refusalWithoutAReason() throws {
        let error = try speedPixError { try envelope(#"{"status":20}"#) }
        #expect(error.code == .apiError)
        #expect(error.message.contains("without a reason"))
    }

    @Test("A refusal with a 4xx status gives the code of its envelope")
    func anEnvelopeWithA4xxIsRead() throws {
        let error = try speedPixError {
            try envelope(#"{"status":20,"errCode":"BadInput","errMessage":"no text"}"#, status: 400)
        }
        #expect(error.serviceCode == "BadInput")
        #expect(error.httpStatus == 400)
        #expect(!error.isRetryable)
    }

    // MARK: Bare HTTP

    @Test(
        "An HTTP status without an envelope gives code, message and whether to retry",
        arguments: [
            (401, SpeedPixError.Code.auth, false), (403, .auth, false), (404, .apiError, false),
            (413, .apiError, false),
            (429, .throttled, true), (400, .apiError, false), (302, .apiError, false), (500, .apiError, true),
            (502, .apiError, true), (503, .apiError, true), (504, .apiError, true),
        ])
    func aStatusAlone(status: Int, code: SpeedPixError.Code, isRetryable: Bool) throws {
        for body in ["", "<html>nginx</html>", "{}"] {
            let error = try speedPixError { try envelope(body, status: status) }
            #expect(error.code == code)
            #expect(error.isRetryable == isRetryable)
            #expect(error.httpStatus == status)
            #expect(error.message.contains("HTTP \(status)"))
        }
    }

    @Test("A bare 404 and 413 have a remedy")
    func someStatusesSayWhatToDo() throws {
        #expect(try speedPixError { try envelope("", status: 404) }.remedy?.contains("endpoint") == true)
        #expect(try speedPixError { try envelope("", status: 413) }.remedy?.contains("larger") == true)
    }

    @Test(
        "A 200 without an envelope is an invalid response that quotes the body",
        arguments: ["<html>log in</html>", "", "[1]", "\"text\"", #"{"status":10,"data""#])
    func unexpectedBody(_ body: String) throws {
        let error = try speedPixError { try envelope(body) }
        #expect(error.code == .invalidResponse)
        #expect(error.isRetryable)
        #expect(error.remedy?.contains("proxy") == true)
        #expect(error.message.contains(body.isEmpty ? "it is empty" : body))
    }

    // MARK: Text from strangers

    static let hostile = "\u{1B}[2J\u{7}\u{0}\u{9B}31m\u{7F}\r\nforged: line"

    @Test("The text of a proxy is quoted without control characters")
    func controlCharactersOfAProxy() throws {
        let errors = [
            try speedPixError { try envelope(Self.hostile) },
            try speedPixError { try envelope(Self.hostile, status: 502, reason: Self.hostile) },
            try refusal(Self.hostile),
        ]
        for error in errors {
            #expect(!error.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
            #expect(error.message.contains("forged: line"))
        }
    }

    @Test("The service's message keeps line breaks and tabs, and no other control characters")
    func controlCharactersOfTheService() throws {
        let body = try JSONValue.object(["status": 20, "errMessage": "first\n\tsecond\u{1B}[2J", "errCode": "E\u{7}"])
            .encoded()
        let error = try speedPixError { try envelope(String(decoding: body, as: UTF8.self)) }
        #expect(error.message == "first\n\tsecond [2J")
        #expect(error.serviceCode == "E ")
    }

    @Test("A long answer is quoted in part")
    func aLongAnswerIsQuotedInPart() throws {
        let error = try speedPixError { try envelope(String(repeating: "x", count: 10_000)) }
        #expect(error.message.count < 250)
        #expect(error.message.contains("…"))
    }
}
