import LuaRuntime
import SpeedPix

/// The arguments of `run` and `create`: workflow, input, options.
struct CreateRequest: Sendable {
    let workflowID: String
    let input: LuaTable
    let options: LuaOptions
    let createOptions: CreateOptions

    static let parameters: [LuaField] = ["workflow: string — its id", "input?: table — by the workflow's names"]
    static let options: [LuaField] = [
        "alias_id: string — which published version; default \"main\" unless version_id is given",
        "version_id: string — one version, published or not",
        "randomise_seeds: boolean — new seeds for every run",
        "return_temp_files: boolean — intermediate results, too",
        "resource_config_id: string|string[] — where it may run",
        """
        label: string — what rows, errors, reports and downloads call it; default: the item of `map` (its text, or its sku, \
        id or name), else the input file's name, else the prompt's first words
        """,
    ]

    init(_ arguments: borrowing LuaArguments) throws {
        workflowID = try arguments.string(1)
        input = try arguments.table(2) ?? LuaTable()
        guard input.items.isEmpty else {
            throw LuaArgumentError(
                "input, argument 2, must have named values: { image = …, text = … }",
                hint: "a list is not an input; name what the workflow expects")
        }
        let options = try arguments.options()
        var create = CreateOptions()
        create.aliasID = try options.string("alias_id")
        create.versionID = try options.string("version_id")
        create.randomizeSeeds = try options.boolean("randomise_seeds")
        create.returnTempFiles = try options.boolean("return_temp_files")
        switch options["resource_config_id"] {
        case nil: break
        case .string(let id): create.resourceConfigIDs = [id.lossyText]
        case .table(let list):
            create.resourceConfigIDs = try list.items.map {
                guard let id = $0.text else { throw options.mismatch("resource_config_id", "a list of strings", $0) }
                return id
            }
        case .some(let value): throw options.mismatch("resource_config_id", "a string or a list", value)
        }
        create.label = try Self.label(options)
        // Last: what was refused has no position.
        create.position = arguments.position("create").map(CreatePosition.init(rawValue:))
        self.options = options
        createOptions = create
    }

    private static func label(_ options: LuaOptions) throws -> String? {
        guard let label = try options.string("label") else { return nil }
        guard PredictionLabel.isUsable(label) else {
            throw LuaArgumentError(
                "label is not a short text: \(label.prefix(80).description.printable())",
                hint: "one line of at most \(PredictionLabel.longest) characters, such as an article's number")
        }
        return label
    }
}
