import LuaRuntime

extension ScriptReference {
    private static let service = ["auth", "configuration", "throttled", "network", "api_error", "invalid_response"]
    static let files = ["file_not_found", "not_allowed", "file_system"]

    private static let createOptions: [LuaReference.Field] = [
        "alias_id: string — which published version; default \"main\" unless version_id is given",
        "version_id: string — one version, published or not", "randomise_seeds: boolean — new seeds for every run",
        "return_temp_files: boolean — intermediate results, too",
        "resource_config_id: string|string[] — where it may run",
        """
        label: string — what rows, errors, reports and downloads call it; default: the item of `map` (its text, or its sku, \
        id or name), else the input file's name, else the prompt's first words
        """,
    ]

    private static let waitOptions: [LuaReference.Field] = [
        """
        timeout: number — seconds; the prediction goes on when they are over, unless cancel_on says otherwise. Default: \
        none, as long as the service has said within the last 30 minutes that it goes on
        """,
        "polling_interval: number — seconds; default: adaptive",
        "on_progress: fun(job: Prediction) — called whenever something changed",
        "cancel_on: \"timeout\"|\"stop\"|false — when giving up ends it at the service, too; default: --cancel-on-stop says",
    ]

    static let speedpix = LuaReference.Module(
        "speedpix", "The service: workflows, files, and many of them at once.", verbs + concurrency + inputs,
        values: [
            "null: lightuserdata — JSON's null, which a table cannot hold as nil", "version: string — of speedpix",
        ],
        globals: ["run", "create", "wait", "upload", "uint64"])

    private static let verbs = [
        LuaReference.Function(
            "run",
            "Creates a prediction, waits for it and returns its output. Files anywhere in the input, named by a path"
                + " such as \"./shoe.jpg\", are uploaded, the same content once.",
            ["workflow: string — its id", "input?: table — by the workflow's names"],
            options: createOptions + waitOptions,
            returns: "table<string, any>",
            errors: ["prediction_failed", "timeout", "unknown_outcome", "output_expired"] + service + files,
            example: "local out = run(\"white-background\", { image = \"./shoe.jpg\" })"),
        LuaReference.Function(
            "create", "Creates a prediction and returns at once.",
            ["workflow: string — its id", "input?: table — by the workflow's names"], options: createOptions,
            returns: "Prediction", errors: ["unknown_outcome", "output_expired"] + service + files,
            example: "local job = create(\"white-background\", { image = \"./shoe.jpg\" })"),
        LuaReference.Function(
            "wait", "Waits until a prediction has succeeded; raises if it did not.", ["job: Prediction"],
            options: waitOptions, returns: "Prediction", errors: ["prediction_failed", "timeout"] + service,
            example: "wait(job, { timeout = 600, on_progress = function(p) print(p.progress, p.eta) end })"),
        LuaReference.Function(
            "upload", "Uploads a file, or bytes, unless the same content was uploaded before.",
            ["source: string|Source — a path, or speedpix.bytes(…)"],
            options: [
                "filename: string — the name the service sees",
                "content_type: string — default: by the name's extension, else by the content",
                "on_progress: function — called with the bytes sent so far, and all of them",
            ], returns: "File", errors: service + files, example: "local file = upload(\"./shoe.jpg\")"),
        LuaReference.Function(
            "get",
            "A prediction by its id, such as one of an earlier run; of one that this run created, the beginning will do.",
            ["id: string"], returns: "Prediction",
            errors: service),
        LuaReference.Function(
            "cancel", "Ends a prediction at the service, by its id. One that has ended already stays as it is.",
            ["id: string"], returns: "Prediction", errors: ["unsupported"] + service),
    ]

    private static let onError: LuaReference.Field = """
        on_error: string — "wait", the default, finishes what is under way; "finish" does all items and then raises the \
        first error; "cancel" ends what is under way at once
        """

