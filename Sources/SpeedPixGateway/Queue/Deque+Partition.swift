import DequeModule

extension Deque {
    /// The index of the first element for which `isBefore` is false, given that all those before it make it true:
    /// how many are ahead of it. Takes logarithmic time.
    func partitioningIndex(where isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
