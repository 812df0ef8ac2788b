import ComfyUI
import Foundation
import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("Servers of ComfyUI in settings")
struct ComfyUITargetsTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private var reader: SettingsReader {
        SettingsReader(
            context: CommandContext(
                environment: [:], workingDirectory: folder.path, homeDirectory: "\(folder.path)/home",
                writeOutput: { _ in }, writeError: { _ in }, readInput: { [] }))
    }

    /// What settings and command line name.
    private func targets(_ settings: String, flag named: [String] = []) throws -> [ComfyUIServerAddress] {
        try folder.write(settings, to: "speedpix.toml")
        let resolved = try ResolvedSettings(files: try reader.files())
        return try ComfyUITargets(named, resolved, reader).addresses
    }

    /// Writes a file that only its owner may read.
    private func writePrivate(_ text: String, to name: String) throws {
        let path = try folder.write(text, to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private static let tables = """
        comfyui_headers_file = "all.headers"

        [[comfyui]]
        url = "https://gpu1.example/comfy/"
        headers_file = "gpu1.headers"
        ca_file = "studio.pem"

        [[comfyui]]
        url = "http://gpu2:8188"
        """

    private func writeFiles() throws {
        try writePrivate("Authorization: Bearer all", to: "all.headers")
        try writePrivate("X-Studio: 1", to: "gpu1.headers")
        try folder.write(TestCertificates.company, to: "studio.pem")
    }

    @Test("ComfyUITargets: each table has its own headers and certificates, and else those of every server")
    func tables() throws {
        try writeFiles()
        let found = try targets(Self.tables)
        #expect(found.map(\.text) == ["https://gpu1.example/comfy", "http://gpu2:8188"])
        #expect(found[0].headers == [HTTPField.Name("X-Studio") ?? .via: "1"] && !found[0].trust.isDefault)
        #expect(found[1].headers == [.authorization: "Bearer all"] && found[1].trust.isDefault)
    }

    @Test("ComfyUITargets: --comfyui comes before tables, and a server with a table keeps what that says")
    func flag() throws {
        try writeFiles()
        let found = try targets(Self.tables, flag: ["https://gpu1.example/comfy,https://gpu3"])
        #expect(found.map(\.text) == ["https://gpu1.example/comfy", "https://gpu3"])
        #expect(found[0].headers[HTTPField.Name("X-Studio") ?? .via] == "1" && !found[0].trust.isDefault)
        #expect(found[1].headers == [.authorization: "Bearer all"] && found[1].trust.isDefault)
        #expect(try targets(Self.tables, flag: ["none"]).isEmpty)
    }

    @Test("ComfyUITargets: a list has the headers and certificates of every server")
    func list() throws {
        try writeFiles()
        let found = try targets(
            """
            comfyui = "https://gpu1.example/comfy, http://gpu2:8188"
            comfyui_headers_file = "all.headers"
            comfyui_ca_file = "studio.pem"
            """)
        #expect(found.map(\.text) == ["https://gpu1.example/comfy", "http://gpu2:8188"])
        #expect(found.allSatisfy { $0.headers == [.authorization: "Bearer all"] })
        #expect(!found[0].trust.isDefault && found[1].trust.isDefault)
        #expect(try targets("comfyui = 'none'").isEmpty)
    }

    @Test(
        "ComfyUITargets: a mistake in a table is reported with its line",
        arguments: [
            ("url = 'ftp://gpu1'", ":2: ftp://gpu1 is not the address of a ComfyUI server"),
            ("url = 'none'", ":2: none is not the address"),
            ("url = 'http://gpu1:8188'\n[[comfyui]]\nurl = 'http://gpu1:8188/'", ":4: http://gpu1:8188 is named twice"),
            ("url = 'http://gpu1:8188'\nca_file = 'studio.pem'", ":3: ca_file is for https"),
            ("url = 'https://gpu1'\nca_file = 'missing.pem'", ":2: ca_file "),
            ("url = 'http://gpu1:8188'\nheaders_file = 'missing.headers'", ":3: there is no file "),
        ])
    func mistakes(table: String, words: String) throws {
        try writeFiles()
        let error = #expect(throws: SettingsError.self) { try targets("[[comfyui]]\n\(table)") }
        #expect(error?.message.contains("/speedpix.toml\(words)") == true, "\(error?.message ?? "")")
    }

    @Test("ComfyUITargets: headers of a table that others may read are refused, and no script can read them")
    func headersOfATable() throws {
        try writeFiles()
        let path = try folder.write("X-Studio: 1", to: "gpu1.headers")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let error = #expect(throws: SettingsError.self) { try targets(Self.tables) }
        #expect(error?.message.contains("gpu1.headers holds") == true && error?.hint?.contains("chmod 600") == true)
        let withheld = reader.withheldFiles(besides: try reader.files())
        #expect(withheld.contains(path))
    }

    @Test("ComfyUITargets: doctor asks each server of the tables, and serve refuses a key that no table has")
    func commands() async throws {
        try await TestComfyUI.withRunning { [folder] server in
            try folder.write(
                "[[comfyui]]\nurl = \"\(server.url)\"\n[[comfyui]]\nurl = \"http://127.0.0.1:9\"\n", to: "speedpix.toml"
            )
            let doctor = await CommandRun(["doctor"], in: folder)
            #expect(doctor.output.contains("comfyui: \(server.url): ComfyUI 0.27.0"), "\(doctor.output)")
            #expect(doctor.output.contains("note  comfyui: http://127.0.0.1:9: "), "\(doctor.output)")
            try folder.write("[[comfyui]]\nurl = \"\(server.url)\"\nca = \"x\"\n", to: "speedpix.toml")
            let serve = await CommandRun(["serve", "--port", "0"], in: folder)
            #expect(serve.status == .configuration, "\(serve.errors)")
            #expect(serve.errors.contains("speedpix.toml:3: [[comfyui]] has no \"ca\""), "\(serve.errors)")
        }
    }
}
