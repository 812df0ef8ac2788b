import ImagingLua
public import LuaRuntime
import SpeedPix

/// The Lua API of SpeedPix: what scripts see as `speedpix`, and its verbs as globals.
public enum SpeedPixModule {
    /// The modules to give to a ``LuaVM``; ``makeVM(_:adding:limits:seed:)`` makes one with them.
    public static func modules(_ host: ScriptHost) -> [LuaModule] { deferredModules(host).map(\.complete) }

    /// The same, of which those that are nothing but a name's fields are made when a script first reads one.
    private static func deferredModules(_ host: ScriptHost) -> [LuaModule] {
        let pictures = PictureHost.files(of: host)
        return [
            OnceLibrary.primitives(host), Parameters.primitives(host), service(host), OutputNames.module,
            OutputModule.module(host),
            ShowModule.module(host, pictures),
            RequireModule.module(host),
            .deferred("json") { json },
            .deferred("csv") { CSVModule.module(host) },
            .deferred("fs") { FSModule.module(host) },
            .deferred("path") { PathModule.module },
            .deferred("log") { LogModule.module(host) },
            .deferred("image", classes: [LuaPicture.self]) { ImageModule.module(pictures) },
            .deferred("io", classes: [FileHandle.self]) { IOModule.module(host) },
            .deferred("os") { OSModule.module(host) },
            AbsentNames.module,
        ]
    }

    private static var json: LuaModule {
        JSONModule.module(shapes: "speedpix") { object in
            // A file stands for what it can be fetched by, as it does in an input.
            (object as? OutputFileObject)?.file.url ?? (object as? FileObject)?.file.url
                ?? (object as? PlaceholderObject)?.url
        }
    }

    /// `speedpix`.
    private static func service(_ host: ScriptHost) -> LuaModule {
        let verbs = Verbs(host: host)
        var module = LuaModule(
            name: "speedpix", summary: "The service: workflows, files, and many of them at once.",
            functions: [
                verbs.run, verbs.create, verbs.wait, verbs.upload, verbs.get, verbs.cancel, verbs.sleep,
            ] + WorkflowFunctions(host: host).all + ConcurrencyLibrary.functions(module: "speedpix") + [
                OnceLibrary.function, Parameters.function,
            ]
                + SourceObject.functions + ShapeFunctions.all + [.uint64],
            values: ["null": .null, "version": .string(SpeedPixVersion.current)].merging(
                host.moduleDirectory.map { ["script_dir": .string($0)] } ?? [:], uniquingKeysWith: { $1 }),
            fields: [
                "null: lightuserdata — JSON's null, which a table cannot hold as nil",
                "version: string — of speedpix",
                """
                script_dir?: string — the folder in which the script lies, for files beside it, also if the script was started \
                through a link; in a session the working folder; nil for one from standard input or a pipe
                """,
            ],
            globals: ["run", "create", "wait", "upload", "uint64"],
            classes: [
                PredictionObject.self, OutputFileObject.self, FileObject.self, SourceObject.self, LuaTask.self,
            ] + (host.isDryRun ? [PlaceholderObject.self] : []))
        module.sources = [ConcurrencyLibrary.source, OnceLibrary.source, Parameters.source]
        if host.moduleDirectory == nil { module.withheldNames = ["script_dir"] }
        return module
    }

    /// A VM for scripts of a host, with all of that.
    ///
    /// - Parameters:
    ///   - host: What its scripts work with. A VM serves one host.
    ///   - modules: The host's own, besides ``modules(_:)``.
    ///   - limits: What a script may use up.
    ///   - seed: What `math.random` begins with; nil for one that is drawn.
    /// - Throws: ``LuaError`` if memory runs out, or a module cannot be registered.
    public static func makeVM(
        _ host: ScriptHost, adding modules: [LuaModule] = [], limits: LuaLimits = LuaLimits(), seed: Int64? = nil
    ) throws -> LuaVM {
        let journal = host.client.journal
        return try LuaVM(
            limits: limits, modules: deferredModules(host) + modules, clock: host.clock, seed: seed,
            // A journal that is lost with the process has no use for one: no later run could read it.
            replayLog: journal.identifiesCreates ? JournalReplayLog(journal: journal) : nil)
    }
}
