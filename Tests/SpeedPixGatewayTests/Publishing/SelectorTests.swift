import ComfyUI
import Testing

@testable import SpeedPixGateway

@Suite("Selectors of inputs and outputs")
struct SelectorTests {
    static let inputs: [(String, InputSelector)] = [
        ("image=1.image", InputSelector("image", GraphField("1", "image"))),
        ("text=6.text:string", InputSelector("text", GraphField("6", "text"), .string)),
        ("bits=57:8.format.bit_depth", InputSelector("bits", GraphField("57:8", "format.bit_depth"))),
        ("bits=57:8.format.bit_depth:choice", InputSelector("bits", GraphField("57:8", "format.bit_depth"), .choice)),
        ("x=1.a:b", InputSelector("x", GraphField("1", "a:b"))),
        ("x=1.a:b:int", InputSelector("x", GraphField("1", "a:b"), .int)),
        ("x=1.text:strng", InputSelector("x", GraphField("1", "text:strng"))),
        ("x=1.a=b", InputSelector("x", GraphField("1", "a=b"))),
        ("产品图=1.image:image", InputSelector("产品图", GraphField("1", "image"), .image)),
        ("a-b_2=1.値", InputSelector("a-b_2", GraphField("1", "値"))),
    ]

    @Test("InputSelector: name, node, field and type are told apart", arguments: inputs)
    func input(_ text: String, _ selector: InputSelector) throws {
        #expect(try InputSelector(parsing: text) == selector)
        #expect(selector.description == text)
    }

    @Test("InputSelector: every type is known", arguments: PublishedInput.Kind.allCases)
    func types(_ kind: PublishedInput.Kind) throws {
        #expect(try InputSelector(parsing: "x=1.y:\(kind.rawValue)") == InputSelector("x", GraphField("1", "y"), kind))
    }

    static let outputs: [(String, OutputSelector)] = [
        ("images=10.images", OutputSelector("images", GraphField("10", "images"))),
        ("images=10.images[]", OutputSelector("images", GraphField("10", "images"), isAlwaysArray: true)),
        ("v=57:8.gifs", OutputSelector("v", GraphField("57:8", "gifs"))),
    ]

    @Test("OutputSelector: name, node, field and array are told apart", arguments: outputs)
    func output(_ text: String, _ selector: OutputSelector) throws {
        #expect(try OutputSelector(parsing: text) == selector)
        #expect(selector.description == text)
    }

    static let refused: [(String, String)] = [
        ("image", "\"image\" has no \"=\": write NAME=NODE.FIELD, such as "),
        ("=1.image", "the name \"\" is empty"),
        ("a b=1.image", "the name \"a b\" has other characters than letters, digits, \"_\" and \"-\""),
        ("a.b=1.image", "the name \"a.b\" has other characters"),
        ("😀=1.image", "has other characters"),
        ("x=1", "names no node and field"),
        ("x=.image", "names no node and field"),
        ("x=", "names no node and field"),
        ("x=1.", "names no field"),
        (String(repeating: "x", count: 65) + "=1.image", "is too long: 64 characters is the most"),
    ]

    @Test("Selectors: what selects nothing is refused with what would be right", arguments: refused)
    func refusal(_ text: String, _ words: String) {
        let input = #expect(throws: SelectorProblem.self) { try InputSelector(parsing: text) }
        #expect(input?.description.contains(words) == true, "\(String(describing: input))")
        let output = #expect(throws: SelectorProblem.self) { try OutputSelector(parsing: text) }
        #expect(output?.description.contains(words) == true, "\(String(describing: output))")
    }

    @Test("Selectors: a type or an array without a field is refused")
    func noField() {
        #expect(throws: SelectorProblem.self) { try InputSelector(parsing: "x=1.:int") }
        #expect(throws: SelectorProblem.self) { try OutputSelector(parsing: "x=1.[]") }
    }

    @Test("PublishedName: 64 characters are the most")
    func longest() {
        #expect(PublishedName.problem(with: String(repeating: "图", count: 64)) == nil)
        #expect(PublishedName.problem(with: String(repeating: "图", count: 65)) != nil)
    }

    static let slugs: [(String, String)] = [
        ("Load Image", "load_image"), ("  Größe (px) ", "größe_px"), ("产品 图", "产品_图"), ("!!!", ""), ("__a__", "a"),
        ("CLIP Text Encode (Prompt)", "clip_text_encode_prompt"), ("seed 2", "seed_2"),
    ]

    @Test("PublishedName: a title becomes a name", arguments: slugs)
    func slug(_ title: String, _ slug: String) {
        #expect(PublishedName.slug(title) == slug)
        #expect(slug.isEmpty || PublishedName.problem(with: slug) == nil)
    }
}
