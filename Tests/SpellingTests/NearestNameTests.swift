import Spelling
import Testing

@Suite("The nearest name")
struct NearestNameTests {
    @Test("NearestName suggests a name that is a few edits away, and no other")
    func namesAreGuessedFromFewEdits() {
        let names = ["prompt", "width", "image"]
        #expect(NearestName.suggestion(for: "promt", among: names) == "prompt")
        #expect(NearestName.suggestion(for: "Image", among: names) == "image")
        #expect(NearestName.suggestion(for: "background", among: names) == nil)
        #expect(NearestName.suggestion(for: "x", among: []) == nil)
    }

    @Test("NearestName suggests no other letter for a name of one letter")
    func namesOfOneLetter() {
        #expect(NearestName.suggestion(for: "m", among: ["f", "n", "mm"]) == nil)
        #expect(NearestName.suggestion(for: "M", among: ["f", "m"]) == "m")
        #expect(NearestName.hint(for: "m", among: ["n", "f"]) == "there are: f, n")
    }

    @Test("NearestName counts two swapped letters as one edit")
    func swappedLetters() {
        #expect(NearestName.suggestion(for: "mpa", among: ["map", "get"]) == "map")
    }

    @Test("NearestName lists the names when there are few and none is near")
    func shortListOfNames() {
        #expect(NearestName.hint(for: "background", among: ["b", "a"]) == "there are: a, b")
    }
}
