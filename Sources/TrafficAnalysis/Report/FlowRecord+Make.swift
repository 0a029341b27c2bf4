internal import Dissection

extension FlowRecord {
    init(_ kept: KeptFlows, _ place: Int) {
        let (flow, key) = (kept.table[place], kept.table.key(place))
        let sides = PerSide(client: flow.client, server: flow.server)
        let directions = sides.map { flow.directions[$0] }
        self.flow = Int(flow.number)
        communityID = CommunityID.of(key)
        first = flow.firstTime
        last = flow.lastTime
        client = Endpoint(address: key.address(sides.client), port: key.port(sides.client))
        server = Endpoint(address: key.address(sides.server), port: key.port(sides.server))
        clientIs =
            switch flow.clientRule {
            case .syn: "syn"
            case .hello: "hello"
            case .port: "port"
            }
        packets = directions.map { Int($0.packets) }
        payloadBytes = directions.map(\.payloadBytes)
        syn = directions.map { Int($0.syn) }
        fin = directions.map { Int($0.fin) }
        rst = directions.map { Int($0.rst) }
        let rareSides = sides.map { kept.tables.rare.recordOrInitial(flow.rare[$0]) }
        retransmitted = rareSides.map { Int($0.retransmitted) }
        outOfOrder = rareSides.map { Int($0.outOfOrder) }
        duplicateACKs = rareSides.map { Int($0.duplicateACKs) }
        zeroWindows = rareSides.map { Int($0.zeroWindows) }
        fastRetransmitted = rareSides.map { Int($0.fast) }
        spuriouslyRetransmitted = rareSides.map { Int($0.spurious) }
        keepAlives = rareSides.map { Int($0.keepAlives) }
        gaps = rareSides.map { Int($0.gaps) }
        // Of a flow that has any of it, both sides are told.
        let hasPace = flow.pace[0] >= 0 || flow.pace[1] >= 0
        let paces = sides.map { hasPace ? kept.tables.pace.recordOrInitial(flow.pace[$0]) : nil }
        windowFull = paces.map {
            Int(kept.tables.paceEvents.record($0?.events ?? -1)?.windowFull ?? 0)
        }
        roundTrip = paces.map { $0.flatMap { RoundTrip($0.roundTrip) } }
        echoRoundTrip = paces.map { $0.flatMap { RoundTrip($0.echo) } }
        largestFlight = paces.map { $0.map { Int($0.largestFlight) } }
        opening = flow.opening(serversReset: rareSides.server.reset)
        options = directions.map {
            $0.options.isKnown ? Options($0.options, mss: $0.mss) : nil
        }
        changedOptions = rareSides.map {
            $0.otherOptions.map {
                ChangedOptions(
                    options: Options($0.options, mss: $0.mss), packet: Int($0.packet),
                    onTheWay: $0.isCopy)
            }
        }
        handshakeRoundTrip = sides.map { flow.roundTrip(of: $0) }
        let lists = flow.lists >= 0 ? kept.tables.lists[Int(flow.lists)] : nil
        ttl = sides.map { flow.timesToLive($0, lists) }
        mac = sides.map { flow.sourceMACs($0, kept.tables.macs(flow.directions[$0].macs), lists) }
        vlan = flow.vlans(lists)
        history = flow.history.text(client: flow.client)
        state = flow.connectionState(kept.tables.closes.recordOrInitial(flow.close))
        tls = flow.tls >= 0 ? TLS(kept.tables.tls[Int(flow.tls)], flow, tables: kept.tables) : nil
    }
}

extension FlowRecord.TLS {
    init?(_ facts: TLSFlow, _ flow: Flow, tables: borrowing SideTables) {
        clientHellos = Int(facts.clientHellos)
        serverHellos = Int(facts.serverHellos)
        serverName = tables.name(facts.serverName)
        version = facts.version == 0 ? nil : tlsVersionName(facts.version)
        alpn = tables.protocols[Int32(facts.alpn)]
        offeredResumption = facts.offeredResumption
        resumed = facts.resumed
        offeredForms = facts.offeredForms.map(\.rawValue)
        resumedBy = facts.resumedBy?.rawValue
        ja4 = tables.fingerprint(facts.fingerprint)
        history = facts.letters.text(client: flow.client)
        let isForServerName = tables.knownForServerName(facts)
        certificates = tables.chains[facts.chain].map {
            FlowRecord.Certificates($0, isForServerName: isForServerName)
        }
        let told = flow.lists >= 0 ? tables.lists[Int(flow.lists)].alerts : []
        alerts = told.map {
            FlowRecord.Alert(
                byClient: Int($0.direction) == flow.client,
                alert: TLSAlert(level: $0.level, description: $0.description))
        }
        serverHelloAfter =
            facts.serverHelloTime != 0 && facts.clientHelloTime != 0
            ? facts.serverHelloTime - facts.clientHelloTime : nil
        close = PerSide(client: flow.client, server: flow.server).map {
            flow.closeVerdict($0, isTLS13: facts.mayBeTLS13)
        }
    }
}

