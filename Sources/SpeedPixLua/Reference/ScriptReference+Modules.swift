import LuaRuntime

extension ScriptReference {
    private static let reading = ["file_not_found", "not_allowed", "file_system"]
    private static let writing = ["not_allowed", "file_system"]

    static let json = LuaReference.Module(
        "json", "JSON as text. Arrays and objects keep what they are, null is `speedpix.null`.",
        [
            LuaReference.Function(
                "decode",
                "Reads a document. Whole numbers of 64 bits keep their digits (from 2^63 on as `uint64` makes them); a longer"
                    + " one is an error and not rounded.", ["text: string"], returns: "any", errors: ["invalid_json"],
                example: "local data = json.decode(fs.read(\"data.json\"))"),
            LuaReference.Function(
                "encode", "Writes a value. A file stands for its URL.", ["value: any"],
                options: [
                    "indent: integer — spaces for each level, 0 to 16; default 0: all in one line",
                    "sort_keys: boolean — the same value always gives the same text; default false",
                ], returns: "string"),
        ], values: ["null: lightuserdata — the same as speedpix.null"])

    static let csv = LuaReference.Module(
        "csv", "Tables as spreadsheets exchange them, in UTF-8. Values that are read are strings.",
        [
            LuaReference.Function(
                "read", "Reads a file: a list of rows by the names in its first line.", ["path: string"],
                options: [
                    "delimiter: string — one character; default: comma, semicolon or tab, whichever it has",
                    "header: boolean — false: rows are lists; default true",
                ], returns: "table[]", errors: ["invalid_csv"] + reading,
                example: "for _, row in ipairs(csv.read(\"products.csv\")) do print(row.name) end"),
            LuaReference.Function(
                "parse", "The same for text.", ["text: string"],
                options: [
                    "delimiter: string — one character; default: comma, semicolon or tab, whichever it has",
                    "header: boolean — false: rows are lists; default true",
                ], returns: "table[]", errors: ["invalid_csv"]),
            LuaReference.Function(
                "format", "Rows as text.", ["rows: table[] — by name, or lists"],
                options: [
                    "columns: string[] — all of them, in their order; default: sorted",
                    "delimiter: string — one character; default comma",
                ], returns: "string"),
            LuaReference.Function(
                "write", "Writes rows to a file in one step; returns its full path.",
                ["path: string", "rows: table[] — by name, or lists"],
                options: [
                    "columns: string[] — all of them, in their order; default: sorted",
                    "delimiter: string — one character; default comma",
                ], returns: "string", errors: writing),
        ])

    static let fs = LuaReference.Module(
        "fs", "Files that the script may see, and those it may make.",
        [
            LuaReference.Function(
                "exists", "Whether there is a file or folder.", ["path: string"], returns: "boolean",
                errors: ["not_allowed"]),
            LuaReference.Function(
                "is_file", "Whether it is a regular file.", ["path: string"], returns: "boolean",
                errors: ["not_allowed"]),
            LuaReference.Function(
                "is_dir", "Whether it is a folder.", ["path: string"], returns: "boolean", errors: ["not_allowed"]),
            LuaReference.Function("size", "Bytes of a file.", ["path: string"], returns: "integer", errors: reading),
            LuaReference.Function(
                "list", "The names in a folder, in order.", ["folder?: string — default: the working folder"],
                returns: "string[]", errors: reading),
            LuaReference.Function(
                "glob",
                "Paths that match a pattern, in order: `*`, `?`, `[a-z]`, `{jpg,png}`, and `**` for folders at any depth."
                    + " They start with ./ and so go into an input as files.",
                ["pattern: string"], returns: "string[]", errors: ["not_allowed"],
                example: "for _, path in ipairs(fs.glob(\"./photos/*.jpg\")) do upload(path) end"),
            LuaReference.Function(
                "mkdir", "Makes a folder, and those on its way; it may be there already. Returns its full path.",
                ["folder: string"], returns: "string", errors: writing),
            LuaReference.Function(
                "remove", "Removes a file or an empty folder.", ["path: string"], returns: "boolean", errors: reading),
            LuaReference.Function(
                "read", "The content of a file.", ["path: string"], returns: "string", errors: reading),
            LuaReference.Function(
                "write", "Writes a file in one step, with the folders on its way; returns its full path.",
                ["path: string", "content: string"], returns: "string", errors: writing),
            LuaReference.Function(
                "copy", "Copies a file; returns the full path of the copy.", ["path: string", "new_path: string"],
                returns: "string", errors: reading),
        ])

