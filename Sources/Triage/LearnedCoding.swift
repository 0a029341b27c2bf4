import Casebook
package import CasebookStore
package import Diagnosis

/// What was learned, as bytes for the database. Whoever changes what is written, or how it is
/// learned, raises `version`.
package enum LearnedCoding {
    static let version = 1

    package static func bytes(_ memory: Learning.Memory, through: Int) -> LearnedBytes {
        LearnedBytes(
            encoding: version, through: through, tally: bytes(memory.tally), memory: rest(memory))
    }

    package static func memory(_ kept: LearnedBytes) throws(ModelDamage) -> Learning.Memory {
        var memory = Learning.Memory()
        memory.tally = try tally(kept.tally)
        var reader = try NamedReader(kept.memory)
        memory.usable = try reader.rest.integer()
        memory.fitted = try reader.rest.integer()
        for _ in 0..<(try reader.count()) {
            let key = Learning.Memory.Listing(item: try reader.name(), fact: try reader.name())
            memory.sightings[key] = Learning.Memory.Sightings(
                present: try reader.rest.integer(), looked: try reader.rest.integer())
        }
        for _ in 0..<(try reader.count()) {
            memory.fingerprints[try reader.name()] = Learning.Memory.Times(
                counted: Int64(try reader.rest.integer()), seen: Int64(try reader.rest.integer()))
        }
        for _ in 0..<(try reader.count()) {
            let incident = try reader.name()
            memory.quarantined.append(
                Quarantined(
                    incident: incident, cause: try reader.rest.optional(),
                    probability: try reader.rest.double()))
        }
        memory.unknownCauses = try reader.rest.texts()
        return try reader.finished(memory)
    }

    package static func tally(_ bytes: [UInt8]) throws(ModelDamage) -> Learning.Tally {
        var tally = Learning.Tally()
        var reader = try NamedReader(bytes)
        tally.latest = Int64(try reader.rest.integer())
        tally.datedUnlisted = try reader.rest.double()
        tally.dated = try reader.doubles()
        tally.learned.cases = try reader.doubles()
        tally.learned.unlistedCount = try reader.rest.double()
        tally.learned.backgrounds = try reader.counts()
        for _ in 0..<(try reader.count()) {
            tally.learned.listings[try reader.name()] = try reader.counts()
        }
        if try reader.rest.integer() == 1 {
            tally.learned.temperature = try reader.rest.double()
        }
        return try reader.finished(tally)
    }

    private static func bytes(_ tally: Learning.Tally) -> [UInt8] {
        var writer = NamedWriter()
        writer.rest.integer(Int(tally.latest))
        writer.rest.double(tally.datedUnlisted)
        writer.doubles(tally.dated)
        writer.doubles(tally.learned.cases)
        writer.rest.double(tally.learned.unlistedCount)
        writer.counts(tally.learned.backgrounds)
        writer.rest.integer(tally.learned.listings.count)
        for (cause, counts) in tally.learned.listings {
            writer.name(cause)
            writer.counts(counts)
        }
        writer.rest.integer(tally.learned.temperature == nil ? 0 : 1)
        if let temperature = tally.learned.temperature { writer.rest.double(temperature) }
        return writer.bytes
    }

    private static func rest(_ memory: Learning.Memory) -> [UInt8] {
        var writer = NamedWriter()
        writer.rest.integer(memory.usable)
        writer.rest.integer(memory.fitted)
        writer.rest.integer(memory.sightings.count)
        for (key, seen) in memory.sightings {
            writer.name(key.item)
            writer.name(key.fact)
            writer.rest.integer(seen.present)
            writer.rest.integer(seen.looked)
        }
        writer.rest.integer(memory.fingerprints.count)
        for (fingerprint, times) in memory.fingerprints {
            writer.name(fingerprint)
            writer.rest.integer(Int(times.counted))
            writer.rest.integer(Int(times.seen))
        }
        writer.rest.integer(memory.quarantined.count)
        for entry in memory.quarantined {
            writer.name(entry.incident)
            writer.rest.optional(entry.cause)
            writer.rest.double(entry.probability)
        }
        writer.rest.texts(memory.unknownCauses)
        return writer.bytes
    }
}

/// Ids come again and again; each is written once, and after that by its number.
private struct NamedWriter {
    var rest = ModelWriter()
    private var names: [String] = []
    private var numbers: [String: Int] = [:]

    var bytes: [UInt8] {
        var head = ModelWriter()
        head.texts(names)
        return head.bytes + rest.bytes
    }

    mutating func name(_ name: String) {
        let number = numbers[name] ?? names.count
        if number == names.count {
            names.append(name)
            numbers[name] = number
        }
        rest.integer(number)
    }

    mutating func doubles(_ values: [String: Double]) {
        rest.integer(values.count)
        for (key, value) in values {
            name(key)
            rest.double(value)
        }
    }

    mutating func counts(_ values: [FactID: Learned.Counts]) {
        rest.integer(values.count)
        for (fact, counts) in values {
            name(fact)
            rest.double(counts.present)
            rest.double(counts.absent)
        }
    }
}

/// Reads what `NamedWriter` wrote.
private struct NamedReader {
    var rest: ModelReader
    private let names: [String]

    init(_ bytes: [UInt8]) throws(ModelDamage) {
        rest = ModelReader(bytes)
        names = try rest.texts()
    }

    mutating func name() throws(ModelDamage) -> String {
        let number = try rest.integer()
        guard names.indices.contains(number) else { throw ModelDamage() }
        return names[number]
    }

    /// Of a list; every element takes a byte at least.
    mutating func count() throws(ModelDamage) -> Int {
        let count = try rest.integer()
        guard (0...rest.rest.count).contains(count) else { throw ModelDamage() }
        return count
    }

    mutating func doubles() throws(ModelDamage) -> [String: Double] {
        var values: [String: Double] = [:]
        let count = try count()
        values.reserveCapacity(count)
        for _ in 0..<count { values[try name()] = try rest.double() }
        return values
    }

    mutating func counts() throws(ModelDamage) -> [FactID: Learned.Counts] {
        var values: [FactID: Learned.Counts] = [:]
        let count = try count()
        values.reserveCapacity(count)
        for _ in 0..<count {
            values[try name()] = Learned.Counts(
                present: try rest.double(), absent: try rest.double())
        }
        return values
    }

    func finished<Value>(_ value: Value) throws(ModelDamage) -> Value {
        guard rest.isAtEnd else { throw ModelDamage() }
        return value
    }
}
