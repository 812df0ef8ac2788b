import Imaging
import Logging
import LuaRuntime
import SpeedPix
import SpeedPixGateway
import SpeedPixLua
import Testing

/// The code that the Lua API is explained with, word for word, against the gateway.
@Suite("The samples that explain the Lua API")
struct DocumentedSamplesTests {
    /// Takes a picture and a prompt, and gives the picture back.
    private struct ImageToImage: LocalWorkflow {
        let id = "img2img"
        let title = "Gives a picture back"
        let inputs = [
            WorkflowInput("image", .file, isRequired: true, help: "a picture"),
            WorkflowInput("prompt", .string, isRequired: true, help: "what to make of it"),
        ]
        let estimatedDuration: Duration = .zero
        let isComputing = false
        private let echo = EchoWorkflow()

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            try await echo.run(inputs.filter { $0.key == "image" }, task)
        }
    }

    /// Runs a script in a folder with `shoe.jpg`; it asserts what it expects.
    @discardableResult
    private func run(
        _ script: String, in folder: TestFolder, arguments: [String: String] = [:]
    ) async throws -> (results: [LuaValue], output: String) {
        try Image.blank(width: 120, height: 90, color: Color("#c8c8c8"))
            .composited(.blank(width: 50, height: 40, color: Color("#a02020")), x: 35, y: 25)
            .write(to: "\(folder.path)/shoe.jpg")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
        let more: [any LocalWorkflow] = [ImageToImage()]
        let workflows: [any LocalWorkflow] = try await BuiltInWorkflows.load() + more
        return try await Gateway.withRunning(configuration, workflows: workflows, logger: logger) {
            running -> (results: [LuaValue], output: String) in
            let capture = Capture()
            let host = ScriptHost(
                client: SpeedPixClient(
                    try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: running.endpoint)),
                files: FileAccess(workingDirectory: folder.path, homeDirectory: folder.path),
                streams: ScriptStreams(write: capture.append), arguments: arguments, moduleDirectory: folder.path)
            let vm = try LuaVM(modules: SpeedPixModule.modules(host))
            let results = try await vm.run(LuaChunk(script, name: "sample.lua"), timeout: .seconds(600))
            return (results, capture.text)
        }
    }

    @Test("The documented sample of run, create, wait and cancel")
    func verbs() async throws {
        let folder = try TestFolder()
        let run = try await run(
            """
            local out = run("white-background", { image = "./shoe.jpg", text = "New season" }, { alias_id = "main" })
            out.images:save("shoe-white.png")              -- run = create + wait + output; raises on failure

            local job  = create("white-background", { image = "./shoe.jpg" })   -- a Prediction, at once
            local done = wait(job, { timeout = 600, on_progress = function(p) print(p.progress, p.eta) end })
            print(done.status, done.output.images.url)

            local file = upload("./shoe.jpg")              -- a File: file.url, .size, .mime_type, .object_key, .expires_at
            run("img2img", { image = file, prompt = "oil painting" })

            assert(file.url and file.size > 100 and file.mime_type == "image/jpeg" and file.object_key and file.expires_at)
            assert(speedpix.run == run and speedpix.create == create and speedpix.wait == wait and speedpix.upload == upload)
            """, in: folder)
        #expect(run.output.contains("succeeded\thttp"))
        let saved = try Image.open(path: "\(folder.path)/shoe-white.png")
        #expect(saved.width >= 1024)
    }

    @Test("The documented sample of a prediction and its files")
    func predictionsAndTheirFiles() async throws {
        let folder = try TestFolder()
        try await run(
            """
            local job = create("text-to-image", { prompt = "a blue mug", width = 64, height = 64, seed = 1 })
            assert(job.id and job.workflow_id == "text-to-image" and job.input.prompt == "a blue mug" and job.created_at)
            job:wait { timeout = 60 }
            assert(job.status == "succeeded" and job.output and job.error == nil and job.logs and job.metrics)
            assert(job.started_at and job.completed_at and #job.files >= 1 and job:reload() == job)
            assert(speedpix.get(job.id).id == job.id)
            local paths = job:save_all("all")
            assert(#paths == #job.files)

            local file = job.files[1]
            assert(file.url and file.filename and file.format == "png" and file.mime_type == "image/png" and file.size > 0)
            assert(file.width == 64 and file.height == 64 and file.color_space and file.duration == nil and file.pages == nil)
            assert(file:aspect_ratio() == 1 and file:is_square() and not file:is_portrait() and not file:is_landscape())
            assert(not file:is_hd() and not file:is_4k() and file:resolution() == "64x64")
            assert(tostring(file) == file.url and #file:read() == file.size)
            local path = file:save("deep/er/x.png")
            assert(fs.size(path) == file.size and file:save("deep/"):find("deep/" .. file.filename, 1, true))
            run("img2img", { image = file, prompt = "again" })
            assert(image.open(file).width == 64)
            """, in: folder)
    }

    @Test("The documented sample of work at once")
    func manyAtOnce() async throws {
        let run = try await run(
            """
            local prompts = { "a red mug", "a green vase", "a bowl" }
            local size = 64
            local draw = run
            local function run(workflow, input) input.width, input.height = size, size return draw(workflow, input) end

            local pictures = speedpix.map(prompts, function(prompt, i)          -- results in order
              return run("text-to-image", { prompt = prompt })                 -- first error cancels the rest and is raised
            end, { concurrency = 8 })
            assert(#pictures == 3 and pictures[3].images[1].url)

            local fn = function(prompt) if prompt == "a bowl" then error("no bowls") end return prompt end
            local settled = speedpix.settle(prompts, fn, { concurrency = 8 })
            assert(settled[1].ok and settled[1].value == "a red mug" and not settled[3].ok and settled[3].error:find("no bowls"))

            local function job(text) return create("echo", { text = text }) end
            local jobs, seen = { job("1"), job("2") }, 0
            for job in speedpix.completed(jobs) do seen = seen + (job.status == "succeeded" and 1 or 0) end
            assert(seen == 2)
            local a, b, job_a, job_b = job("a"), job("b"), job("c"), job("d")
            local winner = speedpix.first { a, b }                              -- first success; the losers are cancelled
            assert(winner.output.text == "a" or winner.output.text == "b")
            local all    = speedpix.all { a = job_a, b = job_b }                -- keys kept
            assert(all.a.output.text == "c" and all.b.output.text == "d")
            local task   = speedpix.spawn(fn, "x"); assert(task:join() == "x"); task:cancel()
            speedpix.sleep(0.01)
            assert(speedpix.timeout(30, fn, "y") == "y")
            local waiting = coroutine.wrap(function() coroutine.yield(draw("echo", { text = "inside" }).text) end)
            assert(waiting() == "inside")
            return true
            """, in: try TestFolder())
        #expect(run.results == [true])
    }

    @Test("The documented sample of cancels")
    func cancelledPredictions() async throws {
        let run = try await run(
            """
            local job = create("echo", { duration = 3600 })
            assert(job:cancel() == job and job.status == "canceled")
            assert(not pcall(job.wait, job) and select(2, pcall(wait, job)).code == "canceled")
            local other = create("echo", { duration = 3600 })
            assert(speedpix.cancel(other.id).status == "canceled" and other:reload().status == "canceled")
            local done = wait(create("echo", { text = "x" }))
            assert(done:cancel().status == "succeeded")
            local slow, quick = create("echo", { duration = 3600 }), create("echo", { text = "q" })
            assert(speedpix.first { slow, quick }.output.text == "q")
            return slow:reload().status
            """, in: try TestFolder())
        #expect(run.results == ["canceled"])
    }

    @Test("The documented sample of errors and their fields")
    func errorFields() async throws {
        let run = try await run(
            """
            local ok, e = pcall(run, "echo", { fail = "broken" })
            assert(not ok and e.code == "prediction_failed" and e.message:find("broken") and e.retryable == false)
            assert(e.prediction.id and e.prediction.status == "failed" and e.traceback)
            ok, e = pcall(run, "echo", { txet = "x" })
            assert(e.code == "api_error" and e.service_code and e.request_id and e.message:find('did you mean "text"'), tostring(e))
            ok, e = pcall(error, "my own")
            assert(e == "my own")
            ok, e = pcall(run, "echo", { image = "./gone.jpg" })
            assert(e.code == "file_not_found" and e.hint:find("speedpix.text"))
            local tables = { deep = { { 1, 2 }, speedpix.array {}, speedpix.object {}, speedpix.null } }
            local back = run("echo", { data = tables }).data
            return json.encode(back, { sort_keys = true })
            """, in: try TestFolder())
        #expect(run.results == [#"{"deep":[[1,2],[],{},null]}"#])
    }

    @Test("The documented sample of parameters, files, modules and images")
    func aroundThePipeline() async throws {
        let folder = try TestFolder()
        try folder.write("name,prompt\nmug,a red mug\n", to: "products.csv")
        try folder.write("return { double = function(x) return 2 * x end }", to: "helper.lua")
        let run = try await run(
            """
            local params = speedpix.params {                        -- `speedpix run x.lua image=./a.jpg count=8`; `speedpix run x.lua --help` lists them
              image = { type = "file", required = true, help = "product photo" },
              count = { type = "integer", default = 4, min = 1, max = 64 },
            }
            assert(params.image == "./shoe.jpg" and params.count == 8)
            assert(json.decode(json.encode({ 1, 2 }))[2] == 2)
            local rows = csv.read("products.csv")
            assert(#rows == 1 and rows[1].prompt == "a red mug")
            fs.mkdir("made")
            assert(fs.exists("made") and fs.list("made")[1] == nil and fs.glob("*.jpg")[1] == "./shoe.jpg")
            assert(path.join("a", "b.jpg") == "a/b.jpg" and path.basename("a/b.jpg") == "b.jpg" and path.dirname("a/b.jpg") == "a")
            assert(path.stem("a/b.jpg") == "b" and path.extension("a/b.jpg") == "jpg")
            log.debug("d") log.info("i") log.warn("w") log.error("e")
            local f = io.open("made/x.txt", "w") f:write("x") f:close()
            assert(os.time() > 0 and os.date() and require("helper").double(2) == 4)
            local photo = image.open(params.image)
            assert(photo.width == 120 and image.open(upload("./shoe.jpg")).height == 90 and image.open(photo:bytes()).format == "jpeg")
            image.contact_sheet({ photo, photo:grayscale() }, { columns = 2, labels = { "before", "after" } }):save("sheet.png")
            return true
            """, in: folder, arguments: ["image": "shoe.jpg", "count": "8"])
        #expect(run.results == [true])
        #expect(folder.contents.contains("sheet.png"))
    }
}
