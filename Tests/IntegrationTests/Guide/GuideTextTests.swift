import SpeedPixTestSupport
import Testing

/// The articles show what is compiled, and nothing else.
@Suite("The text of the guide")
struct GuideTextTests {
    private static let samples = GuideSamples(
        catalogue: "\(TestFolder.repository)/Sources/SpeedPix/SpeedPix.docc",
        sources: "\(TestFolder.repository)/Tests/IntegrationTests/Guide")

    @Test("Each Swift block of the guide is a sample that the tests compile")
    func everyBlockIsASample() throws {
        let compiled = try Self.samples.compiled()
        var shown: Set<String> = []
        for file in try Self.samples.articles() {
            for block in GuideSamples.blocks(in: try GuideSamples.lines(of: file)) where block.language == "swift" {
                let place = "\(file.split(separator: "/").last ?? ""):\(block.line)"
                guard let name = block.sample else {
                    Issue.record("\(place): no <!-- sample: NAME --> stands above this block")
                    continue
                }
                shown.insert(name)
                let expected = compiled[name]
                #expect(expected != nil, "\(place): there is no sample \(name)")
                #expect(expected == nil || block.lines == expected, "\(place): \(name) is not what is compiled")
            }
        }
        #expect(Set(compiled.keys).subtracting(shown) == [], "compiled, but shown nowhere")
    }

    /// Where a heading of the Go guide has its counterpart, and the samples that answer to the guide's own.
    struct Section: Sendable, CustomTestStringConvertible {
        let original: String
        let article: String
        let heading: String
        let samples: [String]

        init(_ original: String, _ article: String, _ heading: String, _ samples: [String] = []) {
            (self.original, self.article, self.heading, self.samples) = (original, article, heading, samples)
        }

        var testDescription: String { "\(original): \(heading)" }
    }

    /// All headings of the guide, in its order.
    static let sections: [Section] = [
        Section("资源链接", "SpeedPix", "Topics"),
        Section("获取 API 凭据", "GettingStarted", "Get credentials"),
        Section("调用 OpenAPI", "GettingStarted", "Getting started"),
        Section("准备 Go 环境", "GettingStarted", "Install"),
        Section("配置环境变量", "GettingStarted", "Set the environment"),
        Section("安装依赖", "GettingStarted", "Install"),
        Section("准备一个已经发布的工作流", "GettingStarted", "Publish a workflow"),
        Section("复制示例代码", "GettingStarted", "First run", ["first-run", "credentials"]),
        Section("执行测试", "GettingStarted", "Check the result"),
        Section("更多使用方式", "MoreWays", "More ways to run a workflow"),
        Section("方式1:最简单(推荐新手)", "MoreWays", "The simplest way", ["simplest", "simplest-file"]),
        Section("方式2:完全控制(高级用户)", "MoreWays", "Full control", ["full-control"]),
        Section("方式3:异步处理", "MoreWays", "Asynchronous", ["asynchronous"]),
        Section("资源配置", "Resources", "Resources"),
        Section("共享算力 vs 独享资源", "Resources", "Shared and dedicated resources"),
        Section(
            "配置方式", "Resources", "Shared and dedicated resources",
            ["resource-shared", "resource-dedicated", "resource-create"]),
        Section("相关文档", "SpeedPix", "Topics"),
        Section("详细 API 参考", "SpeedPix", "Reference by topic"),
        Section(
            "客户端配置选项", "ConfiguringClients", "Options of a client", ["configuration", "configuration-environment"]),
        Section("Run API - 直接运行工作流", "Running", "Run", ["run-options", "run-typed"]),
        Section(
            "Predictions API - 预测任务管理", "ManagingPredictions", "Predictions",
            [
                "predictions-create", "predictions-create-typed", "predictions-get", "predictions-wait",
                "predictions-cancel",
            ]),
        Section(
            "Files API - 文件管理", "ManagingFiles", "Files",
            ["files-create", "files-create-stream", "files-get", "files-delete", "files-properties"]),
        Section(
            "增强文件类型支持", "FileTypes", "Enhanced file types",
            ["image-file", "video-file", "audio-file", "document-file"]),
        Section("预定义输出类型", "WorkflowOutputs", "Predefined outputs", ["predefined-outputs"]),
        Section("用户自定义输出结构示例", "WorkflowOutputs", "User-defined outputs", ["user-defined-outputs"]),
        Section("任务状态", "PredictionStatus", "Status", ["status", "metrics"]),
        Section("错误类型", "HandlingErrors", "Errors", ["prediction-error", "api-error"]),
        Section("使用场景示例", "Scenarios", "Scenarios"),
        Section("文生图", "Scenarios", "Text to image", ["text-to-image"]),
        Section("图生图", "Scenarios", "Image to image", ["image-to-image"]),
        Section("图转视频", "Scenarios", "Image to video", ["image-to-video"]),
        Section("批量处理", "Scenarios", "Batch", ["batch"]),
        Section("高级配置", "AdvancedConfiguration", "Advanced configuration"),
        Section("自定义 HTTP 客户端", "AdvancedConfiguration", "Custom HTTP client", ["custom-http"]),
        Section("重试机制", "AdvancedConfiguration", "Retry", ["retry"]),
        Section("监控和日志", "AdvancedConfiguration", "Monitoring and logging", ["monitoring"]),
    ]

    @Test("Each heading of the original guide has an article with its samples", arguments: sections)
    func everyHeadingHasItsCounterpart(_ section: Section) throws {
        let lines = try GuideSamples.lines(of: "\(Self.samples.catalogue)/\(section.article).md")
        let start = lines.firstIndex {
            $0.hasPrefix("#") && $0.drop { $0 == "#" }.dropFirst().replacing("`", with: "") == section.heading
        }
        let first = try #require(start)
        let level = lines[first].prefix { $0 == "#" }.count
        let rest = lines[(first + 1)...]
        // Up to the next heading that is none of its own. The lines of code that begin with # are not headings.
        let end = rest.firstIndex { $0.hasPrefix("#") && $0.contains(" ") && $0.prefix { $0 == "#" }.count <= level }
        let blocks = GuideSamples.blocks(in: Array(rest[..<(end ?? rest.endIndex)]))
        for sample in section.samples { #expect(blocks.contains { $0.sample == sample }, "\(sample) is missing") }
    }
}
