import HTTPTypes
import Imaging
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

@Suite("Small pictures over HTTP", .timeLimit(.minutes(1)))
struct ThumbnailRouteTests {
    /// A gateway, and what signs its URLs.
    private struct Fixture {
        let gateway: TestGateway
        let folder: LastingFolder
        let urls: URLSigner

        init(_ gateway: TestGateway, _ folder: LastingFolder) throws {
            self.gateway = gateway
            self.folder = folder
            let path = folder.folder.appending(GatewayStorage.rootKeyName)
            urls = URLSigner(rootKey: try SecretFile.secret(at: path, make: { _ in [] }))
        }

        /// The key of a new upload.
        func upload(_ bytes: [UInt8], as filename: String) async throws -> ObjectKey {
            let file = try await gateway.client.files.upload(.bytes(bytes, filename: filename))
            return try #require(ObjectKey(file.objectKey))
        }

        /// Path and query of the small picture, as the console signs them now.
        func path(of key: ObjectKey) throws -> String {
            let consoleURLs = ConsoleURLs(
                signer: urls, now: { [date = gateway.date] in date.now },
                thumbnailURL: ThumbnailRoute.url(signedBy: urls))
            return try #require(consoleURLs.thumbnail(of: key, mimeType: "image/png").stringValue)
        }

        func get(_ key: ObjectKey) async throws -> TestGateway.Answer {
            try await gateway.send(.get, path(of: key))
        }

        /// How many small pictures are kept.
        var keptCount: Int {
            let folder = folder.folder.appending("thumbnails").string
            return (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0
        }
    }

    private static func run(
        searchPath: String = "", body: @escaping @Sendable (Fixture) async throws -> Void
    ) async throws {
        try await LastingFolder.with { folder in
            try await folder.run(
                Gate(),
                {
                    $0.hasConsole = true
                    $0.searchPath = searchPath
                },
                body: { gateway in try await body(Fixture(gateway, folder)) })
        }
    }

    @Test(
        "ThumbnailRoute: a picture's is a WebP of at most 400 pixels, private, and kept as long as its URL is good",
        arguments: [ImageFormat.jpeg, .png, .webp, .gif, .tiff])
    func picture(format: ImageFormat) async throws {
        let bytes = try PictureFiles.photo(width: 900, height: 600).encoded(format: format)
        try await Self.run { fixture in
            let key = try await fixture.upload(bytes, as: "photo.\(format.fileExtension)")
            for _ in 0..<2 {
                let answer = try await fixture.get(key)
                try #require(answer.status == 200, "\(answer.text)")
                #expect(answer.headers[.contentType] == "image/webp")
                // It is 22:13:20, and the URL is good until midnight.
                #expect(answer.headers[.cacheControl] == "private, max-age=6400, immutable")
                #expect(answer.headers[.crossOriginResourcePolicy] == "same-origin")
                let picture = try Image.open(bytes: answer.bytes)
                #expect(picture.format == .webp && picture.width == 400 && (266...267).contains(picture.height))
            }
            #expect(fixture.keptCount == 1)
        }
    }

    @Test("ThumbnailRoute: a small picture is not enlarged, and one of a result goes with the result")
    func result() async throws {
        let bytes = try PictureFiles.file(.png)
        try await Self.run { fixture in
            let file = try await fixture.gateway.client.files.upload(.bytes(bytes, filename: "a.png"))
            let done = try await fixture.gateway.ended(
                try await fixture.gateway.create("echo", ["image": .string(file.url)]))
            let key = try #require(done.output?["images"]?["object_key"]?.stringValue.flatMap { ObjectKey($0) })
            let picture = try Image.open(bytes: try await fixture.get(key).bytes)
            #expect(key.folder == .results && picture.width == 240 && picture.height == 160)
            #expect(fixture.keptCount == 1)
            let deleted = try await fixture.gateway.call(.deleteFile, ["objectKey": .string(key.text)])
            #expect(deleted.code == nil)
            #expect(fixture.keptCount == 0)
            #expect(try await fixture.get(key).code == "NoSuchKey")
        }
    }

    @Test(
        "ThumbnailRoute: what is no picture, is too large, or is broken has none, whatever its name says",
        arguments: [
            Array("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>".utf8),
            Array("<html><script>alert(1)</script></html>".utf8), Array("GIF89a".utf8), Array("%PDF-1.7".utf8),
            TestPNG.bomb, [],
        ] as [[UInt8]])
    func refusedContent(content: [UInt8]) async throws {
        try await Self.run { fixture in
            let key = try await fixture.upload(content, as: "picture.png")
            for _ in 0..<2 {
                let answer = try await fixture.get(key)
                #expect(answer.status == 404 && answer.code == "NoThumbnail", "\(answer.text)")
            }
            #expect(fixture.keptCount == 0)
        }
    }

    @Test("ThumbnailRoute: a truncated picture has none")
    func truncated() async throws {
        let bytes = PictureFiles.cut(try PictureFiles.file(.jpeg), to: 0.5)
        try await Self.run { fixture in
            let key = try await fixture.upload(bytes, as: "photo.jpg")
            #expect(try await fixture.get(key).code == "NoThumbnail")
        }
    }

