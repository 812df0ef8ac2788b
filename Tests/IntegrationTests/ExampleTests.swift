import Imaging
import Testing

@Suite("The example scripts")
struct ExampleTests {
    @Test("The example white_background.lua puts the flower on white")
    func whiteBackground() async throws {
        let folder = try TestFolder()
        let script = "\(TestFolder.repository)/examples/white_background.lua"
        let image = "image=\(TestFolder.repository)/examples/assets/dahlia.jpg"
        let run = await CommandRun(["run", script, image, "--local", "--out", "results"], in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(run.output.contains("picture: \(folder.path)/results/white-background.png"))
        let picture = try Image.open(path: "\(folder.path)/results/white-background.png")
        #expect(picture.width >= 1024 && picture.height >= picture.width)
        for (x, y) in [(0, 0), (picture.width - 1, 0), (0, picture.height - 1)] {
            #expect(try picture.color(x: x, y: y) == .white)
        }
        // The flower is orange where its middle must be.
        let middle = try picture.color(x: picture.width / 2, y: picture.height * 45 / 100)
        #expect(middle.red > 150 && middle.blue < 120, "\(middle)")
        #expect(folder.contents == ["results", "results/white-background.png"])
    }

    @Test("The example catalogue.lua makes three of four pictures and reports the failed one")
    func catalogue() async throws {
        let folder = try TestFolder()
        let script = "\(TestFolder.repository)/examples/catalogue.lua"
        let run = await CommandRun(["run", script, "width=256", "--local", "--out", "results"], in: folder)
        #expect(run.status == .success, "\(run.errors)")
        #expect(run.output.contains("prompt must say what to draw (prediction_failed, prediction "))
        #expect(run.output.hasSuffix("3 of 4 made\n"))
        #expect(folder.contents.filter { $0.hasSuffix(".png") }.count == 3)
    }

    @Test("run --help of the example catalogue.lua lists its parameters")
    func helpListsTheParameters() async throws {
        let folder = try TestFolder()
        let script = "\(TestFolder.repository)/examples/catalogue.lua"
        let run = await CommandRun(["run", script, "--help"], in: folder)
        #expect(run.status == .success)
        #expect(run.output.contains("concurrency=INTEGER  predictions at the same time (default 4, 1 to 64)"))
    }
}
