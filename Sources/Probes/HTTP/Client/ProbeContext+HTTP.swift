internal import Glibc

extension ProbeContext {
    /// One request on a connection of its own, closed politely after the answer.
    func fetch(
        _ request: HTTPRequest, from address: SocketAddress, label: String,
        service: HTTPService? = nil, settings: Connection.Settings = .init(), by deadline: Deadline
    ) -> HTTPExchange {
        let connection: HTTPConnection
        let begin = MonotonicInstant.now
        do throws(NetworkFailure) {
            connection = try HTTPConnection.open(
                self, to: address, label: label, service: service, settings: settings,
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

    /// Asks each address of the target and gathers what they say; the reason when there is none.
    func eachAddress(
        _ ask: (SocketAddress, inout ProbeReport, inout Judgements) -> Void
    ) -> ProbeReport {
        var report = report()
        var judgements = Judgements()
        do throws(NetworkFailure) {
            for address in try addresses() where !cancellation.isCancelled {
                var seen = judgements
                ask(address, &report, &seen)
                // What an interruption cut off looks like a failure of the server's.
                if !cancellation.isCancelled { judgements = seen }
            }
        } catch {
            return failed("\(target.host): \(error)")
        }
        report.evidence = judgements.evidence(self)
        return report
    }
}

extension Connection {
    /// FIONREAD: whether bytes wait in the receive buffer.
    var hasUnreadBytes: Bool {
        var count: Int32 = 0
        return unsafe ioctl(socket, UInt(FIONREAD), &count) == 0 && count > 0
    }
}
