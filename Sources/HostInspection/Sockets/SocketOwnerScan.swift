internal import Glibc

/// Finds out which process holds which socket: `/proc/PID/fd/N` links to `socket:[INODE]`.
///
/// There is no other way without tracing; it takes a `readlink` for each open descriptor of
/// each process that we may look into.
struct SocketOwnerScan {
    /// Inode in the upper half, index of the socket in the lower; ascending.
    private var places: [UInt64]
    private let firstInode: UInt64
    private let lastInode: UInt64

    init(_ table: SocketTable) {
        places = []
        places.reserveCapacity(table.sockets.count)
        for (index, socket) in table.sockets.enumerated() where socket.inode != 0 {
            places.append(UInt64(socket.inode) << 32 | UInt64(index))
        }
        places.sort()
        firstInode = places.first.map { $0 >> 32 } ?? 0
        lastInode = places.last.map { $0 >> 32 } ?? 0
    }

    /// Fills in the owners; of several holders (a parent and its workers) the first by process
    /// id is kept.
    ///
    /// - Returns: how many descriptors each process has open, since they are counted on the way.
    func fill(
        _ table: inout SocketTable, processes: [ProcessRecord], reader: HostReader
    ) -> [Int32: Observed<UInt64>] {
        var descriptors: [Int32: Observed<UInt64>] = [:]
        for process in processes {
            var owner: Int32 = -1
            var count: UInt64 = 0
            let path = reader.path("/proc/\(process.pid)/fd")
            let obstacle = forEachSocket(path, count: &count) { inode in
                guard let place = find(inode), table.sockets[place].owner < 0 else { return }
                if owner < 0 {
                    owner = Int32(table.owners.count)
                    table.owners.append(SocketOwner(pid: process.pid, name: process.name))
                }
                table.sockets[place].owner = owner
            }
            // A process that ended while we looked holds nothing any more.
            if let obstacle, obstacle.reason != .missing, obstacle.reason != .vanished {
                table.unreadableProcesses += 1
            }
            descriptors[process.pid] = obstacle.map(Observed.unknown) ?? .known(count)
        }
        return descriptors
    }

    private func find(_ inode: UInt64) -> Int? {
        guard inode >= firstInode, inode <= lastInode else { return nil }
        var low = 0
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle] >> 32 < inode { low = middle + 1 } else { high = middle }
        }
        guard low < places.count, places[low] >> 32 == inode else { return nil }
        return Int(places[low] & 0xFFFF_FFFF)
    }

    /// Visits the inodes of the sockets among the descriptors.
    private func forEachSocket(
        _ path: String, count descriptors: inout UInt64, _ visit: (UInt64) -> Void
    ) -> Obstacle? {
        guard let folder = unsafe opendir(path) else { return Obstacle(errno: errno, path) }
        defer { unsafe closedir(folder) }
        let number = unsafe dirfd(folder)
        return unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) {
            link -> Obstacle? in
            while true {
                errno = 0
                guard let entry = unsafe readdir(folder) else {
                    return errno == 0 ? nil : Obstacle(errno: errno, path)
                }
                // Neither `.` nor `..`: names of descriptors are digits.
                guard unsafe entry.pointee.d_name.0 != 0x2E else { continue }
                descriptors += 1
                let count = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                    unsafe readlinkat(
                        number, UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self),
                        link.baseAddress!.assumingMemoryBound(to: CChar.self), link.count)
                }
                if count > 0, let inode = unsafe Self.inode(UnsafeRawBufferPointer(link), count) {
                    visit(inode)
                }
            }
        }
    }

    /// The number in `socket:[4026]`; `nil` for other links.
    private static func inode(_ link: UnsafeRawBufferPointer, _ count: Int) -> UInt64? {
        let prefix: StaticString = "socket:["
        guard count > 9, unsafe memcmp(link.baseAddress!, prefix.utf8Start, 8) == 0 else {
            return nil
        }
        var number: UInt64 = 0
        for index in 8..<count {
            let byte = unsafe link[index]
            if byte == UInt8(ascii: "]") { return number }
            guard byte >= 0x30, byte <= 0x39, number < 1 << 32 else { return nil }
            number = number * 10 + UInt64(byte - 0x30)
        }
        return nil
    }
}
