import Casebook
import Testing

@testable import CasebookStore

@Suite struct ModelBytesTests {
    @Test func `every prefix of a good model is damage, never a trap`() {
        let bytes = CasebookBytes.encode(makeCasebook(3))
        for count in 0..<bytes.count {
            #expect(throws: ModelDamage.self) {
                try CasebookBytes.decode(Array(bytes[..<count])) { $0 }
            }
        }
        #expect(throws: ModelDamage.self) { try CasebookBytes.decode(bytes + [0]) { $0 } }
    }

    @Test func `changed bytes give another model or damage, never a trap`() {
        let bytes = CasebookBytes.encode(makeCasebook(3))
        for place in stride(from: 0, to: bytes.count, by: 3) {
            for value: UInt8 in [0x00, 0x7F, 0x80, 0xFF] {
                var changed = bytes
                changed[place] = value
                _ = try? CasebookBytes.decode(changed) { $0 }
                #expect(changed == bytes || checksum(changed) != checksum(bytes))
            }
        }
    }

    @Test(arguments: [0, 1, 127, 128, 300, Int.max, -1, Int.min])
    func `integers survive`(value: Int) throws {
        var writer = ModelWriter()
        writer.integer(value)
        var reader = ModelReader(writer.bytes)
        #expect(try reader.integer() == value)
        #expect(reader.isAtEnd)
    }

    @Test func `an integer that never ends and a length beyond the end are damage`() {
        #expect(throws: ModelDamage.self) {
            var reader = ModelReader([UInt8](repeating: 0xFF, count: 20))
            _ = try reader.integer()
        }
        #expect(throws: ModelDamage.self) {
            var reader = ModelReader([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x61])
            _ = try reader.text()
        }
        #expect(throws: ModelDamage.self) {
            var reader = ModelReader([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01])
            _ = try reader.texts()
        }
    }

    @Test func `the checksum is FNV-1a`() {
        // http://www.isthe.com/chongo/src/fnv/test_fnv.c: "" and "foobar".
        #expect(checksum([]) == 0xCBF2_9CE4_8422_2325)
        #expect(checksum(Array("foobar".utf8)) == 0x8594_4171_F739_67E8)
    }
}
