import LuaRuntime
import Spelling

/// What a script gets for a name that an output, or a list of them, does not have: an error where it is surely a mistake.
///
/// A name that is close to one that is there is misspelt; any other is nil, as in every table, so that a script can ask whether
/// there is an output. A list has no methods; one of its elements may be meant.
enum OutputNames {
    static let module: LuaModule = {
        var module = LuaModule(
            name: "_output_names",
            functions: [
                .immediate("record") { _ in .table(LuaTable(shape: .record)) },
                .immediate("list") { _ in .table(LuaTable(shape: .array)) },
                .immediate("misspelt") { arguments in
                    let name = try arguments.string(1)
                    // Comparing takes the product of the lengths; no name of an output is longer.
                    let names = (try arguments.table(2)?.items ?? []).prefix(200).compactMap(\.text)
                        .filter { $0.utf8.count <= longest }
                    guard name.utf8.count <= longest else { return .nil }
                    guard let nearest = NearestName.suggestion(for: name, among: names) else { return .nil }
                    throw LuaArgumentError(
                        "there is no output \"\(name.printable())\"; did you mean \"\(nearest.printable())\"?",
                        hint: "the outputs are \(names.sorted().joined(separator: ", ").printable());"
                            + " rawget(out, \"\(name.printable())\") is nil without an error")
                },
                .immediate("is_method") { arguments in
                    guard let name = try? arguments.string(1) else { return .boolean(false) }
                    return .boolean(methods.contains(name))
                },
                .immediate("of_list") { arguments in
                    let name = try arguments.string(1)
                    let count = try arguments.integer(2)
                    throw LuaArgumentError(
                        count == 0
                            ? "this is an empty list, which has nothing to \(name)"
                            : "this is a list of \(count): take one, as in list[1]:\(name)(…)",
                        hint: "for all of them: for i, one in ipairs(list) do one:\(name)(…) end")
                },
            ])
        // Called only for what is not there: reading what is there costs nothing more.
        module.sources = [
            """
            local _, own = ...
            local type, next = type, next
            local misspelt, is_method, of_list = own.misspelt, own.is_method, own.of_list

            getmetatable(own.record()).__index = function(output, name)
              if type(name) ~= "string" then return nil end
              local names = {}
              for key in next, output do names[#names + 1] = key end
              return misspelt(name, names)
            end

            getmetatable(own.list()).__index = function(list, name)
              if type(name) ~= "string" or not is_method(name) then return nil end
              return function() return of_list(name, #list) end
            end
            return {}
            """
        ]
        return module
    }()

    /// Bytes of a name that is compared with others.
    private static let longest = 100

    /// What can be called on a file, or on a prediction.
    private static let methods: Set<String> = {
        let classes: [any LuaObject.Type] = [OutputFileObject.self, PredictionObject.self, FileObject.self]
        return Set(classes.flatMap { $0.luaClass.methods.map(\.name) })
    }()
}