    static let path = LuaReference.Module(
        "path", "Paths as text; nothing here looks at the disk.",
        [
            LuaReference.Function("join", "Parts with slashes between them.", ["...: string"], returns: "string"),
            LuaReference.Function(
                "basename", "\"shoe.jpg\" of \"photos/shoe.jpg\".", ["path: string"], returns: "string"),
            LuaReference.Function("dirname", "\"photos\" of \"photos/shoe.jpg\".", ["path: string"], returns: "string"),
            LuaReference.Function("stem", "\"shoe\" of \"photos/shoe.jpg\".", ["path: string"], returns: "string"),
            LuaReference.Function(
                "extension", "\"jpg\" of \"photos/shoe.jpg\"; \"\" if there is none.", ["path: string"],
                returns: "string"),
        ])

    static let log = LuaReference.Module(
        "log", "Lines on standard error, apart from the results. Arguments are joined by spaces.",
        [
            LuaReference.Function("debug", "Shown only with --verbose.", ["...: any"]),
            LuaReference.Function("info", "What goes on.", ["...: any"]),
            LuaReference.Function("warn", "What should be looked at.", ["...: any"]),
            LuaReference.Function("error", "What went wrong; it does not end the script.", ["...: any"]),
        ])

    static let io = LuaReference.Module(
        "io", "Lua's own, for files that the script may open. `popen`, `tmpfile`, `input` and `output` are missing.",
        [
            LuaReference.Function(
                "open", "Opens a file; nil, a message and a number if it cannot be opened.",
                ["path: string", "mode?: string — r, w, a, r+, w+ or a+; default r"],
                returns: "Handle?, string?, integer?",
                errors: ["not_allowed"]),
            LuaReference.Function(
                "lines", "Iterates over the lines of a file, or of standard input.",
                ["path?: string", "...: string|integer"],
                returns: "fun(): any", errors: reading),
            LuaReference.Function("read", "Reads from standard input.", ["...: string|integer"], returns: "any"),
            LuaReference.Function("write", "Writes to standard output.", ["...: string|number"], returns: "any"),
            LuaReference.Function("close", "Closes a file.", ["handle: Handle"], returns: "boolean"),
            LuaReference.Function("type", "\"file\", \"closed file\" or nil.", ["value: any"], returns: "string?"),
        ],
        values: [
            "stdin: any — has read and lines", "stdout: any — has write", "stderr: any — has write",
        ])

    static let os = LuaReference.Module(
        "os",
        "Lua's own, for time and for files that the script may write. `execute`, `exit` and `setlocale` are missing: a"
            + " script ends with its last line, or with `error`.",
        [
            LuaReference.Function("time", "Seconds since 1970.", ["table?: table"], returns: "integer"),
            LuaReference.Function(
                "date", "A date as text or as a table.", ["format?: string", "time?: integer"], returns: "string|table"),
            LuaReference.Function("clock", "Seconds of processor time.", returns: "number"),
            LuaReference.Function(
                "difftime", "Seconds between two times.", ["t2: integer", "t1: integer"], returns: "number"),
            LuaReference.Function(
                "getenv", "An environment variable that --allow-env names; nil if it is not set.", ["name: string"],
                returns: "string?", errors: ["not_allowed"]),
            LuaReference.Function(
                "remove", "Removes a file or an empty folder; nil and a message if it cannot be removed.",
                ["path: string"],
                returns: "boolean?, string?, integer?", errors: ["not_allowed"]),
            LuaReference.Function(
                "rename", "Renames or moves; nil and a message if that is not possible.",
                ["path: string", "new_path: string"],
                returns: "boolean?, string?, integer?", errors: ["not_allowed"]),
            LuaReference.Function(
                "tmpname", "Makes an empty file in the folder of results and returns its path. The script removes it.",
                returns: "string", errors: writing),
        ])

    static let handle = LuaReference.Class(
        "Handle", shownAs: "file handle", "An open file of `io.open`.",
        methods: [
            LuaReference.Function(
                "read", "As formats say: l, L, a, n, or a number of bytes.", ["...: string|integer"], returns: "any"),
            LuaReference.Function(
                "lines", "Iterates over lines, or what formats say.", ["...: string|integer"], returns: "fun(): any"),
            LuaReference.Function(
                "write", "Writes strings and numbers; returns the file.", ["...: string|number"], returns: "Handle"),
            LuaReference.Function(
                "seek", "Moves, and returns the place from the start.",
                ["whence?: string — set, cur or end", "offset?: integer"],
                returns: "integer"),
            LuaReference.Function("flush", "Hands what was written to the system.", returns: "Handle"),
            LuaReference.Function(
                "setvbuf", "Does nothing: the host decides on buffers.", ["mode?: string"], returns: "boolean"),
            LuaReference.Function("close", "Closes it; a <close> variable does so by itself.", returns: "boolean"),
        ])
}