extension FlowRecord.Certificates {
    init(_ chain: CertificateChain, isForServerName: Bool?) {
        count = chain.count
        commonName = chain.leaf.commonName
        names = Array(chain.leaf.dnsNames.prefix(16))
        issuer = chain.leaf.issuerName
        notBefore = nanoseconds(chain.notBefore)
        notAfter = nanoseconds(chain.notAfter)
        isSelfIssued = chain.leaf.isSelfIssued
        isComplete = chain.isComplete
        self.isForServerName = isForServerName
    }
}

/// Of seconds; the years 1678 to 2262 fit, what lies beyond is cut.
func nanoseconds(_ seconds: Int64) -> Int64 {
    min(max(seconds, -9_223_372_036), 9_223_372_036) * 1_000_000_000
}

extension FlowRecord.Options {
    init(_ options: SYNOptions, mss: UInt16) {
        self.mss = mss == 0 ? nil : Int(mss)
        windowScale = options.windowScale.map { Int($0) }
        sackPermitted = options.sackPermitted
        timestamps = options.hasTimestamps
    }
}

extension FlowRecord.RoundTrip {
    init?(_ times: RoundTrips) {
        guard times.count > 0 else { return nil }
        samples = Int(times.count)
        least = Int64(times.least) * 1000
        most = Int64(times.most) * 1000
        mean = Int64(times.total / UInt64(times.count)) * 1000
    }
}

extension Flow {
    /// Simultaneous: both sides sent a SYN without ACK (RFC 9293 §3.5, figure 7).
    func opening(serversReset: ResetFacts) -> FlowRecord.Opening {
        let (c, s) = (directions[client], directions[server])
        if c.has.contains(.plainSYN), s.has.contains(.plainSYN) { return .simultaneous }
        if seen.contains(.established) { return .complete }
        if serversReset.answersSYN { return .refused }
        if seen.contains(.syn), seen.contains(.synACK) { return .halfOpen }
        if seen.contains(.syn), s.packets == 0, c.packets == c.syn { return .unanswered }
        return seen.contains(.syn) || seen.contains(.synACK) ? .oneSided : .midstream
    }

    func closeVerdict(_ d: Int, isTLS13: Bool) -> FlowRecord.Close {
        directions[d].closeVerdict(isTLS13: isTLS13)
    }

    func timesToLive(_ d: Int, _ lists: FlowLists?) -> [UInt8] {
        guard directions[d].packets > 0 else { return [] }
        return [directions[d].timeToLive] + (lists?.sides[d].otherTTLs ?? [])
    }

    func sourceMACs(_ d: Int, _ first: MACPair, _ lists: FlowLists?) -> [UInt64] {
        guard seen.contains(.hasMAC), directions[d].macs != MACPair.unknown else { return [] }
        var addresses = [first.source]
        for link in lists?.sides[d].links ?? [] where !addresses.contains(link.macs.source) {
            addresses.append(link.macs.source)
        }
        return addresses
    }

    func vlans(_ lists: FlowLists?) -> [UInt16] {
        var ids = outerVLAN == 0 ? [] : [outerVLAN]
        if innerVLAN != 0 { ids.append(innerVLAN) }
        for id in lists?.additionalVLANs ?? [] where !ids.contains(id) { ids.append(id) }
        return ids
    }

    /// Zeek's `conn_state` (Zeek manual, base/protocols/conn/main.zeek).
    func connectionState(_ close: FirstClose) -> String {
        let (c, s) = (directions[client], directions[server])
        let opened = seen.contains(.syn)
        let answered = seen.contains(.synACK)
        if c.rst == 0 && s.rst == 0 {
            if opened && !answered && s.packets == 0 { return c.fin > 0 ? "SH" : "S0" }
            if !opened { return answered && c.packets == 0 && s.fin > 0 ? "SHR" : "OTH" }
            guard answered else { return "OTH" }
            switch (c.fin > 0, s.fin > 0) {
            case (true, true): return "SF"
            case (true, false): return "S2"
            case (false, true): return c.packets == 0 ? "SHR" : "S3"
            case (false, false): return "S1"
            }
        }
        if !opened { return answered && s.rst > 0 && c.packets == 0 ? "RSTRH" : "OTH" }
        if c.fin > 0 && s.fin > 0 && closeBegan && !close.isReset { return "SF" }
        let byClient =
            c.rst > 0
            && (s.rst == 0 || close.isReset && Int(close.direction) == client)
        if answered { return byClient ? "RSTO" : "RSTR" }
        return byClient ? "RSTOS0" : "REJ"
    }
}

extension Direction {
    /// How the side ended its TLS stream (measured: `lab.md` §0.6).
    func closeVerdict(isTLS13: Bool) -> FlowRecord.Close {
        let finished = tls.remaining == 0 && tls.headerCount == 0 && tls.state != .lost
        if finished, tls.lastType == 21, tls.lastAlert == 0 || tls.lastAlert == 255 {
            return .closeNotify
        }
        if finished, isTLS13, tls.lastType == 23, tls.lastLength == 19 {
            return .probableCloseNotify
        }
        if fin > 0 { return .fin }
        return rst > 0 ? .rst : .none
    }
}
