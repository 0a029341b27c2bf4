import HostInspection
import Testing

/// Tables with as many groups as sockets, and how large a socket is.
struct SocketGroupTests {
    /// Each socket to a remote of its own; socket N was silent for N ms.
    private func table(_ count: Int) -> SocketTable {
        let sockets = (0..<count).map { number in
            var socket = Socket()
            socket.state = .established
            socket.local = SocketAddress(address: IPAddress(ipv4: 0x0A00_0001), port: 40_000)
            socket.remote = SocketAddress(
                address: IPAddress(ipv4: 0x0A01_0000 + UInt32(number)), port: 443)
            socket.hasInfo = true
            (socket.lastSent, socket.lastReceived) = (UInt32(number), UInt32(number))
            socket.owner = Int32(number % 2)
            return socket
        }
        return SocketTable(
            sockets: sockets,
            owners: [SocketOwner(pid: 7, name: "app"), SocketOwner(pid: 8, name: "app")])
    }

    @Test("A socket takes no more than 136 bytes")
    func size() {
        #expect(MemoryLayout<Socket>.stride <= 136)
    }

    @Test("Of many groups the most silent are kept, and all are counted")
    func most() {
        let table = table(70_000)
        let list = table.groups(atMost: 10)
        #expect(list.total == 70_000)
        #expect(list.groups.map(\.longestSilence) == (69_990..<70_000).reversed().map(UInt32.init))
        #expect(list.groups.allSatisfy { $0.count == 1 && $0.program == "app" })
        #expect(table.groups().count == 70_000)
        #expect(table.groups(atMost: 0).total == 70_000)
        #expect(SocketTable().groups().isEmpty)
    }

    @Test("Sockets of one program to one remote in one state are a group, whoever holds them")
    func together() {
        var table = table(100)
        for index in table.sockets.indices {
            table.sockets[index].remote.address = IPAddress(ipv4: 0x0A01_0000)
            if index % 4 == 0 { table.sockets[index].state = .closeWait }
            if index % 5 == 0 { table.sockets[index].owner = -1 }
        }
        let groups = table.groups()
        #expect(groups.count == 4)
        #expect(groups.reduce(0) { $0 + $1.count } == 100)
        let app = groups.first { $0.state == .established && $0.program == "app" }
        #expect(app?.count == 60)
        #expect(app?.processes == 2)
        #expect(groups.first { $0.state == .closeWait && $0.program == nil }?.count == 5)
        let listed = table.groups(atMost: 9) { $0.state == .closeWait }
        #expect(listed.total == 2)
    }
}