    @Test("ThumbnailRoute: nothing but a URL that was signed for this, and is good, is answered")
    func signatures() async throws {
        try await Self.run { fixture in
            let file = try await fixture.gateway.client.files.upload(.bytes(TestPNG.pixel(0), filename: "a.png"))
            let key = try #require(ObjectKey(file.objectKey))
            let good = try fixture.path(of: key)
            let other = ObjectKey(.uploads, uniqueName: "other", filename: "a.png")
            let ofFile = try #require(file.url.firstRange(of: "/files/"))
            let asFile = "/thumbnails/" + String(file.url[ofFile.upperBound...])
            let stranger = URLSigner(rootKey: [1, 2, 3])
            for path in [
                good.replacing(key.text, with: other.text), good.replacing("expires=1", with: "expires=2"),
                good + "0", String(good.prefix { $0 != "?" }), "/thumbnails/uploads/../admin-token?expires=1",
                asFile, stranger.thumbnailPath(of: key, expires: 1_700_006_400),
            ] {
                let answer = try await fixture.gateway.send(.get, path)
                #expect(answer.status == 403 && answer.code == "AccessDenied", "\(path): \(answer.text)")
            }
            #expect(try await fixture.gateway.send(.get, good).status == 200)
            #expect(try await fixture.get(other).code == "NoSuchKey")
            fixture.gateway.date.advance(by: .seconds(6400))
            #expect(try await fixture.gateway.send(.get, good).status == 403)
        }
    }

    @Test("ThumbnailRoute: a URL's path is that of the file, and it ends when it says")
    func expiry() throws {
        let signer = URLSigner(rootKey: [1])
        let key = ObjectKey(.results, uniqueName: "a", filename: "a.png")
        let url = signer.thumbnailPath(of: key, expires: 1_700_000_000)
        #expect(url.hasPrefix("/thumbnails/results/a.png?"))
        let last = Date(timeIntervalSince1970: 1_699_999_999)
        let read = try signer.thumbnail(in: url, now: last)
        #expect(read.key == key && read.expires == 1_700_000_000)
        #expect(throws: URLSigner.Failure.expired) {
            _ = try signer.thumbnail(in: url, now: last.addingTimeInterval(1))
        }
        #expect(throws: URLSigner.Failure.malformed) { _ = try signer.grant(in: url, now: last) }
    }

    @Test(
        "ThumbnailRoute: pictures and films may have one; markup, sounds and data have none",
        arguments: [
            ("image/png", true), ("image/webp", true), ("video/mp4", true), ("image/svg+xml", false),
            ("audio/mpeg", false), ("text/html", false), ("application/octet-stream", false),
        ])
    func types(mimeType: String, mayShow: Bool) {
        let url = ThumbnailRoute.url(signedBy: URLSigner(rootKey: [1]))
        let key = ObjectKey(.results, uniqueName: "a", filename: "a.png")
        #expect((url(key, mimeType, 1_700_000_000) != nil) == mayShow)
    }

    // MARK: Films

    private static let film: [UInt8] = [0, 0, 0, 24] + Array("ftypisom".utf8) + [UInt8](repeating: 0, count: 64)

    /// A folder of programs with an `ffmpeg` that is a script of ours, and a picture for it to give.
    private func programs(_ script: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(try PictureFiles.photo(width: 900, height: 600).encoded(format: .png), to: "frame.png")
        let path = try folder.write(Array("#!/bin/sh\n\(script)\n".utf8), to: "ffmpeg")
        chmod(path, 0o755)
        return folder
    }

    @Test(
        "ThumbnailRoute: a film's is its first frame from ffmpeg, which gets its type and may open nothing else"
    )
    func film() async throws {
        let folder = try programs(#"cd "${0%/*}"; printf '%s\n' "$@" > arguments; cat frame.png"#)
        try await Self.run(searchPath: "\(folder.path):/usr/bin:/bin") { fixture in
            let key = try await fixture.upload(Self.film, as: "film.mp4")
            let picture = try Image.open(bytes: try await fixture.get(key).bytes)
            #expect(picture.format == .webp && picture.width == 400)
            let arguments = try folder.text("arguments")
            #expect(arguments.contains("-protocol_whitelist\nfile\n"))
            #expect(arguments.contains("-f\nmov\n-i\nfile:/") && arguments.contains("/\(key.text)\n"))
        }
    }

    @Test(
        "ThumbnailRoute: a film has none without ffmpeg, or if that fails or gives something else",
        arguments: [
            (nil, "ffmpeg is not installed"), ("echo 'moov atom not found' >&2; exit 1", "moov atom not found"),
            ("echo nothing", "not a JPEG"), ("exit 0", "no frame"),
        ] as [(String?, String)])
    func noFrame(script: String?, reason: String) async throws {
        let folder = try script.map(programs)
        try await Self.run(searchPath: folder.map { "\($0.path):/usr/bin:/bin" } ?? "") { fixture in
            let answer = try await fixture.get(try await fixture.upload(Self.film, as: "film.mp4"))
            #expect(answer.status == 404 && answer.code == "NoThumbnail", "\(answer.text)")
            #expect(answer.message.contains(reason), "\(answer.message)")
        }
        withExtendedLifetime(folder) {}
    }

    @Test(
        "ThumbnailRoute: an installed ffmpeg gives a film's first frame",
        .enabled(
            if: ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].contains { access("\($0)/ffmpeg", X_OK) == 0 }))
    func realFFmpeg() async throws {
        let searchPath = "/usr/bin:/usr/local/bin:/opt/homebrew/bin"
        let photo = try PictureFiles.photo(width: 480, height: 320).encoded(format: .png)
        let (_, film) = try await runBuiltIn(
            "image-to-video", ["image": .bytes(photo, filename: "photo.png"), "seconds": 0.5, "width": 640],
            searchPath: searchPath)
        let folder = try TemporaryFolder()
        let path = try folder.write(film, to: "film")
        let renderer = ThumbnailRenderer(ffmpeg: FFmpeg(searchPath: searchPath, clock: ContinuousClock()))
        let picture = try await renderer.picture(
            of: ThumbnailRenderer.Source(
                path: FilePath(path), head: Array(film.prefix(MediaType.sniffedLength)), size: Int64(film.count)))
        let width = try Image.open(bytes: picture).width
        #expect(width == ThumbnailRenderer.side)
    }
}
