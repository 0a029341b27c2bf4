internal import Glibc
internal import Synchronization

/// The addresses of a name, as the application sees them: getaddrinfo(3) with hosts file,
/// resolver and their order (RFC 6724). All of them, each once.
enum Resolution {
    /// A name with more addresses than this is cut.
    static let mostAddresses = 64

    /// getaddrinfo knows no deadline: it runs on a thread of its own, which is left behind when
    /// the deadline passes and ends when the resolver gives up.
    static func addresses(
        of host: String, port: UInt16, family: ProbeOptions.Family, by deadline: Deadline,
        _ cancellation: Cancellation
    ) throws(NetworkFailure) -> [SocketAddress] {
        if let numeric = SocketAddress(numeric: host, port: port) {
            guard fits(numeric, family) else {
                throw .unresolved(code: EAI_NONAME, words: "the address is of the other family")
            }
            return [numeric]
        }
        guard let answer = Answer() else {
            throw .local(call: "pipe", errno: EMFILE)
        }
        guard let thread = Thread({ answer.set(lookUp(host, port, family)) }) else {
            throw .local(call: "pthread_create", errno: EAGAIN)
        }
        thread.detach()
        try wait(for: Int32(POLLIN), on: answer.ready.descriptor, until: deadline, cancellation)
        return try answer.value.get()
    }

    private static func fits(_ address: SocketAddress, _ family: ProbeOptions.Family) -> Bool {
        switch family {
        case .any: true
        case .ipv4: !address.isIPv6
        case .ipv6: address.isIPv6
        }
    }

    private static func lookUp(
        _ host: String, _ port: UInt16, _ family: ProbeOptions.Family
    ) -> Result<[SocketAddress], NetworkFailure> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        unsafe hints.ai_family =
            switch family {
            case .any: AF_UNSPEC
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            }
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            let words =
                unsafe code == EAI_SYSTEM ? errorText(errno) : String(cString: gai_strerror(code))
            return .failure(.unresolved(code: code, words: words))
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next?.pointee, found.count < mostAddresses {
            if let raw = unsafe entry.ai_addr {
                let address = unsafe SocketAddress(raw, length: entry.ai_addrlen)
                if !found.contains(address) { found.append(address) }
            }
            unsafe next = entry.ai_next
        }
        return .success(found)
    }

    /// What the resolver's thread leaves behind, and the signal that says so.
    private final class Answer: Sendable {
        let ready: Signal
        private let stored = Mutex<Result<[SocketAddress], NetworkFailure>>(.failure(.timedOut))

        init?() {
            guard let signal = Signal() else { return nil }
            ready = signal
        }

        var value: Result<[SocketAddress], NetworkFailure> { stored.withLock(\.self) }

        func set(_ result: Result<[SocketAddress], NetworkFailure>) {
            stored.withLock { $0 = result }
            ready.raise()
        }
    }
}
