internal import CPcap
public import Dissection
internal import Glibc

/// An interface open for capture (`pcap_t *`), closed when it goes out of scope.
///
/// Promiscuous mode is off unless somebody wants it: what concerns this host is wanted.
@safe public struct LiveCapture: ~Copyable {
    /// libpcap's MAXIMUM_SNAPLEN, tcpdump's default: packets are whole.
    public static let snapLength: Int32 = 262_144
    /// How much the kernel keeps for us, and for how long.
    public enum Pace: Sendable {
        /// All of an interface: what 1 Gbit/s brings in 130 ms, more than one block's wait;
        /// libpcap's own 2 MiB last for 17 ms.
        case bulk
        /// A few connections behind a filter, and somebody who waits for the end: the larger ring
        /// takes 70 ms to make and its blocks 100 ms to come (measured).
        case prompt

        /// Bytes of the kernel's ring.
        var ringSize: Int32 { self == .bulk ? 16 << 20 : 2 << 20 }
        /// Milliseconds after which the kernel hands over a block that is not full.
        var blockTimeout: Int32 { self == .bulk ? 100 : 10 }
    }

    public let interface: String
    /// A number of the registry of link types, not libpcap's own for this system.
    public let link: LinkType
    /// Whether time stamps are finer than a microsecond.
    public let nanoseconds: Bool
    let pace: Pace
    private let handle: OpaquePointer
    private let descriptor: Int32
    private var number = 0

    /// Opens `interface` with all packets wanted; `any` is all interfaces.
    ///
    /// - Parameter promiscuous: whether frames for other stations are wanted too, as on a mirror
    ///   port; `any` cannot (pcap(3)).
    public init(
        interface: String, promiscuous: Bool = false, pace: Pace = .bulk
    ) throws(LiveCaptureError) {
        var reason = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        let created = unsafe pcap_create(interface, &reason)
        guard let created = unsafe created else {
            throw .cannotOpen(interface: interface, reason: Self.text(reason))
        }
        unsafe Self.configure(created, pace, promiscuous: promiscuous)
        if let fault = unsafe Self.activate(created, interface) {
            unsafe pcap_close(created)
            throw fault
        }
        self.interface = interface
        self.pace = pace
        descriptor = unsafe pcap_get_selectable_fd(created)
        link = Self.linkType(unsafe pcap_datalink(created))
        nanoseconds = unsafe pcap_get_tstamp_precision(created) == PCAP_TSTAMP_PRECISION_NANO
        unsafe handle = created
    }

    deinit { unsafe pcap_close(handle) }

    /// These fail only on a handle that is active already; a device without nanoseconds says so
    /// and keeps to microseconds.
    private static func configure(_ handle: OpaquePointer, _ pace: Pace, promiscuous: Bool) {
        _ = unsafe pcap_set_snaplen(handle, snapLength)
        _ = unsafe pcap_set_promisc(handle, promiscuous ? 1 : 0)
        _ = unsafe pcap_set_timeout(handle, pace.blockTimeout)
        _ = unsafe pcap_set_buffer_size(handle, pace.ringSize)
        _ = unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
    }

    /// - Returns: why it cannot be used, `nil` when all is well.
    private static func activate(
        _ handle: OpaquePointer, _ interface: String
    ) -> LiveCaptureError? {
        let status = unsafe pcap_activate(handle)
        if status < 0 { return refusal(interface, status, unsafe fault(of: handle, status)) }
        var reason = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        if unsafe pcap_setnonblock(handle, 1, &reason) != 0 {
            return .cannotOpen(interface: interface, reason: text(reason))
        }
        // Devices without a descriptor to wait for are not those of networks.
        if unsafe pcap_get_selectable_fd(handle) < 0 {
            return .cannotOpen(interface: interface, reason: "it cannot be waited for")
        }
        return nil
    }

    /// Without the right to capture libpcap does not look whether there is such an interface.
    private static func refusal(
        _ interface: String, _ status: Int32, _ words: String
    ) -> LiveCaptureError {
        let isKnown = { CaptureInterface.all().contains { $0.name == interface } }
        switch status {
        case PCAP_ERROR_NO_SUCH_DEVICE:
            return .noSuchInterface(interface, known: CaptureInterface.networkNames())
        case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
            return isKnown()
                ? .noRight(interface: interface)
                : .noSuchInterface(interface, known: CaptureInterface.networkNames())
        case PCAP_ERROR_IFACE_NOT_UP: return .interfaceDown(interface)
        default: return .cannotOpen(interface: interface, reason: words)
        }
    }

