import Imaging
import SpeedPix
import SpeedPixBatch
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPixCommands

@Suite("The page and the files of a batch's report")
struct BatchReportPageTests {
    private static func page(_ spool: RowSpool, _ folder: ReportFolder?) -> BatchReportPage {
        BatchReportPage(
            head: ["title": "t", "facts": []], spool: spool, thumbnails: RowThumbnails(folder: folder), folder: folder,
            nonce: "n")
    }

    private static func entry(_ number: Int, _ result: RowResult) -> RowEntry {
        RowEntry(
            .called("row \(number)", number: number), result, ended: nil, isEarlier: false, pageFolder: "/work")
    }

    @Test("A page of many rows stays small, whatever the rows say: their details are in files of 200 rows")
    func pageSize() throws {
        let temporary = try TemporaryFolder()
        let folder = ReportFolder(beside: FilePath(temporary["r.html"]))
        try folder.make()
        let spool = try RowSpool(beside: folder.path)
        let long = String(repeating: "long ", count: 500)
        for number in 1...1500 {
            let result = RowResult(.succeeded, values: [("text", .string(long))])
            try spool.append(number, rank: 2, Self.entry(number, result).json.encoded())
        }
        var used: Set<String> = []
        let page = try Self.page(spool, folder).pieces(used: &used).reduce(0) { $0 + $1.count }
        // The page's own program and style, and less than a hundred bytes for each row.
        #expect(page < 60_000 + 1500 * 100)
        #expect(used.count == 8 && used.allSatisfy(ReportFolder.isOwn))
        #expect(Set(Self.files(temporary)) == used)
    }

    /// The names of the files beside the page.
    private static func files(_ folder: TemporaryFolder) -> [String] {
        folder.contents.filter { $0.hasPrefix("r_files/") }.map { String($0.dropFirst("r_files/".count)) }
    }

    @Test("RowEntry: a file that only a worker's machine sees has its path and no link, one that is seen its name")
    func filesOfWorkers() throws {
        let temporary = try TemporaryFolder()
        try temporary.write("", to: "out/a.txt")
        var result = RowResult(.succeeded)
        result.files = [temporary["out/a.txt"], "/no/such/b.png", "out/a.txt"]
        func files(_ worker: String?) throws -> JSONValue? {
            let entry = RowEntry(
                .called("row"), result, ended: nil, isEarlier: false, worker: worker,
                pageFolder: FilePath(temporary.path))
            #expect(entry.pictures.isEmpty && entry.json["detail"]?["worker"]?.stringValue == worker)
            return entry.json["detail"]?["files"]
        }
        #expect(
            try files("w1") == [
                ["name": "a.txt", "link": "out/a.txt"], ["name": "/no/such/b.png"], ["name": "out/a.txt"],
            ])
        #expect(
            try files(nil) == [["name": "a.txt", "link": "out/a.txt"], ["name": "b.png"], ["name": "a.txt"]])
    }

    @Test("A page without rows is whole")
    func noRows() throws {
        let temporary = try TemporaryFolder()
        let spool = try RowSpool(beside: FilePath(temporary["r.html"]))
        var used: Set<String> = []
        let pieces = try Self.page(spool, nil).pieces(used: &used)
        let report = try WrittenReport(String(decoding: pieces.joined(), as: UTF8.self))
        #expect(report.rows.isEmpty && report.details.isEmpty && used.isEmpty)
    }

    @Test("Texts of rows cannot end the element they stand in, neither in the page nor in a file")
    func endsOfElements() throws {
        let temporary = try TemporaryFolder()
        let folder = ReportFolder(beside: FilePath(temporary["r.html"]))
        try folder.make()
        for kept in [nil, folder] {
            let spool = try RowSpool(beside: folder.path)
            let failure = RowResult.Failure(code: "</script>", message: "<!--<script>")
            let result = RowResult(.failed, failure: failure, values: [("__proto__", "</script>")])
            try spool.append(1, rank: 0, Self.entry(1, result).json.encoded())
            var used: Set<String> = []
            let page = String(decoding: try Self.page(spool, kept).pieces(used: &used).joined(), as: UTF8.self)
            #expect(page.ranges(of: "</script>").count == 5 && !page.contains("<!--"))
            let report = try WrittenReport(page)
            #expect(report.reasons == [["</script>", "<!--<script>"]])
            for name in used {
                let text = try temporary.text("r_files/\(name)")
                #expect(!text.contains("<"))
            }
        }
    }

    @Test("Of a row that is written twice the newer content counts, and rows come by rank and number")
    func spool() throws {
        let temporary = try TemporaryFolder()
        let spool = try RowSpool(beside: FilePath(temporary["r.html"]))
        try spool.append(7, rank: 2, [1, 2])
        try spool.append(3, rank: 2, [3])
        try spool.append(9, rank: 2, [4])
        try spool.append(9, rank: 0, [5, 6, 7])
        #expect(spool.order == [9, 3, 7])
        #expect(try spool.read(9) == [5, 6, 7] && spool.read(7) == [1, 2] && spool.read(8) == [])
        // Nothing to clean up after a process that was killed.
        #expect(try temporary.names.isEmpty)
    }

    @Test("Thumbnails in files are made once for a version of a picture, and none of a broken one")
    func thumbnails() async throws {
        let temporary = try TemporaryFolder()
        let folder = ReportFolder(beside: FilePath(temporary["r.html"]))
        try folder.make()
        try Image.blank(width: 900, height: 600, color: Color("#7a1f1f")).write(to: temporary["a.png"])
        try temporary.write("no picture", to: "b.png")
        func made() async throws -> [String?] {
            let thumbnails = RowThumbnails(folder: folder)
            thumbnails.make(4, [FilePath(temporary["a.png"]), FilePath(temporary["b.png"])])
            await thumbnails.finish()
            return thumbnails.made(4)
        }
        let first = try await made()
        let name = try #require(first.first ?? nil)
        #expect(first.count == 2 && first.last == .some(nil))
        let small = try Image.open(path: temporary["r_files/\(name).webp"])
        #expect(small.width == 192)
        // It is not made anew: what is there stays.
        try temporary.write("kept", to: "r_files/\(name).webp")
        #expect(try await made() == first && temporary.text("r_files/\(name).webp") == "kept")
        folder.removeOthers(than: [])
        #expect(Self.files(temporary).isEmpty)
    }

    @Test("A folder of files is named as its page, and its names in links have no meaning of their own")
    func folderName() {
        let folder = ReportFolder(beside: "/work/50% #1.html")
        #expect(folder.path == "/work/50% #1_files" && folder.link == "50%25%20%231_files/")
    }

    @Test(
        "Only names that a report gives are removed",
        arguments: [
            ("0123456789abcdef.webp", true), ("rows-0123abcd-12.js", true), ("0123456789abcdef.png", false),
            ("rows-x-1.js", false), ("photo.webp", false), ("a0123456789abcdef.webp", false),
        ])
    func ownNames(name: String, isOwn: Bool) {
        #expect(ReportFolder.isOwn(name) == isOwn)
    }

    @Test(
        "A link leads from the page's folder to a file",
        arguments: [
            ("/work/out/a b.png", "/work", "out/a%20b.png"), ("/work/a.png", "/work/reports/new", "../../a.png"),
            ("/other/ä?#.png", "/work", "../other/%C3%A4%3F%23.png"), ("/work/javascript:x", "/work", "javascript%3Ax"),
        ])
    func links(file: String, folder: String, link: String) {
        #expect(RelativeLink.text(to: FilePath(file), from: FilePath(folder)) == link)
    }
}
