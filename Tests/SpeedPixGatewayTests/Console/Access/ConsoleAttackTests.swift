import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Attacks on the console")
struct ConsoleAttackTests {
    @Test("Console attack: refused, while the page's own request is answered", arguments: ConsoleAttack.all)
    func refused(_ attack: ConsoleAttack) async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let own = try await gateway.send(try await PageRequest(attack.kind, to: gateway))
            #expect(own.status == 200 && own.code == nil, "\(own.text)")
            #expect(own.headers[.setCookie] == nil)

            var request = try await PageRequest(attack.kind, to: gateway)
            try await attack.change(&request, gateway)
            let answer = try await gateway.send(request)
            #expect(answer.status == attack.status, "\(answer.text)")
            if let code = attack.code { #expect(answer.code == code, "\(answer.text)") }
            #expect(answer.json["data"] ?? .null == .null && !answer.text.contains("<"), "\(answer.text)")
            // No site is told that it may do more, and no browser is given anything to keep.
            #expect(answer.headers[.setCookie] == nil)
            #expect(!answer.headers.contains { $0.name.canonicalName.hasPrefix("access-control-") })
            #expect(answer.headers[.contentSecurityPolicy] == "sandbox; default-src 'none'")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        }
    }

    @Test("Console attack: attacks are at least 40, and each has a name of its own")
    func names() {
        let names = Set(ConsoleAttack.all.map(\.testDescription))
        #expect(names.count == ConsoleAttack.all.count && names.count >= 40)
    }

    @Test("Console attack: a request that is refused for where it comes from does not use up its code")
    func keptCode() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let own = try await PageRequest(.signIn, to: gateway)
            var foreign = own
            foreign.headers[.hostField] = "evil.example"
            #expect(try await gateway.send(foreign).status == 403)
            foreign = own
            foreign.headers[.origin] = "https://evil.example"
            #expect(try await gateway.send(foreign).status == 403)
            #expect(try await gateway.send(own).status == 200)
        }
    }

    @Test("Console attack: after 30 wrong codes in a minute the right one is refused, too, until the minute has passed")
    func guesses() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let reading = try await PageRequest(.read, to: gateway)
            let own = try await PageRequest(.signIn, to: gateway)
            var guess = own
            for number in 0..<30 {
                try guess.setBody(["code": .string("guess \(number)")])
                #expect(try await gateway.send(guess).code == "InvalidCode")
            }
            gateway.clock.advance(by: .seconds(18))
            let late = try await gateway.send(own)
            #expect(late.status == 429 && late.code == "TooManyCodes" && late.headers[.retryAfter] == "42")
            // A session that has begun goes on: it needs no code.
            #expect(try await gateway.send(reading).status == 200)
            gateway.clock.advance(by: .seconds(42))
            #expect(try await gateway.send(own).status == 200)
            #expect(try await gateway.send(guess).code == "InvalidCode")
            let another = try await PageRequest(.signIn, to: gateway)
            #expect(try await gateway.send(another).status == 200)
        }
    }

    @Test("Console attack: the oldest codes count no longer when 100 others have been made")
    func manyCodes() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let codes = try (0...100).map { _ in try gateway.newCode() }
            #expect(Set(codes).count == 101 && codes.allSatisfy { $0.utf8.count == 32 })
            var request = try await PageRequest(.signIn, to: gateway)
            for (number, status) in [(0, 403), (1, 403), (2, 200), (100, 200)] {
                try request.setBody(["code": .string(codes[number])])
                #expect(try await gateway.send(request).status == status, "\(number)")
            }
        }
    }
}
