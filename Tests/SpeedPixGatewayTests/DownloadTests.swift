import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("Downloads")
struct DownloadTests {
    private func withFile(_ body: (TestGateway, _ url: String) async throws -> Void) async throws {
        try await TestGateway.run { gateway in
            let file = try await gateway.client.files.upload(
                .bytes(Array("0123456789".utf8), filename: "te\"st/grüße.txt"), contentType: "text/plain")
            try await body(gateway, file.url)
        }
    }

    @Test("A download has length, type, file name and tag in its headers, and HEAD has the same")
    func downloadHeaders() async throws {
        try await withFile { gateway, url in
            let answer = try await gateway.send(.get, url)
            #expect(answer.status == 200)
            #expect(answer.text == "0123456789")
            #expect(answer.headers[.contentLength] == "10")
            #expect(answer.headers[.contentType] == "application/octet-stream")
            #expect(answer.headers[.acceptRanges] == "bytes")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(answer.headers[.contentSecurityPolicy] == "sandbox; default-src 'none'")
            #expect(
                answer.headers[.contentDisposition]
                    == "attachment; filename=\"gr__e.txt\"; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt")
            let head = try await gateway.send(.head, url)
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            #expect(head.headers[.contentLength] == "10")
            #expect(head.headers[.eTag] == answer.headers[.eTag])
        }
    }

    @Test(
        "A download with a range returns that part of the file",
        arguments: [
            ("bytes=2-4", "234", "bytes 2-4/10"), ("bytes=7-", "789", "bytes 7-9/10"),
            ("bytes=-2", "89", "bytes 8-9/10"),
            ("bytes=8-99", "89", "bytes 8-9/10"), ("bytes=-99", "0123456789", "bytes 0-9/10"),
        ])
    func aRangeIsSent(_ range: String, _ text: String, _ contentRange: String) async throws {
        try await withFile { gateway, url in
            let answer = try await gateway.send(.get, url, headers: [.range: range])
            #expect(answer.status == 206)
            #expect(answer.text == text)
            #expect(answer.headers[.contentRange] == contentRange)
            #expect(answer.headers[.contentLength] == String(text.count))
        }
    }

    @Test(
        "A download with a range beyond the end is refused with 416",
        arguments: ["bytes=10-", "bytes=-0", "bytes=99999999999999999999-"])
    func aRangeBeyondTheEndIsRefused(_ range: String) async throws {
        try await withFile { gateway, url in
            let answer = try await gateway.send(.get, url, headers: [.range: range])
            #expect(answer.status == 416)
            #expect(answer.headers[.contentRange] == "bytes */10")
        }
    }

    @Test(
        "A download with an invalid range returns the whole file",
        arguments: ["bytes=4-2", "bytes=a-b", "bytes=", "bytes=-", "items=0-1", "bytes=0-1,3-4"])
    func invalidRangeIsIgnored(_ range: String) async throws {
        try await withFile { gateway, url in
            let answer = try await gateway.send(.get, url, headers: [.range: range])
            #expect(answer.status == 200)
            #expect(answer.text == "0123456789")
        }
    }

    @Test("A download obeys If-None-Match and If-Range")
    func conditionalDownload() async throws {
        try await withFile { gateway, url in
            let tag = try #require(try await gateway.send(.get, url).headers[.eTag])
            let known = try await gateway.send(.get, url, headers: [.ifNoneMatch: tag])
            #expect(known.status == 304)
            let other = try await gateway.send(.get, url, headers: [.ifNoneMatch: "\"other\""])
            #expect(other.status == 200)
            let resumed = try await gateway.send(.get, url, headers: [.range: "bytes=5-", .ifRange: tag])
            #expect(resumed.text == "56789")
            let changed = try await gateway.send(.get, url, headers: [.range: "bytes=5-", .ifRange: "\"other\""])
            #expect(changed.text == "0123456789")
        }
    }

    @Test(
        "A download path cannot lead out of the store's folders",
        arguments: [
            "/files/uploads/../../etc/passwd", "/files/%2e%2e/%2e%2e/etc/passwd", "/files/..%2f..%2fetc%2fpasswd",
            "/files/uploads/a/b", "/files//etc/passwd", "/files/incoming/x", "/files/uploads/.", "/files/uploads/..",
            "/files/uploads/x%00.txt", "/files/", "/files/uploads",
        ])
    func noPathLeadsOutOfTheStore(_ path: String) async throws {
        try await withFile { gateway, url in
            // With the query of a good URL, and without any.
            let query = url.drop { $0 != "?" }
            for target in [path + query, path] {
                let answer = try await gateway.send(.get, target)
                #expect([403, 404].contains(answer.status))
            }
        }
    }

    @Test("An object key consists of folder and name only")
    func objectKeyParts() {
        #expect(ObjectKey("uploads/abc-123.png")?.text == "uploads/abc-123.png")
        #expect(ObjectKey("results/abc")?.name == "abc")
        #expect(ObjectKey("results/abc")?.owner == nil)
        let owner = OwnerTag(appKey: "studio")
        let owned = ObjectKey(.results, owner: owner, uniqueName: "u", filename: "x.png")
        #expect(owned.text == "results/\(owner.text)_u.png" && ObjectKey(owned.text) == owned)
        for text in [
            "", "uploads", "uploads/", "/uploads/a", "uploads/a/b", "scratch/a", "uploads/a..png", "uploads/a.b/c",
            "uploads/a.p-g", "uploads/ü", "uploads/a\0", "uploads/" + String(repeating: "a", count: 81), "uploads/.png",
            "uploads/_a", "uploads/0123456789ABCDEF_a", "uploads/0123456789abcdef_", "uploads/0123456789abcde_a",
            "uploads/0123456789abcdef_a_b", "uploads/\(owner.text)_../a",
        ] {
            #expect(ObjectKey(text) == nil, "\(text)")
        }
        #expect(ObjectKey(.uploads, uniqueName: "u", filename: "../x.p/ng").text == "uploads/u")
        #expect(ObjectKey(.results, uniqueName: "u", filename: "x.PNG").text == "results/u.png")
    }

    @Test("URLSigner reads its URL in any encoding and refuses changed, expired and malformed ones")
    func signedURL() throws {
        let signer = URLSigner(rootKey: [1, 2, 3])
        let date = ManualDate().now
        let grant = FileGrant(
            purpose: .read, key: try #require(ObjectKey("uploads/a.png")), expires: 1_700_000_001,
            contentType: "image/png", filename: "a b+c&d=e\n?#.png", size: nil)
        let url = signer.url(grant, origin: "http://localhost:1")
        #expect(try signer.grant(in: url, now: date) == grant)
        #expect(try signer.grant(in: url.replacing("image%2Fpng", with: "image/png"), now: date) == grant)
        #expect(throws: URLSigner.Failure.expired) { try signer.grant(in: url, now: date.addingTimeInterval(1)) }
        let changes = [
            ("uploads/a.png", "uploads/b.png"), ("purpose=read", "purpose=write"), ("expires=1", "expires=9"),
            ("image%2Fpng", "text%2Fhtml"), ("&signature", "&size=3&signature"),
        ]
        for (old, new) in changes {
            #expect(throws: URLSigner.Failure.mismatch) {
                try signer.grant(in: url.replacing(old, with: new), now: date)
            }
        }
        #expect(throws: URLSigner.Failure.mismatch) {
            try URLSigner(rootKey: [1, 2, 4]).grant(in: url, now: date)
        }
        for text in [
            "", "http://localhost/files/uploads/a.png", url.replacing("name=", with: "name=%"), url + "&name=x",
        ] {
            #expect(throws: URLSigner.Failure.malformed) { try signer.grant(in: text, now: date) }
        }
    }
}