    private static let concurrency = [
        LuaReference.Function(
            "map",
            "Calls a function for every value of a list, several at a time; results in order. After the first error no"
                + " further item is begun; those under way are finished, and the error is raised. If it is one of this"
                + " host's, `e.results` has what was finished, by item.",
            ["list: any[]", "fn: fun(value: any, i: integer): any"],
            options: ["concurrency: integer — at the same time; default 8", onError], returns: "any[]",
            example: "speedpix.map(prompts, function(p) return run(\"text-to-image\", { prompt = p }) end)"),
        LuaReference.Function(
            "settle", "Like map, but never raises: `{ ok = true, value = … }` or `{ ok = false, error = … }` for each.",
            ["list: any[]", "fn: fun(value: any, i: integer): any"],
            options: ["concurrency: integer — at the same time; default 8"],
            returns: "{ok: boolean, value: any, error: any}[]"),
        LuaReference.Function(
            "all",
            "Waits for all of a table of jobs; results under the same keys. The first error is raised when all have ended;"
                + " `e.results` has the others' results.",
            ["jobs: table<any, Prediction|Task>"], options: [onError],
            returns: "table<any, any>", example: "speedpix.all { a = job_a, b = job_b }"),
        LuaReference.Function(
            "first", "Waits for the first job that succeeds and cancels the others.",
            ["jobs: (Prediction|Task)[]"], returns: "any"),
        LuaReference.Function(
            "completed", "Iterates over jobs as they end, whichever way.", ["jobs: (Prediction|Task)[]"],
            returns: "fun(): Prediction|Task", example: "for job in speedpix.completed(jobs) do print(job.status) end"),
        LuaReference.Function(
            "spawn",
            "Starts a function beside the script. It ends before the task that started it does; in a `<close>` variable,"
                + " at the end of the block.",
            ["fn: function", "...: any — its arguments"], returns: "Task"),
        LuaReference.Function(
            "timeout", "Calls a function and stops it when the time is over.",
            ["seconds: number", "fn: function", "...: any — its arguments"], returns: "any", errors: ["timeout"]),
        LuaReference.Function("sleep", "Waits; other tasks go on.", ["seconds: number"]),
        LuaReference.Function(
            "once",
            "Calls a function once in a run, and gives its value every time: also when the run is gone on with (`--resume`)."
                + " For what would be another one each time: the time, a token, a choice. The value is what JSON can say.",
            ["name: string", "fn: fun(): any"], returns: "any", errors: ["journal_failed"],
            example: "local stamp = speedpix.once(\"stamp\", function() return os.time() end)"),
    ]

    private static let inputs = [
        LuaReference.Function(
            "params",
            "What the script takes from the command line as `name=value`; `--help` after the script lists it. Each"
                + " has `type` (string, integer, number, boolean, file), `required`, `default`, `min`, `max` and `help`.",
            ["parameters: table<string, table>"], returns: "table<string, any>", errors: files,
            example: "local p = speedpix.params { count = { type = \"integer\", default = 4, min = 1, max = 64 } }"),
        LuaReference.Function(
            "file", "A path that is meant as a file, whatever it looks like.", ["path: string"], returns: "Source"),
        LuaReference.Function(
            "bytes", "Bytes to upload as a file.", ["data: string", "filename: string"], returns: "Source"),
        LuaReference.Function(
            "text", "Text that is no path, whatever it looks like.", ["text: string"], returns: "Source"),
        LuaReference.Function(
            "array", "A table as JSON's array, also when it is empty.", ["table?: any[]"], returns: "any[]"),
        LuaReference.Function("object", "A table as JSON's object.", ["table?: table"], returns: "table"),
        LuaReference.Function(
            "uint64",
            "A whole number from 0 to 2^64 - 1, such as a seed, by its digits. Up to 2^63 - 1 it is one of Lua's integers. A"
                + " larger one, for which Lua has no number, is an object that prints, compares, calculates (`+ - * // %`,"
                + " with integers) and is sent as the number it is; `type` calls it userdata. `json.decode` and results"
                + " have the same. As a numeral in a script, or by `tonumber`, it would be rounded: the one does not"
                + " compile, and what came of the other is refused as an input.",
            ["number: string|integer — decimal digits, or 0x and hexadecimal ones"], returns: "integer",
            example: "run(\"text-to-image\", { prompt = \"a lake\", seed = uint64(\"15417283946501827364\") })"),
    ]

