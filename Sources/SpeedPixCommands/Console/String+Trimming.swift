extension StringProtocol {
    /// Without what stands at both ends.
    func trimming(while isLeftOut: (Character) -> Bool) -> String {
        var text = self[...]
        while let first = text.first, isLeftOut(first) { text.removeFirst() }
        while let last = text.last, isLeftOut(last) { text.removeLast() }
        return String(text)
    }
}
