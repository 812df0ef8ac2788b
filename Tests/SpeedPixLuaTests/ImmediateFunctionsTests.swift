import SpeedPixTestSupport
import Testing

@testable import LuaRuntime
@testable import SpeedPixLua

/// The host's functions that run on the VM's own thread, where nothing else of the script does meanwhile.
@Suite("Functions of the host that do not wait")
struct ImmediateFunctionsTests {
    @Test("Each host function that does not wait is in the table of bounds")
    func all() throws {
        let folder = try ScriptFolder()
        let host = try folder.host(transport: ScriptedTransport([]))
        var found: Set<String> = []
        for module in SpeedPixModule.modules(host) {
            for function in module.functions where Self.isImmediate(function) {
                found.insert("\(module.name).\(function.name)")
            }
            for object in module.classes {
                for method in object.luaClass.methods where Self.isImmediate(method) {
                    found.insert("\(object.luaClass.name):\(method.name)")
                }
            }
        }
        #expect(found.subtracting(Self.table.keys).sorted() == [])
        #expect(Set(Self.table.keys).subtracting(found).sorted() == [])
    }

    private static func isImmediate(_ function: LuaFunctionDefinition) -> Bool {
        switch function.body {
        case .immediate, .direct: true
        case .waiting, .spawn, .scheduled, .source: false
        }
    }

    private static let table: [String: String] = [
        "_host.check_once_name": "one value",
        "_host.decode": "polls the stop flag every 1,024 values",
        "_host.encode": "polls the stop flag every 1,024 values",
        "_host.item_failed": "one error",
        "_host.once_value": "one value",
        "_host.read_parameters": "a declaration; it counts as a transfer",
        "_host.refuse_once": "one value",
        "_host.refuse_parameter": "one value",
        "_output.log": "the stream gives up when the end begins",
        "_output.write": "the stream gives up when the end begins",
        "_output_names.is_method": "one value",
        "_output_names.list": "one value",
        "_output_names.misspelt": "at most 200 names of at most 100 bytes",
        "_output_names.of_list": "one value",
        "_output_names.record": "one value",
        "_require.check": "one value",
        "_require.fail": "one value",
        "csv.format": "rows cross as a transfer, which polls the stop flag; their text is bounded with it",
        "file handle:all": "one read or write; a file that does not answer is left behind after the grace",
        "file handle:close": "one read or write; a file that does not answer is left behind after the grace",
        "file handle:flush": "one read or write; a file that does not answer is left behind after the grace",
        "file handle:line": "one read or write; a file that does not answer is left behind after the grace",
        "file handle:number": "one read or write; a file that does not answer is left behind after the grace",
        "file handle:put": "one read or write; a file that does not answer is left behind after the grace",
        "file handle:seek": "one read or write; a file that does not answer is left behind after the grace",
        "file handle:take": "one read or write; a file that does not answer is left behind after the grace",
        "fs.exists": "one question to the disk; a folder that does not answer is left behind after the grace",
        "fs.is_dir": "one question to the disk; a folder that does not answer is left behind after the grace",
        "fs.is_file": "one question to the disk; a folder that does not answer is left behind after the grace",
        "fs.size": "one question to the disk; a folder that does not answer is left behind after the grace",
        "io.digits": "one value",
        "io.input": "the stream gives up when the end begins",
        "io.open": "one question to the disk; a folder that does not answer is left behind after the grace",
        "io.write": "the stream gives up when the end begins",
        "io.write_error": "the stream gives up when the end begins",
        "json.decode": "polls the stop flag every 1,024 values",
        "json.encode": "polls the stop flag every 1,024 values",
        "os.getenv": "one value",
        "os.remove": "one question to the disk; a folder that does not answer is left behind after the grace",
        "os.rename": "one question to the disk; a folder that does not answer is left behind after the grace",
        "os.tmpname": "one question to the disk; a folder that does not answer is left behind after the grace",
        "output file:aspect_ratio": "numbers of one object",
        "output file:is_4k": "numbers of one object",
        "output file:is_hd": "numbers of one object",
        "output file:is_landscape": "numbers of one object",
        "output file:is_portrait": "numbers of one object",
        "output file:is_square": "numbers of one object",
        "output file:resolution": "numbers of one object",
        "path.basename": "a path of text, no disk",
        "path.dirname": "a path of text, no disk",
        "path.extension": "a path of text, no disk",
        "path.join": "a path of text, no disk",
        "path.stem": "a path of text, no disk",
        "path.text": "a path of text, no disk",
        "speedpix.array": "marks a value; what it copies counts as a transfer",
        "speedpix.bytes": "marks a value; what it copies counts as a transfer",
        "speedpix.file": "marks a value; what it copies counts as a transfer",
        "speedpix.object": "marks a value; what it copies counts as a transfer",
        "speedpix.text": "marks a value; what it copies counts as a transfer",
        "speedpix.uint64": "marks a value; what it copies counts as a transfer",
    ]
}
