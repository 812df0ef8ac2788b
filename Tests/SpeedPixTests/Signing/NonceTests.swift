import Testing

@testable import SpeedPix

@Suite("Nonces")
struct NonceTests {
    @Test("A nonce is a random UUID of version 4")
    func eachIsAnotherRandomUUID() {
        let nonces = (0..<1000).map { _ in Nonce.random() }
        #expect(Set(nonces).count == 1000)
        // Version 4 and the variant of RFC 9562, in lower case.
        let form = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(nonces.allSatisfy { $0.wholeMatch(of: form) != nil })
        // Every other bit is random: each of the 32 digits but those two takes all its values.
        for place in 0..<32 where ![12, 16].contains(place) {
            let digits = Set(nonces.map { Array($0.filter { $0 != "-" })[place] })
            #expect(digits.count == 16, "place \(place)")
        }
    }
}
