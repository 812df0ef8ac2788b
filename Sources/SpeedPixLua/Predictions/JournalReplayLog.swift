import LuaRuntime
import SpeedPix

/// What the Lua runtime writes down of a run, kept by the client's journal.
struct JournalReplayLog: LuaReplayLog {
    let journal: any PredictionJournal

    func value(_ name: String) -> LuaValue? {
        switch journal.value("note/\(name)") {
        case .integer(let number): .integer(number)
        case .string(let text): .string(text)
        default: nil
        }
    }

    func record(_ value: LuaValue, _ name: String) {
        switch value {
        case .integer(let number): journal.keep(.integer(number), "note/\(name)")
        case .string(let text): journal.keep(.string(text.lossyText), "note/\(name)")
        default: break
        }
    }
}
