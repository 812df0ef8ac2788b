package import LuaRuntime

/// The registry of error codes: every `e.code` that a script can meet, and no other.
///
/// Each comes from one of these, and is declared there:
/// - the SDK, which reads the service's answers and its local files: ``SpeedPixError/Code-swift.struct``;
/// - the Lua runtime, in whatever program it is: `LuaErrorCode`, which `CLuaBridge` repeats where no Swift runs;
/// - the pictures: `ImagingError.Code`, of which `file_access` becomes `file_system`;
/// - this room: `module` of `require` (`ModuleError`), `invalid_csv` of `csv` and `invalid_text` of `fs.lines` (`ScriptTextError`).
///
/// The service, the API gateway in front of it, the local gateway and the object store have codes of their own. They are
/// `e.service_code` and never `e.code`; the SDK's `ServiceCode` has those that decisions rest on.
package enum ScriptErrorCodes {
    package static let all: [LuaReference.ErrorCode] = ofService + ofFiles + ofContent + ofMachine

    private static let ofService = [
        LuaReference.ErrorCode(
            "prediction_failed", "the workflow ran and failed",
            "look at e.message and e.prediction.logs; e.prediction has its id"),
        LuaReference.ErrorCode(
            "timeout", "a deadline passed; a prediction goes on at the service",
            "wait longer, or fetch it later with speedpix.get(id)"),
        LuaReference.ErrorCode(
            "canceled", "the prediction was canceled, or the task that waited for it",
            "start it again if that was a mistake"),
        LuaReference.ErrorCode(
            "api_error", "the service refused the call for a reason of its own",
            "e.message and e.service_code say why; its support asks for e.request_id"),
        LuaReference.ErrorCode(
            "auth", "key, secret or signature were refused",
            "check SPEEDPIX_APP_KEY and SPEEDPIX_APP_SECRET, and the machine's clock"),
        LuaReference.ErrorCode("throttled", "too many calls", "lower the concurrency; e.retryable is true"),
        LuaReference.ErrorCode(
            "network", "no usable answer came back", "try again; e.retryable says whether that can help"),
        LuaReference.ErrorCode(
            "unknown_outcome", "a create may have reached the service, but its answer did not come back",
            "look in the console before creating it again: it may be running, and paid for"),
        LuaReference.ErrorCode(
            "output_expired", "the service no longer has an output, and no copy of it was saved here",
            "make it anew: speedpix run … --resume --again LABEL"),
        LuaReference.ErrorCode(
            "invalid_response", "an answer came back that is not the protocol's",
            "check the endpoint; a proxy may be in between"),
        LuaReference.ErrorCode(
            "unsupported", "the service has no such call, or a dry run (--dry-run) no such result",
            "check the endpoint and its version"),
        LuaReference.ErrorCode(
            "configuration", "key, secret or endpoint are missing or malformed",
            "set SPEEDPIX_APP_KEY and SPEEDPIX_APP_SECRET, or run with --local"),
    ]

    private static let ofFiles = [
        LuaReference.ErrorCode(
            "file_not_found", "there is no such file, folder or module",
            "check the path: relative ones start at the working folder"),
        LuaReference.ErrorCode(
            "file_system", "a file or folder could not be read or written", "e.message has the system's reason"),
        LuaReference.ErrorCode(
            "not_allowed",
            "the sandbox does not allow it, a result's URL leads where results do not come from, or --limit allows no more"
                + " predictions",
            "widen it with --allow-read, --allow-write, --allow-env, --limit or the setting download_hosts"),
        LuaReference.ErrorCode(
            "module", "a module cannot be loaded: the script has no folder, or modules require each other",
            "move what two modules need into a third"),
    ]

    private static let ofContent = [
        LuaReference.ErrorCode("invalid_json", "a text is not valid JSON", "e.line and e.column say where"),
        LuaReference.ErrorCode("invalid_csv", "a text is not a table", "e.message says where"),
        LuaReference.ErrorCode(
            "invalid_text", "a file is not text, or in another encoding than it was taken for",
            "save it as UTF-8, or name its encoding: { encoding = \"windows-1252\" }"),
        LuaReference.ErrorCode(
            "unsupported_format", "the content is not a picture of a known format", "export it as JPEG or PNG"),
        LuaReference.ErrorCode(
            "image_too_large", "a picture, or all of the script's together, are over the limit",
            "make them smaller first"),
        LuaReference.ErrorCode(
            "image_damaged", "a picture is truncated or broken",
            "get the file again, or export it anew; `image.check` says what is wrong with it"),
        LuaReference.ErrorCode(
            "no_subject", "nothing stands out from the backdrop", "use a picture with a plainer backdrop"),
        LuaReference.ErrorCode("imaging_failed", "a picture operation failed", "e.message has libvips' reason"),
    ]

    private static let ofMachine = [
        LuaReference.ErrorCode(
            "invalid_argument", "an argument cannot be right", "e.message names it and says what it must be"),
        LuaReference.ErrorCode(
            "journal_failed", "what is about to be paid for, or was, could not be written down",
            "make room on the disk; of a create that was not written down nothing was sent"),
        LuaReference.ErrorCode(
            "busy", "many reads, writes or pictures that were stopped have not ended",
            "a disk or a network folder may not answer: end the program and look there"),
        LuaReference.ErrorCode("too_large", "tasks nest too deep", "spawn from a loop, or use map"),
        LuaReference.ErrorCode(
            "cannot_wait", "the call has to wait where Lua cannot, as in a table.sort comparator",
            "do it before or after"),
        LuaReference.ErrorCode(
            "internal", "a fault of speedpix itself", "please report it with the script that shows it"),
    ]
}
