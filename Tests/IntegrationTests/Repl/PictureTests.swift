import Imaging
import Testing

@testable import SpeedPixCommands

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Pictures in a terminal")
struct PictureTests {
    /// Red, green / blue, white.
    private let image: Image

    init() throws {
        image = try Image(pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], width: 2, height: 2)
    }

    private func bytes(_ style: PictureProtocol, trueColor: Bool = true, _ image: Image? = nil) throws -> String {
        let encoding = PictureEncoding(style: style, hasTrueColor: trueColor)
        return String(decoding: try encoding.bytes(image ?? self.image, columns: 3, rows: 1), as: UTF8.self)
    }

    @Test("A picture is drawn as half blocks, in true color and in 256 colors")
    func asHalfBlocks() throws {
        #expect(
            try bytes(.blocks)
                == "\u{1B}[38;2;255;0;0;48;2;0;0;255m▀\u{1B}[38;2;0;255;0;48;2;255;255;255m▀\u{1B}[0m\n")
        #expect(try bytes(.blocks, trueColor: false) == "\u{1B}[38;5;196;48;5;21m▀\u{1B}[38;5;46;48;5;231m▀\u{1B}[0m\n")
        // An odd row, and what is transparent, show the terminal's own background.
        let odd = try Image(
            pixels: [9, 9, 9, 255, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 255, 8, 8, 8, 255, 8, 8, 8, 255], width: 2,
            height: 3)
        #expect(
            try bytes(.blocks, odd)
                == "\u{1B}[0;38;2;9;9;9m▀▄\u{1B}[0m\n\u{1B}[0;38;2;8;8;8m▀▀\u{1B}[0m\n")
    }

    @Test("A picture is sent to kitty as PNG, in pieces if it is large")
    func forKitty() throws {
        let png = try image.encoded(format: .png)
        let text = try bytes(.kitty)
        #expect(text == "\u{1B}_Ga=T,f=100,q=2,c=3,r=1,m=0;\(base64(png))\u{1B}\\\n")
        // More than one command takes: the pieces together are the picture.
        var noise = SystemRandomNumberGenerator()
        let large = try Image(
            pixels: (0..<40 * 40 * 3).map { _ in UInt8.random(in: 0...255, using: &noise) }, width: 40, height: 40)
        let pieces = try bytes(.kitty, large).split(separator: "\u{1B}\\").dropLast()
        #expect(pieces.count == 2 && pieces.allSatisfy { $0.utf8.count < 4200 })
        #expect(pieces[0].contains("m=1;") && pieces[1].hasPrefix("\u{1B}_Gm=0;"))
        let payload = pieces.map { $0.split(separator: ";", maxSplits: 1)[1] }.joined()
        #expect(payload == base64(try large.encoded(format: .png)))
    }

    @Test("A picture is sent to iTerm as an inline file")
    func forITerm() throws {
        let png = try image.encoded(format: .png)
        #expect(
            try bytes(.iterm)
                == "\u{1B}]1337;File=inline=1;size=\(png.count);width=3;height=1;preserveAspectRatio=1:\(base64(png))\u{7}\n"
        )
    }

    @Test("A picture is drawn as sixels")
    func asSixels() throws {
        #expect(
            try bytes(.sixel)
                == "\u{1B}P0;1q\"1;1;2;2#5;2;0;0;100#30;2;0;100;0#180;2;100;0;0#215;2;100;100;100"
                + "#5A$#30?@$#180@$#215?A-\u{1B}\\\n")
        let stripe = try Image(pixels: Array(repeating: 255, count: 9 * 7 * 3), width: 9, height: 7)
        #expect(
            try bytes(.sixel, stripe) == "\u{1B}P0;1q\"1;1;9;7#215;2;100;100;100#215!9~-#215!9@-\u{1B}\\\n")
    }

    @Test(
        "The protocol for pictures is detected from the environment",
        arguments: [
            (["TERM": "xterm-kitty"], PictureProtocol.kitty), (["TERM": "xterm", "KITTY_WINDOW_ID": "1"], .kitty),
            (["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"], .kitty),
            (["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], .iterm), (["TERM": "foot"], .sixel),
            (["TERM": "xterm-256color"], .blocks), (["TERM": "dumb"], .none), ([:], .none),
            (["TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"], .blocks),
            (["TERM": "xterm-kitty", "TMUX": "/tmp/x"], .blocks),
            (["TERM": "xterm-kitty", "SPEEDPIX_PICTURES": "sixel"], .sixel),
            (["TERM": "xterm-kitty", "SPEEDPIX_PICTURES": "nonsense"], .kitty),
        ])
    func detectedProtocol(environment: [String: String], expected: PictureProtocol) {
        #expect(PictureProtocol.detect(environment) == expected)
    }

    @Test("A picture is shrunk to fit the terminal, and enlarged only on request")
    func fitTheTerminal() {
        let extent = TerminalExtent(columns: 100, rows: 24, pixelWidth: 800, pixelHeight: 384)
        let wide = PictureFit(width: 4000, height: 1000, on: extent, style: .kitty)
        #expect(wide.width == 640 && wide.height == 160 && wide.columns == 80 && wide.rows == 10)
        let high = PictureFit(width: 1000, height: 4000, on: extent, style: .sixel)
        #expect(high.height == 336 && high.width == 84 && high.rows == 21)
        let blocks = PictureFit(width: 4000, height: 1000, on: extent, style: .blocks)
        #expect(blocks.width == 80 && blocks.height == 20 && blocks.rows == 10)
        // A small picture stays small, unless somebody asks.
        #expect(PictureFit(width: 8, height: 4, on: extent, style: .blocks).width == 8)
        #expect(PictureFit(width: 8, height: 4, on: extent, style: .blocks, wanted: 20).width == 20)
        let narrow = TerminalExtent(columns: 20, rows: 3)
        let tiny = PictureFit(width: 1000, height: 10, on: narrow, style: .blocks)
        #expect(tiny.width == 20 && tiny.height == 1 && tiny.rows == 1)
    }

    @Test("show draws a picture on a terminal and describes it elsewhere")
    func areShownOnATerminalOnly() async throws {
        let folder = try TestFolder()
        try image.write(to: "\(folder.path)/small.png")
        try folder.write("no picture", to: "text.txt")
        let script = "show('small.png') show(image.open('small.png')) show({ 'text.txt', speedpix.file('text.txt') })"
        let run = await CommandRun.local(script, in: folder)
        #expect(run.output.hasPrefix("small.png: png, 2×2, "))
        #expect(run.output.contains("\npng, 2×2\n"))
        #expect(run.output.hasSuffix("file text.txt: text/plain, 10 B\n") || run.output.contains("10 B\n"))
        #expect(!run.output.contains("\u{1B}"))

        let output = Capture()
        var context = CommandContext(
            environment: ["TERM": "xterm", "COLORTERM": "truecolor"], workingDirectory: folder.path,
            homeDirectory: folder.path, writeOutput: output.append, writeError: { _ in }, readInput: { [] })
        context.outputTerminal = { TerminalExtent(columns: 80, rows: 24) }
        try folder.write("show('small.png')", to: "s.lua")
        #expect(await SpeedPixCommand.execute(["run", "s.lua", "--local"], in: context) == .success)
        #expect(output.text.hasPrefix(try bytes(.blocks) + "small.png: png, 2×2"))
    }

    @Test("show names a wrong argument")
    func showNamesWrongArguments() async throws {
        let folder = try TestFolder()
        for (call, message) in [
            ("show(7)", "must be a picture, a file, a path, a prediction or a list of them, not number"),
            ("show({})", "not table"), ("show('none.png')", "none.png"),
            ("show(image.blank(1, 1), { width = 0 })", "width of show"),
            ("show(create('echo', { text = 'x' }))", "has no files"),
        ] {
            let run = await CommandRun.local(call, in: folder)
            #expect(run.errors.contains(message), "\(call): \(run.errors)")
        }
    }
}

/// Base64, as a text.
private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
