import SpeedPixQueue
import Testing

@Suite("What a worker reckons")
struct WorkerValueTests {
    @Test("A row that is given back is kept for 5 seconds, twice as long each time, and for 5 minutes at most")
    func handBackDelay() {
        let delays = [1, 2, 3, 6, 7, 8, 1_000_000].map { HandBackDelay.after(deliveries: $0) }
        let seconds: [Duration] = [5, 10, 20, 160, 300, 300, 300].map { .seconds($0) }
        #expect(delays == seconds)
        // Nobody hands a row out for the zeroth time; a delay there is all the same.
        #expect(HandBackDelay.after(deliveries: 0) == .seconds(5))
    }

    // MARK: Trust

    private let digest = String(repeating: "0f", count: 32)
    private let other = String(repeating: "a1", count: 32)

    @Test("Trust allows the digests that it names, in whatever case")
    func trustsDigests() throws {
        let list = try #require(TrustList([digest.uppercased()]))
        #expect(list.allows(digest))
        #expect(!list.allows(other))
        #expect(!list.allowsAny)
    }

    @Test("Trust in any allows every script")
    func trustsAny() throws {
        let list = try #require(TrustList(["any"]))
        #expect(list.allows(other))
    }

    @Test(
        "What is no digest is refused, a shortened one too",
        arguments: ["", "ANY", "3f9a", String(repeating: "g", count: 64)])
    func refusesOthers(text: String) {
        #expect(TrustList([text]) == nil)
    }

    @Test("A file of scripts gives back the digests that were added to it, and leaves out other lines")
    func trustFile() {
        let text =
            TrustList.line(digest, name: "card\n\(other) evil.lua") + "# a remark\n\n"
            + TrustList.line(other, name: "b.lua")
        let list = TrustList(file: text)
        #expect(list.digests == [digest, other])
        let one = TrustList(file: TrustList.line(digest, name: "card\n\(other) evil.lua"))
        #expect(one.digests == [digest], "a script's name adds no line")
        #expect(!TrustList(file: "any\n").allowsAny)
    }

    // MARK: Scripts

    @Test("Paths of a script's files stay in its folder", arguments: ["card.lua", "lib/shapes.lua", "..hidden/a.lua"])
    func paths(path: String) {
        #expect(BatchManifest.isInside(path))
    }

    @Test(
        "Paths that lead out of the folder, or nowhere, are refused",
        arguments: ["", "/etc/passwd", "../card.lua", "lib/../../card.lua", "lib//a.lua", "./a.lua", "a\0.lua", "lib/"])
    func refusedPaths(path: String) {
        #expect(!BatchManifest.isInside(path))
    }
}