    static let prediction = LuaReference.Class(
        "Prediction", shownAs: "prediction", "One run of a workflow, as it was last heard of.",
        properties: [
            "id: string", "status: \"waiting\"|\"running\"|\"succeeded\"|\"failed\"|\"canceled\"",
            "workflow_id?: string", "label?: string — what the script calls it",
            "reused: boolean — an attempt of this run before has created it, and paid for it",
            "info?: any — what the service said beside the output; of a success without any output it says so",
            "input?: table", "output?: table<string, any> — files in it are output files", "error?: string",
            "logs: string", "metrics: {predict_time: number?, total_time: number?} — seconds",
            "progress: number — 0 to 1",
            "eta?: number — seconds that are left", "queue_length?: integer", "created_at?: string — ISO 8601",
            "started_at?: string", "completed_at?: string", "files: OutputFile[] — all of the output",
        ],
        methods: [
            LuaReference.Function(
                "wait", "Waits until it has succeeded; raises if it did not.", options: waitOptions,
                returns: "Prediction",
                errors: ["prediction_failed", "timeout"] + service),
            LuaReference.Function("reload", "Asks how it stands.", returns: "Prediction", errors: service),
            LuaReference.Function(
                "cancel", "Ends it at the service. One that has ended already stays as it is.", returns: "Prediction",
                errors: ["unsupported"] + service),
            LuaReference.Function(
                "save_all", "Saves every file of the output into a folder; returns the paths.", ["folder: string"],
                returns: "string[]", errors: ["network"] + files),
        ])

    static let outputFile = LuaReference.Class(
        "OutputFile", shownAs: "output file",
        "A file among results: what the service tells of it. It goes into the next step's input as it is.",
        properties: [
            "url: string — it expires; tostring(file) gives it, too", "filename: string", "format?: string",
            "mime_type: string", "size?: integer — bytes", "width?: integer — pixels", "height?: integer — pixels",
            "dpi?: number", "color_space?: string", "duration?: number — seconds", "frame_rate?: number",
            "codec?: string",
            "has_audio?: boolean", "audio_codec?: string", "sample_rate?: integer", "bitrate?: integer",
            "channels?: integer", "pages?: integer", "language?: string", "author?: string",
        ],
        methods: [
            LuaReference.Function(
                "save",
                "Streams it to disk, in one step, with the folders on the way; returns the full path. A folder keeps"
                    + " the file's own name.", ["path?: string — default ./"], returns: "string",
                errors: ["network"] + files),
            LuaReference.Function("read", "Its bytes.", returns: "string", errors: ["network", "api_error"]),
            LuaReference.Function("aspect_ratio", "Width divided by height; nil if unknown.", returns: "number?"),
            LuaReference.Function("is_square", "Nil if its size is unknown.", returns: "boolean?"),
            LuaReference.Function("is_portrait", "Nil if its size is unknown.", returns: "boolean?"),
            LuaReference.Function("is_landscape", "Nil if its size is unknown.", returns: "boolean?"),
            LuaReference.Function("is_hd", "Whether the shorter side has 720 pixels or more.", returns: "boolean?"),
            LuaReference.Function("is_4k", "Whether the shorter side has 2,160 pixels or more.", returns: "boolean?"),
            LuaReference.Function("resolution", "Such as \"1920x1080\".", returns: "string?"),
        ])

    static let file = LuaReference.Class(
        "File", shownAs: "file", "An uploaded file.",
        properties: [
            "url: string — what goes into an input", "filename: string", "size: integer — bytes", "mime_type: string",
            "object_key: string", "created_at: string — ISO 8601", "expires_at?: string — ISO 8601",
        ])

    static let source = LuaReference.Class(
        "Source", shownAs: "source",
        "What a string is meant as: made by speedpix.file, speedpix.bytes and speedpix.text.")

    static let task = LuaReference.Class(
        "Task", shownAs: "task", "A function that runs beside the script.",
        properties: ["status: \"running\"|\"succeeded\"|\"failed\"|\"canceled\""],
        methods: [
            LuaReference.Function("join", "Waits for it, and gives its results or raises its error.", returns: "any"),
            LuaReference.Function("cancel", "Ends it, and all that it started."),
        ])
}