    /// Keeps only packets that `filter` (pcap-filter(7)) matches. Names in it are looked up.
    public mutating func keepOnly(_ filter: String) throws(LiveCaptureError) {
        // libpcap would stop reading at the first NUL.
        guard !filter.utf8.contains(0) else {
            throw .badFilter(FilterFault(filter: filter, reason: "it holds a zero byte"))
        }
        var program = unsafe bpf_program()
        guard unsafe pcap_compile(handle, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
            let words = unsafe Self.fault(of: handle, PCAP_ERROR)
            throw .badFilter(FilterFault(filter: filter, reason: words))
        }
        defer { unsafe pcap_freecode(&program) }
        guard unsafe pcap_setfilter(handle, &program) == 0 else {
            let words = unsafe Self.fault(of: handle, PCAP_ERROR)
            throw .cannotOpen(interface: interface, reason: words)
        }
    }

    /// What a wait for packets came to.
    enum Readiness {
        /// Packets may be there.
        case some
        /// The time is over, or a signal came.
        case none
        /// The interface went down or away; the next visit tells which.
        case trouble
    }

    /// - Parameter milliseconds: 0 only looks.
    func wait(milliseconds: Int32) -> Readiness {
        var wish = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wish, 1, milliseconds) > 0 else { return .none }
        return wish.revents & Int16(POLLERR | POLLHUP | POLLNVAL) == 0 ? .some : .trouble
    }

    /// How a visit of the waiting packets ended.
    enum Visit: Equatable {
        /// All that were there, or as many as wanted at once.
        case more
        case empty
        /// The visitor wants no more.
        case refused
        /// libpcap's words.
        case failed(String)
    }

    /// Visits up to `limit` packets that are there already; their bytes are valid during the
    /// call.
    mutating func visitWaiting(
        limit: Int, _ visit: (PacketRecord, RawSpan) -> Bool
    ) -> Visit {
        for _ in 0..<limit {
            var header: UnsafeMutablePointer<pcap_pkthdr>?
            var data: UnsafePointer<UInt8>?
            let status = unsafe pcap_next_ex(handle, &header, &data)
            if status == 0 { return .empty }
            guard status == 1, let facts = unsafe header?.pointee, let start = unsafe data else {
                return .failed(unsafe Self.fault(of: handle, status))
            }
            number += 1
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(facts.caplen))
            guard visit(record(facts), unsafe bytes.bytes) else { return .refused }
        }
        return .more
    }

    private func record(_ header: pcap_pkthdr) -> PacketRecord {
        // With nanosecond precision `tv_usec` holds nanoseconds.
        let fraction = Int64(header.ts.tv_usec) &* (nanoseconds ? 1 : 1000)
        return PacketRecord(
            number: number, time: Int64(header.ts.tv_sec) &* 1_000_000_000 &+ fraction,
            wireLength: Int(header.len), capturedLength: Int(header.caplen), link: link)
    }

    /// Packets that the kernel had to drop since the opening; `nil` when it does not say.
    public var droppedPackets: Int? {
        var statistics = pcap_stat()
        guard unsafe pcap_stats(handle, &statistics) == 0 else { return nil }
        return Int(statistics.ps_drop)
    }

    private static func fault(of handle: OpaquePointer, _ status: Int32) -> String {
        if let words = unsafe pcap_geterr(handle), unsafe words.pointee != 0 {
            return unsafe String(cString: words)
        }
        return unsafe String(cString: pcap_statustostr(status))
    }

    private static func text(_ reason: [CChar]) -> String {
        String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// libpcap's numbers for this system as those of files (pcap-common.c, `dlt_to_linktype`).
    private static func linkType(_ number: Int32) -> LinkType {
        let registered: [Int32: UInt32] = [11: 100, 12: 101, 15: 102, 16: 103]
        return LinkType(rawValue: registered[number] ?? UInt32(number))
    }
}
