import LuaRuntime

/// Numbers of all three kinds, compared by what they are: none is rounded for it.
enum NumberComparison {
    /// Whether one number is less than another; false for NaN, and for what is not a number.
    static func isLess(_ left: LuaValue, _ right: LuaValue) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.unsigned(let left), .unsigned(let right)): left < right
        case (.number(let left), .number(let right)): left < right
        case (.integer, .unsigned): true
        case (.integer(let left), .number(let right)): isLess(left, right)
        case (.unsigned(let left), .number(let right)): isLess(left, right)
        case (.number(let left), .integer(let right)): isLess(left, right)
        case (.number(let left), .unsigned(let right)): isLess(left, right)
        default: false
        }
    }

    private static func isLess<Whole: FixedWidthInteger>(_ whole: Whole, _ float: Double) -> Bool {
        guard !float.isNaN else { return false }
        // The smallest whole number that is not below the float.
        let ceiling = float.rounded(.up)
        return Whole(exactly: ceiling).map { whole < $0 } ?? (float > 0)
    }

    private static func isLess<Whole: FixedWidthInteger>(_ float: Double, _ whole: Whole) -> Bool {
        guard !float.isNaN else { return false }
        let floor = float.rounded(.down)
        return Whole(exactly: floor).map { $0 < whole } ?? (float < 0)
    }
}
