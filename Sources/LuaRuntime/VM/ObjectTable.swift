/// Swift objects that Lua refers to by handle. A handle holds a generation, so that a stale one finds nothing.
struct ObjectTable {
    private struct Slot {
        var object: (any LuaObject)?
        var generation: UInt32
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    var count: Int { slots.count - free.count }

    mutating func insert(_ object: any LuaObject) -> UInt64 {
        let index: Int
        if let last = free.popLast() {
            index = last
            slots[index].object = object
        } else {
            index = slots.count
            slots.append(Slot(object: object, generation: 0))
        }
        // Never 0, which means "no object".
        return UInt64(slots[index].generation) << 32 | UInt64(index + 1)
    }

    private func index(_ handle: UInt64) -> Int? {
        let index = Int(handle & 0xFFFF_FFFF) - 1
        guard slots.indices.contains(index), slots[index].generation == UInt32(handle >> 32),
            slots[index].object != nil
        else { return nil }
        return index
    }

    subscript(handle: UInt64) -> (any LuaObject)? {
        index(handle).flatMap { slots[$0].object }
    }

    mutating func remove(_ handle: UInt64) {
        guard let index = index(handle) else { return }
        // The object may end its life here; nothing of this table is touched after that.
        let object = slots[index].object
        slots[index].object = nil
        slots[index].generation &+= 1
        free.append(index)
        withExtendedLifetime(object) {}
    }
}
