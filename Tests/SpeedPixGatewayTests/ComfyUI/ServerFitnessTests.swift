import ComfyUI
import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Whether a server could run a workflow")
struct ServerFitnessTests {
    private static let checkpoint = GraphField("4", "ckpt_name")

    /// The fixture's classes, with other choices for the checkpoint.
    private static func definitions(checkpoints: [JSONValue]) -> NodeDefinitions {
        var definitions = PublishingFixture.definitions
        definitions.classes["CheckpointLoaderSimple"]?.inputs[0].kind = .choice(checkpoints, upload: nil)
        return definitions
    }

    @Test("One that has the classes and the models lacks nothing, however it spells their paths")
    func fit() throws {
        let fitness = ServerFitness(workflow: try PublishingFixture.published())
        #expect(fitness.lack([:], PublishingFixture.definitions) == nil)
        #expect(fitness.lack([:], Self.definitions(checkpoints: ["sd\\xl.safetensors"])) == nil)
    }

    @Test("One without a class, or without a model that was there when it was published, lacks it by name")
    func lacks() throws {
        let fitness = ServerFitness(workflow: try PublishingFixture.published())
        var definitions = PublishingFixture.definitions
        definitions.classes["VAEDecode"] = nil
        let missingClass = try #require(fitness.lack([:], definitions))
        #expect(missingClass == "has no class VAEDecode, of node 9 (VAE Decode)")
        let missingModel = try #require(fitness.lack([:], Self.definitions(checkpoints: ["flux.safetensors"])))
        #expect(missingModel.contains("xl.safetensors") && missingModel.contains("node 4"), "\(missingModel)")
    }

    @Test("What an input chooses counts instead of the workflow's own value")
    func chosen() throws {
        let fitness = ServerFitness(workflow: try PublishingFixture.published())
        let chosen = fitness.chosen(["sampler": .string("dpmpp_2m"), "text": .string("a boot")])
        #expect(chosen == [GraphField("3", "sampler_name"): "dpmpp_2m"])
        var definitions = PublishingFixture.definitions
        let index = try #require(definitions["KSampler"]?.inputs.firstIndex { $0.name == "sampler_name" })
        definitions.classes["KSampler"]?.inputs[index].kind = .choice(["euler"], upload: nil)
        #expect(fitness.lack([:], definitions) == nil)
        #expect(fitness.lack(chosen, definitions)?.contains("dpmpp_2m") == true)
    }

    @Test("A value that was on no list when it was published is left to the server")
    func unlisted() throws {
        var graph = PublishingFixture.graph
        graph[Self.checkpoint] = .value("elsewhere/own.safetensors")
        let workflow = PublishedWorkflow(
            id: "own", graph: graph, inputs: [], outputs: [PublishedOutput("images", GraphField("10", "images"))],
            definitions: PublishingFixture.definitions)
        #expect(ServerFitness(workflow: workflow).lack([:], PublishingFixture.definitions) == nil)
    }

    @Test("A server gets each choice as it spells it itself")
    func spelling() {
        let windows = Self.definitions(checkpoints: ["sd\\xl.safetensors", "flux.safetensors"])
        var graph = PublishingFixture.graph
        graph[Self.checkpoint] = .value("sd/xl.safetensors")
        #expect(ServerFitness.spelled(graph, windows)[Self.checkpoint] == .value("sd\\xl.safetensors"))
        let other = ServerFitness.spelled(graph, PublishingFixture.definitions)
        #expect(other == graph)
    }
}
