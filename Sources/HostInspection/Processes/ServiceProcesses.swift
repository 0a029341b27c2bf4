/// Which processes belong to the service that a person asked about.
enum ServiceProcesses {
    /// How many processes are looked into deeply when nobody asked for any.
    private static let limit = 256

    /// Those in scope; without a scope the owners of sockets that look like trouble: listeners
    /// with connections waiting, and connections that were asked and never answered.
    static func interesting(
        _ table: SocketTable, _ processes: ProcessTable, _ scope: HostScope
    ) -> Set<Int32> {
        let chosen = selected(table, processes, scope)
        guard chosen.isEmpty else { return Set(chosen) }
        var names: Set<String> = []
        for socket in table.sockets {
            guard let owner = table.owner(of: socket) else { continue }
            let isListenerWithQueue = socket.state == .listen && socket.receiveQueue > 0
            if isListenerWithQueue || socket.wasAskedNeverAnswered { names.insert(owner.name) }
        }
        return Set(
            processes.processes.lazy.filter { names.contains($0.name) }.prefix(limit).map(\.pid))
    }

    /// Ids of the processes in scope, ascending; empty when the scope names none.
    static func selected(
        _ table: SocketTable?, _ processes: ProcessTable, _ scope: HostScope
    ) -> [Int32] {
        switch scope.process {
        case .pid(let pid): return family(of: pid, processes)
        case .name(let name):
            // The kernel keeps 15 bytes of a name.
            let short = String(decoding: name.utf8.prefix(15), as: UTF8.self)
            return processes.processes.filter { $0.name == short || runs(name, $0) }.map(\.pid)
        case nil:
            guard let port = scope.servicePort, let table else { return [] }
            let owners = table.sockets.lazy
                .filter { $0.state == .listen && $0.local.port == port }
                .compactMap { table.owner(of: $0)?.pid }
            return Set(owners.flatMap { family(of: $0, processes) }).sorted()
        }
    }

    private static func runs(_ name: String, _ process: ProcessRecord) -> Bool {
        guard let program = process.detail?.commandLine.value?.first else { return false }
        return program == name || program.hasSuffix("/" + name)
    }

    /// A process and all that descend from it.
    private static func family(of pid: Int32, _ processes: ProcessTable) -> [Int32] {
        guard processes[pid] != nil else { return [] }
        var members: Set<Int32> = [pid]
        var grew = true
        while grew {
            let children = processes.processes
                .filter { members.contains($0.parent) && !members.contains($0.pid) }
                .map(\.pid)
            members.formUnion(children)
            grew = !children.isEmpty
        }
        return members.sorted()
    }
}
