import Testing

@testable import CaptureGeneration

/// What a fault must leave in the totals of a capture that has no other; `nil`: nothing countable.
private func trace(of fault: Fault) -> Manifest.Count? {
    switch fault {
    case .synUnanswered: .retransmittedSYN
    case .synRefused, .resetAfterHello, .resetByServer: .rstByServer
    case .resetInjected: .rstByServer
    case .resetByClient: .rstByClient
    case .helloUnanswered: .clientHellosUnanswered
    case .helloNeverAcked, .retransmitClient, .retransmitServer: .retransmitted
    case .alertByServer: .alertsInClear
    case .resumptionRefused: .resumptionRefused
    case .gapFilled, .outOfOrder: .outOfOrder
    case .duplicatedFrame: .duplicateFrames
    case .zeroWindow: .zeroWindows
    default: nil
    }
}

@Suite("Faults of generated captures")
struct FaultTests {
    @Test(arguments: Fault.allCases)
    func `Each fault can be made alone`(fault: Fault) throws {
        let run = try Run {
            $0.limit = .flows(12)
            $0.shares.faulty = 100
            $0.faults = [fault]
        }
        #expect(run.flows.allSatisfy { $0["fault"] as? String == fault.rawValue })
        #expect(run.manifest.faults == [fault: fault == .portReuse ? 24 : 12])
        if let count = trace(of: fault) { #expect(run.manifest[count] >= 12) }
    }

    @Test func `Healthy flows have nothing to remark on`() throws {
        let run = try Run { $0.shares.faulty = 0 }
        for count in [
            Manifest.Count.rst, .retransmitted, .outOfOrder, .duplicateAcks, .zeroWindows,
            .duplicateFrames, .clientHellosUnanswered, .resumptionRefused, .alertsInClear,
        ] {
            #expect(run.manifest[count] == 0, "\(count)")
        }
        #expect(run.manifest[.fin] == 2 * run.manifest[.flows])
    }

    @Test func `A shifted TTL, gateway or next hop shows as two values`() throws {
        for (fault, key, side) in [
            (Fault.ttlShift, "ttl", "server"), (.sourceMACShift, "mac", "server"),
            (.nextHopShift, "next_hop", "client"), (.resetInjected, "ttl", "server"),
        ] {
            let run = try Run {
                $0.shares.faulty = 100
                $0.faults = [fault]
            }
            for flow in run.flows {
                let values = (flow[key] as? [String: [Any]])?[side]
                #expect(values?.count == 2, "\(fault)")
            }
        }
    }

    @Test func `A side that closes without close_notify is told from one that says it`() throws {
        let run = try Run {
            $0.shares.faulty = 100
            $0.faults = [.noCloseNotifyClient, .noCloseNotifyServer]
        }
        for flow in run.flows {
            let tls = try #require(flow["tls"] as? [String: Any])
            let close = try #require(tls["close"] as? [String: String])
            let silent = flow["fault"] as? String == "no-close-notify-client" ? "client" : "server"
            #expect(close[silent] == "fin")
            #expect(close[silent == "client" ? "server" : "client"]?.hasSuffix("notify") == true)
        }
    }

    @Test func `Reused ports give two flows with one community id`() throws {
        let run = try Run {
            $0.limit = .flows(5)
            $0.shares.faulty = 100
            $0.faults = [.portReuse]
        }
        let ids = run.flows.compactMap { $0["community_id"] as? String }
        #expect(ids.count == 10)
        #expect(Set(ids).count == 5)
    }
}
