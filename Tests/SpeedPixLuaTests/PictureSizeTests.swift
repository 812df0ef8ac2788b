import LuaRuntime
import Testing

@Suite("Sizes of pictures")
struct PictureSizeTests {
    @Test(
        "A size that no picture can have is refused",
        arguments: [
            "p:resize(0, 10)", "p:resize(10, 0)", "p:resize(-1, 10)", "p:resize(0/0, 10)", "p:resize(10, 0/0)",
            "p:resize(1e300, 1)", "p:resize(1/0)", "p:resize { width = 0 }", "p:resize { height = -5 }",
            "p:resize { width = math.maxinteger }", "p:resize { width = 0, height = 10, fit = 'cover' }",
            "p:resize { width = 10, height = 0, fit = 'exact' }", "p:resize(0.4, 10)", "p:resize()",
            "p:thumbnail(0)", "p:thumbnail(10, 0)", "p:thumbnail(-1)", "p:thumbnail(0/0)",
            "p:thumbnail(math.maxinteger)",
            "p:crop(0, 0, 0, 5)", "p:crop(0, 0, 5, -1)", "p:crop(0, 0, 0/0, 5)", "p:crop(0, 0, math.maxinteger, 5)",
            "image.blank(0, 10)", "image.blank(10, 0)", "image.blank(-1, 1)", "image.blank(0/0, 1)",
            "image.blank(math.maxinteger, math.maxinteger)", "p:extend { top = -1 }", "p:extend { left = 0/0 }",
            "p:extend { left = math.maxinteger }", "p:text('x', { width = 0 })", "p:text('x', { fit_width = -1 })",
            "p:text('x', { size = 0 })", "p:text('x', { size = 0/0 })", "image.text('x', { size = 1/0 })",
            "p:rotate(0/0)", "p:blur(0/0)", "p:sharpen(0/0)", "image.contact_sheet({ p }, { columns = 0 })",
            "image.contact_sheet({ p }, { cell = 0 })", "image.contact_sheet({ p }, { gap = -1 })",
        ])
    func refusedSizes(call: String) async throws {
        let error = try await ScriptFolder().failure("local p = image.blank(20, 20) \(call)")
        #expect(
            error?.code == "invalid_argument" || error?.code == "image_too_large", "\(error?.message ?? "accepted")")
    }
}
