/// A queue: appending and removing the first take constant time. Elements in the middle can be removed as well.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var first: Element? { head < elements.count ? elements[head] : nil }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer {
            elements[head] = nil
            head += 1
            // Moving the rest only when it is the smaller half keeps the cost of each element constant.
            if head > 32, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
        }
        return elements[head]
    }
    /// The place of the first element for which `isBefore` is false, given that all those before it make it true:
    /// how many are ahead of it. Takes logarithmic time.
    func partitioningIndex(where isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if let element = elements[head + middle], isBefore(element) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// - Parameter place: 0 is before the first, ``count`` after the last.
    mutating func insert(_ element: Element, at place: Int) {
        elements.insert(element, at: head + place)
    }

    /// - Parameter place: 0 is the first; it must exist.
    mutating func remove(at place: Int) -> Element? {
        guard place > 0 else { return popFirst() }
        return elements.remove(at: head + place)
    }

    /// - Parameter place: 0 is the first; it must exist.
    subscript(place: Int) -> Element? { elements[head + place] }
}
