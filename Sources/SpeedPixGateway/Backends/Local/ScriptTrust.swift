package import LuaRuntime

/// What a workflow written in Lua may do.
package struct ScriptTrust: Sendable {
    /// Whether it may draw markup, whose renderer has more to attack than the one of pictures.
    package var drawsMarkup: Bool
    /// How long it may take to say what it takes; nil for no limit.
    package var declarationTime: Duration?
    /// How long a run may take; nil for no limit.
    package var runTime: Duration?
    /// What a run may use up of memory.
    package var limits: LuaLimits

    /// Those that come with the gateway, and those of its own caller.
    package static var own: ScriptTrust {
        ScriptTrust(drawsMarkup: true, declarationTime: nil, runTime: nil, limits: LuaLimits())
    }

    /// Those that somebody has published: no markup, five seconds to declare, ten minutes to run, 256 MiB of Lua values, and
    /// a tenth of the usual steps for a pattern. None has files of its own.
    package static var published: ScriptTrust {
        var limits = LuaLimits()
        limits.memory = 256 << 20
        limits.patternSteps = 100_000_000
        return ScriptTrust(
            drawsMarkup: false, declarationTime: .seconds(5), runTime: .seconds(600), limits: limits)
    }
}
