// Lua's integers end at 2^63 - 1, and seeds of 64 bits do not. What lies between is a userdata in scripts, made in
// CLuaBridge/unsigned.c, that prints, compares and calculates as the number it is.

extension LuaFunctionDefinition {
    /// `uint64(number)`: a whole number from 0 to 2^64 − 1, from its text. Lua makes a float of such a numeral in a script,
    /// and loses digits; compiling one is therefore an error that names this function.
    public static let uint64 = LuaFunctionDefinition.immediate(
        "uint64",
        LuaFunctionDescription(
            """
            A whole number from 0 to 2^64 - 1, such as a seed, by its digits. Up to 2^63 - 1 it is one of Lua's integers. A \
            larger one, for which Lua has no number, is an object that prints, compares, calculates (`+ - * // %`, with \
            integers) and is sent as the number it is; `type` calls it userdata. `json.decode` and results have the same. As \
            a numeral in a script, or by `tonumber`, it would be rounded: the one does not compile, and what came of the \
            other is refused as an input.
            """,
            ["number: string|integer — decimal digits, or 0x and hexadecimal ones, in quotes"], returns: "integer",
            example: "run(\"text-to-image\", { prompt = \"a lake\", seed = uint64(\"15417283946501827364\") })")
    ) { arguments in
        let value = try arguments.value(1)
        switch value {
        case .integer(0...), .unsigned: return value
        case .string(let text):
            guard let number = unsigned(text.bytes) else {
                throw LuaArgumentError(
                    "uint64: '\(text.lossyText.prefix(80))' is not a whole number from 0 to \(UInt64.max)",
                    hint: "write its digits, or 0x and up to 16 hexadecimal ones")
            }
            return .whole(number)
        case .number(let number):
            // Up to 2^53 every whole number is a float of its own.
            guard (0...0x1p53).contains(number), let whole = Int64(exactly: number) else {
                throw LuaArgumentError(
                    "uint64: \(number) is a float, which may have lost digits or has a fraction",
                    hint: "write all digits, in quotes: uint64(\"15417283946501827364\")")
            }
            return .integer(whole)
        case .integer(let number):
            throw LuaArgumentError("uint64: \(number) is negative", hint: "it takes whole numbers from 0 on")
        default: throw arguments.mismatch(1, "the digits of a number, in quotes")
        }
    }

    private static func unsigned(_ text: [UInt8]) -> UInt64? {
        let digits = String(decoding: text, as: UTF8.self)
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
            let rest = digits.dropFirst(2)
            return rest.first == "+" ? nil : UInt64(rest, radix: 16)
        }
        return digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt64(digits) : nil
    }
}
