import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

/// Whatever comes back from the network, a call ends with what the service really said, or with an error of the SDK's.
@Suite("Spoiled answers", .serialized)
struct AnswerFuzzTests {
    /// No case may take more requests: ten polls of up to four tries, and as many for results.
    private static let mostRequests = 80
    /// As long as the longest pause between two polls.
    private static let longestSleep: Duration = .seconds(16)
    /// More than two such pauses: what is wrong once must not end a wait.
    private static let timeout: Duration = .seconds(40)

    @Test("A call survives each wrong value in each field of an answer", arguments: SpoiledAnswer.Kind.allCases)
    func eachFieldSpoiled(_ kind: SpoiledAnswer.Kind) async throws {
        for path in kind.fields {
            for value in SpoiledAnswer.values {
                let answer = try SpoiledAnswer(kind, [(path, value)])
                try await check(answer, isLasting: false)
                // Where it makes no difference the first time, it makes none the next.
                guard let field = answer.field, kind.essential.contains(field), !answer.isLarge else { continue }
                try await check(answer, isLasting: true)
            }
        }
    }

    @Test(
        "A call survives several wrong fields and damaged bytes of an answer at once",
        arguments: 1...8 as ClosedRange<UInt64>)
    func severalFieldsAndBytesSpoiled(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            guard let kind = SpoiledAnswer.Kind.allCases.randomElement(using: &random) else { return }
            let paths = kind.fields.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random))
            var answer = try SpoiledAnswer(
                kind, paths.map { ($0, SpoiledAnswer.values.randomElement(using: &random) ?? nil) })
            if paths.isEmpty || Bool.random(using: &random) { answer.damage(&random) }
            try await check(answer, isLasting: Bool.random(using: &random) && !answer.isLarge)
        }
    }

    @Test("A call does not succeed with an empty or meaningless answer")
    func answerWithoutContent() async throws {
        for kind in SpoiledAnswer.Kind.allCases {
            for bytes in [[], [0x00], [0xFF, 0xFE], Array("null".utf8), Array("[]".utf8), Array("\"ok\"".utf8)] {
                var answer = try SpoiledAnswer(kind, [])
                answer.bytes = bytes
                answer.story += " as \(bytes)"
                #expect(try await check(answer, isLasting: true) == false, "\(answer.story)")
            }
        }
    }

    /// - Parameter isLasting: Whether the service answers so each time, or only the first.
    /// - Returns: Whether the call worked.
    @discardableResult
    private func check(_ answer: SpoiledAnswer, isLasting: Bool) async throws -> Bool {
        let said = Mutex<[SpoiledAnswer.Kind: [JSONValue?]]>([:])
        let json = answer.json
        let service = try ScriptedService(
            then: .choosing { request in
                guard let kind = Self.kinds[request.path] else { return .text("") }
                let count = said.withLock { $0[kind, default: []].count }
                let isSpoiled = kind == answer.kind && (isLasting || count == 0)
                said.withLock { $0[kind, default: []].append(isSpoiled ? json : kind.envelope) }
                return .body([isSpoiled ? answer.bytes : Self.goodAnswers[kind] ?? []])
            }, clock: ImmediateClock(upTo: Self.longestSleep))
        // Adaptive polling reads every hint of the answers; a service that never answers right is asked seldom.
        let wait = WaitOptions(timeout: Self.timeout, pollingInterval: isLasting ? .seconds(12) : nil)
        let story = "\(answer.story) (\(isLasting ? "lasting" : "once"))"
        let works = try await outcome(
            of: answer, service: service, wait: wait, said: { kind in said.withLock { $0[kind] } ?? [] }, story: story)
        let requests = service.requests
        #expect(requests.count <= Self.mostRequests, "\(story): \(requests.count) requests")
        #expect(requests.count { $0.path == "/scc/comfy_prompt" } <= 1, "\(story): created twice")
        // What need not be read must not hurt.
        if let field = answer.field, json != nil, !answer.kind.essential.contains(field) {
            #expect(works, "\(story): refused for nothing")
        }
        return works
    }

    private static let goodAnswers = Dictionary(
        uniqueKeysWithValues: SpoiledAnswer.Kind.allCases.map { ($0, (try? $0.envelope.encoded()) ?? []) })

    private static let kinds: [String: SpoiledAnswer.Kind] = [
        "/scc/comfy_prompt": .create, "/scc/comfy_get_progress": .progress, "/scc/comfy_get_result": .result,
        "/scc/sp_create_temp_file_upload_sign": .signUpload, "/scc/comfy_cancel": .cancel,
        "/scc/sp_get_temp_file": .getFile,
    ]

    private func outcome(
        of answer: SpoiledAnswer, service: ScriptedService, wait: WaitOptions,
        said: (SpoiledAnswer.Kind) -> [JSONValue?], story: String
    ) async throws -> Bool {
        do {
            switch answer.kind {
            case .create, .progress, .result:
                let done = try await service.predictions.run(
                    "wf-1", input: ["text": "t"], options: RunOptions(wait: wait))
                #expect(done.status == .succeeded, "\(story)")
                #expect(done.output != nil, "\(story)")
                #expect(Self.isSuccess(said(.result).last ?? nil, earlier: said(.progress) + said(.create)), "\(story)")
                #expect(done.id == (said(.create).first ?? nil).flatMap(Self.id), "\(story)")
            case .signUpload:
                let file = try await service.files.upload(.bytes(Array("some text".utf8), filename: "a.txt"))
                let data = (said(.signUpload).last ?? nil)?["data"]
                #expect(file.url == data?["accessUrl"].flatMap(Self.text), "\(story)")
                #expect(service.requests.last?.url == data?["uploadUrl"].flatMap(Self.text), "\(story)")
            case .cancel:
                let ended = try await service.predictions.cancel("t-1")
                let word = (said(.cancel).last ?? nil)?["data"]?["status"].flatMap(Self.text)
                #expect(ended.status == word.map(Prediction.Status.init(word:)), "\(story)")
            case .getFile:
                let file = try await service.files.get("k/1.txt")
                #expect(
                    file.url == (said(.getFile).last ?? nil)?["data"]?["accessUrl"].flatMap(Self.text), "\(story)")
                #expect(file.size >= 0, "\(story)")
            }
            return true
        } catch let error as SpeedPixError {
            check(error, of: answer, said: said, story: story)
            return false
        } catch {
            Issue.record("\(story): \(error) is not the SDK's")
            return false
        }
    }

    private func check(
        _ error: SpeedPixError, of answer: SpoiledAnswer, said: (SpoiledAnswer.Kind) -> [JSONValue?], story: String
    ) {
        #expect(!error.message.isEmpty, "\(story)")
        #expect(error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" }, "\(story): \(error)")
        let codes: Set<SpeedPixError.Code> = [
            .apiError, .invalidResponse, .unknownOutcome, .timeout, .predictionFailed, .canceled, .unsupported,
        ]
        #expect(codes.contains(error.code), "\(story): \(error)")
        guard let created = said(.create).first else { return }
        // It was asked for and may exist: only a clear no, or the id, may be told otherwise.
        let isRefused = created.map(Self.isRefusal) ?? false
        if !isRefused, created.flatMap(Self.id) == nil {
            #expect(error.code == .unknownOutcome, "\(story): \(error)")
        } else if !isRefused, error.code != .unknownOutcome {
            #expect(error.prediction?.id == created.flatMap(Self.id), "\(story): the id is lost")
        }
        #expect(error.code != .unknownOutcome || !error.isRetryable, "\(story): it would be paid for twice")
    }

    // MARK: What the answers said, read on its own

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text.isEmpty ? nil : text
        case .integer(let number): String(number)
        case .double(let number): String(number)
        default: nil
        }
    }

    /// An id is a text or a whole number; a fraction is none, nor a number too large to be kept.
    private static func id(_ envelope: JSONValue) -> String? {
        guard let value = envelope["data"]?["taskId"] else { return nil }
        if case .double = value { return nil }
        return text(value)
    }

    private static func isRefusal(_ envelope: JSONValue) -> Bool {
        let status = envelope["status"].flatMap(text).flatMap { Double($0) }
        return status == 20 || ["errCode", "subErrCode"].contains { envelope[$0].flatMap(text) != nil }
    }

    private static func isSuccess(_ result: JSONValue?, earlier: [JSONValue?]) -> Bool {
        func saysSo(_ envelope: JSONValue?) -> Bool? {
            envelope?["data"]?["status"].flatMap(text).map {
                ["succeeded", "successed", "success"].contains($0.lowercased())
            }
        }
        guard let result else { return false }
        if let word = saysSo(result) { return word }
        let hasOutput = result["data"]?["result"] != nil || result["data"]?["images"] != nil
        return hasOutput && earlier.contains { saysSo($0) == true }
    }
}
