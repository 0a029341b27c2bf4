import Casebook
import Diagnosis
import TerminalUI
import Triage

extension Model {
    mutating func pressInPrompt(_ key: Key, _ now: Int64) -> [Effect] {
        guard let prompt else { return [] }
        if key == .escape {
            self.prompt = nil
            return []
        }
        switch prompt {
        case .quit:
            self.prompt = nil
            return [.enter, .character("y"), .character("q")].contains(key) ? [.quit] : []
        case .confirmCause(let cause): return confirm(cause, key)
        case .withdraw(let number):
            self.prompt = nil
            return key == .character("y") ? [.withdraw(number)] : []
        case .overwrite(let path):
            self.prompt = nil
            return key == .character("y") ? [.saveReport(path: path, replacing: true)] : []
        case .command(var editor):
            if key == .enter { return finish { $0.obey(editor.text, now) } }
            if key == .tab {
                editor = LineEditor(CommandLine.complete(editor.text, self))
            } else if key == .backspace, editor.isEmpty {
                self.prompt = nil
                return []
            } else {
                _ = editor.handle(key)
            }
            self.prompt = .command(editor)
        case .capturePath(var editor):
            if key == .enter { return finish { $0.captureNamed(editor.text) } }
            _ = editor.handle(key)
            self.prompt = .capturePath(editor)
        case .pointPaths(var editor):
            if key == .enter { return finish { $0.comparePoints(editor.text) } }
            _ = editor.handle(key)
            self.prompt = .pointPaths(editor)
        case .liveFile(let interface, var editor):
            if key == .enter {
                return finish { $0.captureLive(on: interface, file: editor.text) }
            }
            _ = editor.handle(key)
            self.prompt = .liveFile(interface: interface, editor)
        case .slicePath(let capture, var editor):
            if key == .enter { return finish { $0.saveSlice(of: capture, to: editor.text) } }
            _ = editor.handle(key)
            self.prompt = .slicePath(capture: capture, editor)
        case .reportPath(var editor):
            if key == .enter {
                return finish { _ in [.saveReport(path: editor.text, replacing: false)] }
            }
            _ = editor.handle(key)
            self.prompt = .reportPath(editor)
        case .draftPath(var editor):
            if key == .enter { return finish { _ in [.draftCase(path: editor.text)] } }
            _ = editor.handle(key)
            self.prompt = .draftPath(editor)
        case .consent(let check, var editor):
            if key == .enter { return finish { $0.consented(check, editor.text) } }
            _ = editor.handle(key)
            self.prompt = .consent(check, editor)
        }
        return []
    }

    private mutating func finish(_ action: (inout Model) -> [Effect]) -> [Effect] {
        prompt = nil
        return action(&self)
    }

    mutating func captureNamed(_ text: String) -> [Effect] {
        let path = text.split(separator: " ", omittingEmptySubsequences: true).isEmpty ? "" : text
        // Standard input is the keyboard.
        guard !path.isEmpty, path != "-" else {
            notice = "Type the path of a pcap or pcapng file."
            return []
        }
        if conversation.session.captures.contains(path)
            || jobs.contains(where: {
                $0.title == "reading \(path)"
            })
        {
            notice = "\(path) was read already."
            return []
        }
        showTriage()
        return readCapture(path)
    }

    private mutating func consented(_ check: Check, _ word: String) -> [Effect] {
        guard word == "yes" else {
            notice = "Nothing was sent."
            return []
        }
        return run(check)
    }

    private mutating func confirm(_ cause: CaseID?, _ key: Key) -> [Effect] {
        prompt = nil
        switch key {
        case .character("b"): return [.confirm(cause: cause, verified: false)]
        case .character("v"): return [.confirm(cause: cause, verified: true)]
        case .character("o"): return [.confirm(cause: nil, verified: true)]
        default: return []
        }
    }

    /// The question on the last line but one, and the editor that answers it.
    func promptText() -> (text: String, editor: LineEditor?)? {
        switch prompt {
        case .command(let editor): (":", editor)
        case .capturePath(let editor): ("Capture to read: ", editor)
        case .pointPaths(let editor): ("Captures to compare, the client's side first: ", editor)
        case .liveFile(_, let editor): ("Save the packets in a new file: ", editor)
        case .slicePath(_, let editor): ("Save the cited flows in a new file: ", editor)
        case .reportPath(let editor): ("Save the report as (.md, .html): ", editor)
        case .overwrite(let path): ("\(path) exists. y replaces it, any other key does not.", nil)
        case .draftPath(let editor): ("Write the draft as FAMILY/ID/case.md: ", editor)
        case .consent(let check, let editor):
            ("\(check.command) \(Phrases.effect(check.effect)). Type 'yes': ", editor)
        case .confirmCause(let cause):
            (
                "v verified, b believed, o no known case, Esc: resolved as \(cause ?? "no case")?",
                nil
            )
        case .withdraw(let number):
            ("Withdraw incident \(number)? y takes it back, Esc keeps it.", nil)
        case .quit: ("Quit? All that was said is kept. Enter quits, Esc stays.", nil)
        case nil: nil
        }
    }
}
