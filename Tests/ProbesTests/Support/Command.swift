import Foundation
import Testing

/// Runs a program to its end and returns what it wrote; a failing program fails the test.
@discardableResult
func command(_ arguments: [String], in folder: String, input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["timeout", "60"] + arguments
    process.currentDirectoryURL = URL(filePath: folder)
    let (standardInput, output) = (Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = output
    process.standardError = output
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    let written = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: written, as: UTF8.self)
    try #require(process.terminationStatus == 0, "\(arguments.joined(separator: " ")): \(text)")
    return text
}
