import Casebook

/// A casebook compiled for judgement: per fact the cases that list it (postings), per case its
/// facts (forward lists), and one row per family for "none of these".
///
/// The reference likelihood of a fact is that of a case which does not list it, so an answer
/// touches only the cases that do. Probabilities are kept once per fact in a palette (a cold
/// casebook has at most five per fact), so an answer needs a logarithm per palette entry and not
/// per posting. Facts, cases and families are in ascending order of id.
struct Model: Sendable {
    let caseIDs: [CaseID]
    let caseFamily: [Int]
    let familyNames: [String]
    let factIDs: [FactID]
    /// By fact: only a person can tell it.
    let isSymptom: [Bool]
    let factIndex: [FactID: Int]
    let caseIndex: [CaseID: Int]
    /// g: P(present | not listed), per fact.
    let background: [Double]
    /// π of each case and, once, of each family's "none of these" row.
    let prior: [Double]
    let rowPrior: Double
    let logPrior: [Double]
    let logRowPrior: Double
    let postings: Postings
    let forward: ForwardLists
    /// P(present | unknown problem of family k), at `k * factIDs.count + fact`.
    let rows: [Double]
    let groups: [EchoGroup]
    /// Position in `groups`, or -1.
    let groupOfFact: [Int]

    var familyCount: Int { familyNames.count }
    /// π₀: prior of "none of these" as a whole.
    var unlistedPrior: Double { rowPrior * Double(familyCount) }

    @inline(__always) func row(_ family: Int, _ fact: Int) -> Double {
        rows[family * factIDs.count + fact]
    }

    /// P(present | case), listed or not.
    func probability(ofFact fact: Int, inCase item: Int) -> Double {
        forward.listing(of: fact, inCase: item)?.probability ?? background[fact]
    }
}

/// Per fact: which cases list it, and which entry of the fact's palette they give it.
struct Postings: Sendable {
    /// Fact `i` owns `start[i]..<start[i + 1]` of `item` and `code`.
    let start: [Int]
    let item: [Int32]
    /// Position in the fact's part of the palette.
    let code: [Int32]
    /// Fact `i` owns `paletteStart[i]..<paletteStart[i + 1]`.
    let paletteStart: [Int]
    let palette: [Double]

    func range(_ fact: Int) -> Range<Int> { start[fact]..<start[fact + 1] }
    func paletteRange(_ fact: Int) -> Range<Int> { paletteStart[fact]..<paletteStart[fact + 1] }
}

/// Per case: its facts in ascending order.
struct ForwardLists: Sendable {
    struct Listing: Sendable {
        let fact: Int
        let probability: Double
        let word: Frequency
    }
    let start: [Int]
    let listings: [Listing]

    func listings(ofCase item: Int) -> ArraySlice<Listing> {
        listings[start[item]..<start[item + 1]]
    }

    func listing(of fact: Int, inCase item: Int) -> Listing? {
        var (low, high) = (start[item], start[item + 1])
        while low < high {
            let middle = (low + high) / 2
            if listings[middle].fact < fact { low = middle + 1 } else { high = middle }
        }
        guard low < start[item + 1], listings[low].fact == fact else { return nil }
        return listings[low]
    }
}
