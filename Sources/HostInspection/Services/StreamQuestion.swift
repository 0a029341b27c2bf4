internal import Glibc

/// One question to a stream socket and everything that comes back, with a deadline for the whole.
struct StreamQuestion {
    /// More than any status page or `show stat` of some thousand servers.
    private static let limit = 16 << 20

    /// For messages: the path, or `127.0.0.1:80`.
    let subject: String
    let deadline: ContinuousClock.Instant

    /// - Parameter path: of a socket in the file system.
    func ask(unix path: String, _ question: String) -> Observed<[UInt8]> {
        do throws(Obstacle) {
            let socket = try open(AF_UNIX)
            try connect(socket, to: unixAddress(path))
            return .known(try exchange(socket, question))
        } catch {
            return .unknown(error)
        }
    }

    /// Asks the first address that can be connected to.
    func ask(host: String, port: String, _ question: String) -> Observed<[UInt8]> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, port, &hints, &list)
        guard code == 0 else {
            let reason = unsafe String(cString: gai_strerror(code))
            return .unknown(Obstacle(.failed, subject, reason))
        }
        defer { unsafe freeaddrinfo(list) }
        var last = Obstacle(.missing, subject, "no address")
        var next = unsafe list
        while let entry = unsafe next {
            unsafe next = entry.pointee.ai_next
            do throws(Obstacle) {
                let socket = unsafe try open(entry.pointee.ai_family)
                let bytes = unsafe UnsafeRawBufferPointer(
                    start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
                try connect(socket, to: unsafe Array(bytes))
                return .known(try exchange(socket, question))
            } catch {
                last = error
            }
        }
        return .unknown(last)
    }

    private func open(_ family: Int32) throws(Obstacle) -> Descriptor {
        let kind =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(family, kind, 0)
        if number < 0 { throw Obstacle(errno: errno, subject) }
        return Descriptor(owning: number)
    }

    /// `sockaddr_un`, unix(7).
    private func unixAddress(_ path: String) throws(Obstacle) -> [UInt8] {
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        let bytes = Array(path.utf8)
        guard bytes.count < capacity else {
            throw Obstacle(.failed, subject, "the path has more than \(capacity - 1) bytes")
        }
        address.sun_family = sa_family_t(AF_UNIX)
        return unsafe withUnsafeBytes(of: address) { raw in
            let head = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
            return unsafe Array(raw[..<head]) + bytes + [0]
        }
    }

    private func connect(
        _ socket: borrowing Descriptor, to address: [UInt8]
    ) throws(Obstacle) {
        let number = socket.number
        let result = unsafe address.withUnsafeBytes { raw in
            unsafe Glibc.connect(
                number, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t(raw.count))
        }
        if result == 0 { return }
        let code = errno
        // A full queue of a socket in the file system says EAGAIN, connect(2): nobody accepts.
        if code == EAGAIN { throw Obstacle(.timedOut, subject, "its queue is full") }
        guard code == EINPROGRESS else { throw Obstacle(errno: code, subject) }
        try wait(for: POLLOUT, number)
        var fault: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &fault, &size)
        if fault != 0 { throw Obstacle(errno: fault, subject) }
    }

    private func exchange(
        _ socket: borrowing Descriptor, _ question: String
    ) throws(Obstacle) -> [UInt8] {
        let number = socket.number
        try send(Array(question.utf8), number)
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            try wait(for: POLLIN, number)
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe recv(number, $0.baseAddress, $0.count, 0)
            }
            if count < 0 {
                let code = errno
                if code == EINTR || code == EAGAIN { continue }
                // What came before a reset is an answer all the same.
                if code == ECONNRESET, !answer.isEmpty { return answer }
                throw Obstacle(errno: code, subject)
            }
            if count == 0 { return answer }
            answer += chunk[..<count]
            if answer.count > Self.limit {
                throw Obstacle(.truncated, subject, "larger than \(Self.limit >> 20) MiB")
            }
        }
    }

    private func send(_ bytes: [UInt8], _ number: Int32) throws(Obstacle) {
        var sent = 0
        while sent < bytes.count {
            try wait(for: POLLOUT, number)
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    number, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                let code = errno
                if code == EINTR || code == EAGAIN { continue }
                throw Obstacle(errno: code, subject)
            }
            sent += count
        }
    }

    private func wait(for events: Int32, _ number: Int32) throws(Obstacle) {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw Obstacle(.timedOut, subject) }
            let milliseconds =
                left.components.seconds * 1000
                + left.components.attoseconds / 1_000_000_000_000_000
            var request = pollfd(fd: number, events: Int16(events), revents: 0)
            let ready = unsafe poll(&request, 1, Int32(clamping: milliseconds + 1))
            if ready > 0 { return }
            if ready < 0 {
                let code = errno
                if code != EINTR { throw Obstacle(errno: code, subject) }
            }
        }
    }
}
