internal import Glibc

extension ProbeContext {
    /// One request on a connection of its own, closed politely after the answer.
    func fetch(
        _ request: HTTPRequest, from address: SocketAddress, label: String,
        serverName: String? = nil, settings: Connection.Settings = .init(), by deadline: Deadline
    ) -> HTTPExchange {
        let connection: HTTPConnection
        let begin = MonotonicInstant.now
        do throws(NetworkFailure) {
            connection = try HTTPConnection.open(
                self, to: address, label: label, serverName: serverName, settings: settings,
                by: deadline)
        } catch {
            var exchange = HTTPExchange(address, .notConnected(error))
            exchange.duration = .now - begin
            return exchange
        }
        let exchange = connection.exchange(request, by: deadline)
        connection.close(self)
        return exchange
    }

    /// The addresses of the target, or the reason why there are none.
    func targetAddresses() -> Result<[SocketAddress], NetworkFailure> {
        do throws(NetworkFailure) {
            return .success(try addresses())
        } catch {
            return .failure(error)
        }
    }
}

extension Connection {
    /// FIONREAD: whether bytes wait in the receive buffer.
    var hasUnreadBytes: Bool {
        var count: Int32 = 0
        return unsafe ioctl(socket, UInt(FIONREAD), &count) == 0 && count > 0
    }
}
