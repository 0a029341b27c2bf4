import Testing

/// Runs a program to its end and returns what it wrote; a failing program fails the test.
@discardableResult
func command(_ arguments: [String], in folder: String, input: String = "") throws -> String {
    let child = try ChildProcess(arguments, seconds: 60, folder: folder, input: input)
    let status = child.wait()
    let text = child.output
    try #require(status == 0, "\(arguments.joined(separator: " ")): \(text)")
    return text
}
