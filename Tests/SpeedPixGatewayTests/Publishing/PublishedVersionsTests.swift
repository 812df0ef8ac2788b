import SpeedPix
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Versions and aliases")
struct PublishedVersionsTests {
    /// `shop` in versions 1 to 3, of which `main` is 2 and `next` is 3, and 4 was removed; `gone` has none any more.
    private func versions() -> PublishedVersions {
        var versions = PublishedVersions()
        for number in 1...4 { versions.add(version("shop", number)) }
        versions.setAlias("main", of: "shop", to: 2)
        versions.setAlias("next", of: "shop", to: 3)
        versions.remove([4], of: "shop")
        versions.add(version("gone", 1), alias: "main")
        versions.remove([1], of: "gone")
        return versions
    }

    private func version(_ id: String, _ number: Int) -> PublishedVersion {
        PublishedVersion(
            workflowID: id, number: number, created: Date(timeIntervalSince1970: 0), content: .unreadable("a test"))
    }

    static let resolved: [(String?, String?, Int)] = [
        (nil, nil, 2), ("main", nil, 2), ("next", nil, 3), (nil, "v1", 1), ("next", "v1", 1), ("main", "v3", 3),
    ]

    @Test("PublishedVersions: an alias, a version and neither stand for one version", arguments: resolved)
    func resolve(_ alias: String?, _ version: String?, _ number: Int) throws {
        #expect(try versions().version("shop", alias: alias, version: version).number == number)
    }

    @Test("PublishedVersions: without the alias main the latest version counts")
    func latest() throws {
        var versions = PublishedVersions()
        for number in [2, 10, 9] { versions.add(version("shop", number)) }
        #expect(try versions.version("shop", alias: nil, version: nil).name == "v10")
    }

    static let refused: [(String, String?, String?, String, String)] = [
        (
            "shpo", nil, nil, "WorkflowNotFound",
            "there is no workflow \"shpo\"; did you mean \"shop\"? (published are: shop)"
        ),
        ("gone", nil, nil, "WorkflowNotFound", "there is no workflow \"gone\" (published are: shop)"),
        (
            "shop", "man", nil, "AliasNotFound",
            "the workflow shop has no alias \"man\"; did you mean \"main\"? (there is: main, next)"
        ),
        (
            "shop", nil, "v5", "VersionNotFound", "the workflow shop has no version \"v5\" (there is: v1, v2, v3)"
        ),
        (
            "shop", nil, "v4", "VersionNotFound",
            "the workflow shop has no version \"v4\" any more (there is: v1, v2, v3)"
        ),
        ("shop", nil, "2", "VersionNotFound", "the workflow shop has no version \"2\" (there is: v1, v2, v3)"),
        ("shop", nil, "v02", "VersionNotFound", "the workflow shop has no version \"v02\" (there is: v1, v2, v3)"),
        ("shop", "nope", "v1", "AliasNotFound", "the workflow shop has no alias \"nope\" (there is: main, next)"),
    ]

    @Test("PublishedVersions: what there is not is refused with what there is", arguments: refused)
    func refusal(_ id: String, _ alias: String?, _ version: String?, _ code: String, _ message: String) {
        let refusal = #expect(throws: Refusal.self) {
            try versions().version(id, alias: alias, version: version)
        }
        #expect(refusal?.code == code)
        #expect(refusal?.message == message)
    }

    @Test("PublishedVersions: without any workflow the refusal says so")
    func nothing() {
        let refusal = #expect(throws: Refusal.self) {
            try PublishedVersions().version("shop", alias: nil, version: nil)
        }
        #expect(refusal?.message == "there is no workflow \"shop\" (nothing has been published)")
    }

    @Test("PublishedVersions: numbers go on after removed versions, also of a workflow that has none left")
    func numbers() {
        var versions = versions()
        #expect(versions.nextNumber(of: "shop") == 5)
        #expect(versions.nextNumber(of: "gone") == 2)
        #expect(versions.nextNumber(of: "new") == 1)
        versions.note("new", lastNumber: 7)
        versions.note("new", lastNumber: 3)
        #expect(versions.nextNumber(of: "new") == 8 && !versions.has("new"))
        #expect(versions.ids == ["shop"] && versions.has("shop") && !versions.has("gone"))
    }

    @Test("PublishedVersions: a removed version stays for predictions that have begun with it")
    func inUse() throws {
        #expect(try versions().versionInUse("shop", "v4").isRemoved)
        #expect(try versions().versionInUse("gone", "v1").number == 1)
        #expect(throws: Refusal.self) { try versions().versionInUse("shop", "v5") }
        #expect(throws: Refusal.self) { try versions().versionInUse("other", "v1") }
    }

    static let aliases: [(String, String, String?)] = [
        ("new", "v1", nil), ("主", "v3", nil), ("main", "v1", nil),
        ("new", "v4", "has no version \"v4\" any more"), ("a b", "v1", "the alias \"a b\" has other characters"),
        ("v7", "v1", "has the form of a version"), ("", "v1", "is empty"),
    ]

    @Test("PublishedVersions: an alias needs a name of its own and a version", arguments: aliases)
    func alias(_ alias: String, _ version: String, _ words: String?) throws {
        guard let words else {
            var versions = versions()
            let number = try versions.checkAlias(alias, of: "shop", version: version)
            versions.setAlias(alias, of: "shop", to: number)
            #expect(try versions.version("shop", alias: alias, version: nil).name == version)
            return
        }
        let refusal = #expect(throws: Refusal.self) {
            try versions().checkAlias(alias, of: "shop", version: version)
        }
        #expect(refusal?.message.contains(words) == true, "\(refusal?.message ?? "")")
    }

    @Test("PublishedVersions: a version that an alias stands for is not removed, unless it is the last")
    func removal() throws {
        var versions = versions()
        let refusal = #expect(throws: Refusal.self) { try versions.checkRemoval(of: "shop", version: "v2") }
        #expect(refusal?.message.contains("shop v2 is what main stands for") == true)
        #expect(try versions.checkRemoval(of: "shop", version: "v1") == [1])
        #expect(try versions.checkRemoval(of: "shop", version: nil) == [1, 2, 3])
        versions.remove([1, 3], of: "shop")
        #expect(throws: Refusal.self) { try versions.version("shop", alias: "next", version: nil) }
        #expect(try versions.checkRemoval(of: "shop", version: "v2") == [2])
        versions.remove([2], of: "shop")
        #expect(!versions.has("shop"))
        #expect(throws: Refusal.self) { try versions.checkRemoval(of: "shop", version: nil) }
    }
}
