import Testing

@testable import SpeedPixCommands

@Suite("The XDG base directories")
struct BaseDirectoriesTests {
    @Test("Base directories come from absolute variables, else from the home folder")
    func folders() {
        let home = BaseDirectories(["XDG_STATE_HOME": "relative", "XDG_DATA_HOME": ""], home: "/home/lin")
        #expect(home.configuration?.string == "/home/lin/.config")
        #expect(home.data?.string == "/home/lin/.local/share")
        #expect(home.state?.string == "/home/lin/.local/state")
        let variables = BaseDirectories(["XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"], home: nil)
        #expect(variables.configuration?.string == "/c" && variables.data?.string == "/d" && variables.state == nil)
        #expect(BaseDirectories([:], home: "relative").configuration == nil)
    }
}
