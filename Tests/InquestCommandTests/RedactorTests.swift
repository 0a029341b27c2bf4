import Testing
import Triage

@Suite struct RedactorTests {
    @Test(arguments: [
        ("3 sockets to 192.0.2.7:80.", "3 sockets to address-1:80."),
        ("[2001:db8::1]:443, then 2001:db8::1", "[address-1]:443, then address-1"),
        ("from 192.0.2.7, 192.0.2.8 and 192.0.2.7", "from address-1, address-2 and address-1"),
        ("127.0.0.1:80, ::1, 0.0.0.0 and :: stay", "127.0.0.1:80, ::1, 0.0.0.0 and :: stay"),
        ("next hop 02:00:5E:10:00:01 flips", "next hop hardware-1 flips"),
        ("at 2026-01-01 12:34:56 UTC", "at 2026-01-01 12:34:56 UTC"),
        ("version 1.2.3, 99.9 %, e.g. this", "version 1.2.3, 99.9 %, e.g. this"),
        ("std::vector and a::b of db1", "std::vector and address-1 of name-1"),
        ("db1.example.test, mydb1, db1", "name-2, mydb1, name-1"),
        ("", ""), ("::ffff:192.0.2.7", "address-1"),
    ])
    func `what tells of somebody is replaced wherever it stands`(text: String, expected: String) {
        let redactor = Redactor(isOn: true)
        redactor.hide(["db1", "db1.example.test"])
        #expect(redactor.text(text) == expected)
    }

    @Test func `without being asked nothing is replaced`() {
        let redactor = Redactor(isOn: false)
        redactor.hide(["db1"])
        #expect(redactor.text("db1 at 192.0.2.7") == "db1 at 192.0.2.7")
        #expect(
            redactor.commandLine(["/usr/bin/x", "--password=y"]) == ["/usr/bin/x", "--password=y"])
        #expect(redactor.user(1000) == 1000)
        #expect(redactor.path("/home/somebody/error.log") == "/home/somebody/error.log")
    }

    @Test func `command lines, users and folders`() {
        let redactor = Redactor(isOn: true)
        #expect(redactor.commandLine(["/usr/bin/x", "--password=y"]) == ["x", "arguments-1"])
        #expect(redactor.commandLine(["/opt/x", "--password=y"]) == ["x", "arguments-1"])
        #expect(redactor.commandLine(["x", "-z"]) == ["x", "arguments-2"])
        #expect(redactor.commandLine([]) == [])
        #expect(redactor.user(0) == 0)
        #expect(redactor.user(1000) == 1)
        #expect(redactor.user(33) == 2)
        #expect(redactor.user(1000) == 1)
        #expect(redactor.path("/home/somebody/error.log") == "error.log")
    }
}
