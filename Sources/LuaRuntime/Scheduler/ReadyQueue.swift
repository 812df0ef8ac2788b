/// The tasks that can go on: first in, first out.
struct ReadyQueue {
    private var tasks: [LuaTask?] = []
    private var head = 0

    var isEmpty: Bool { head == tasks.count }

    mutating func append(_ task: LuaTask) {
        // A queue that never runs empty would keep what it has handed out.
        if head >= 1024, head * 2 >= tasks.count {
            tasks.removeFirst(head)
            head = 0
        }
        tasks.append(task)
    }

    mutating func popFirst() -> LuaTask? {
        while head < tasks.count {
            let task = tasks[head]
            tasks[head] = nil
            head += 1
            if head == tasks.count {
                // A rare peak must not keep its memory for ever.
                tasks.removeAll(keepingCapacity: head <= 1024)
                head = 0
            }
            if let task { return task }
        }
        return nil
    }

    mutating func remove(_ task: LuaTask) {
        guard let index = tasks[head...].lastIndex(where: { $0 === task }) else { return }
        tasks[index] = nil
    }
}
