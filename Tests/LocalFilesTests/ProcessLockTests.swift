import LocalFiles
import SystemPackage
import Testing

@Suite("ProcessLock")
struct ProcessLockTests {
    @Test("ProcessLock is held until it is released, and no longer than that")
    func held() throws {
        let folder = try EmptyFolder()
        let path = folder.path.appending("lock").string
        #expect(!ProcessLock.isHeld(path: path))
        #expect(try folder.names.isEmpty)
        let lock = try ProcessLock(path: path)
        #expect(ProcessLock.isHeld(path: path))
        #expect(throws: ProcessLock.Failure.self) { try ProcessLock(path: path) }
        lock.release()
        #expect(!ProcessLock.isHeld(path: path))
        // To have asked keeps nobody from taking it.
        let next = try ProcessLock(path: path)
        #expect(ProcessLock.isHeld(path: path))
        next.release()
    }
}
