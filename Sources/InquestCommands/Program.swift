import ArgumentParser
import Glibc

/// The whole life of the process: parse, run, turn errors into sentences and an exit code.
public enum Program {
    public static func main() -> Never {
        Interrupt.install()
        exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    private static func run(_ arguments: [String]) -> Int32 {
        let environment = Settings.processEnvironment()
        do {
            if let command = direct(arguments) { return execute(command, environment) }
            var command = try Inquest.parseAsRoot(arguments)
            guard let command = command as? any Subcommand else {
                // A group without its command, or `help`: ends in a request for help.
                try command.run()
                return 0
            }
            return execute(command, environment)
        } catch {
            if let joined = NegativeValue.joined(arguments, Inquest.message(for: error)) {
                return run(joined)
            }
            return explain(error, arguments, environment)
        }
    }

    /// The command that the first word names, asked by itself: under the root the parser makes the
    /// options of every command on the way several times over, which is most of a short run. `nil`
    /// for help and for faults, whose words are the root's.
    private static func direct(_ arguments: [String]) -> (any Subcommand)? {
        guard let name = arguments.first,
            let command = Inquest.configuration.subcommands.first(where: {
                $0.configuration.commandName == name
            })
        else { return nil }
        return (try? command.parseAsRoot(Array(arguments.dropFirst()))) as? any Subcommand
    }

    private static func execute(
        _ command: any Subcommand, _ environment: [String: String]
    ) -> Int32 {
        var settings = Settings(environment: environment)
        var console = Console(settings: settings)
        do {
            settings = try Settings(options: command.global, environment: environment)
            console = Console(settings: settings)
            StandardErrorLog.bootstrap(settings)
            let status = try command.execute(Run(settings: settings, console: console))
            console.flush()
            if let code = console.failure { throw Failure.output(code) }
            return status.rawValue
        } catch {
            console.flush()
            let report = ErrorText.report(error)
            if let monitoring = command as? any MonitoringCommand, monitoring.nagios {
                return NagiosLine.unknown(report, console)
            }
            StandardErrorLog.error(report.text, settings.logFormat)
            return Interrupt.requested
                ? ExitStatus.interrupted.rawValue : report.status.rawValue
        }
    }

    /// Help and version go to standard output, faults of usage to standard error.
    private static func explain(
        _ error: any Error, _ arguments: [String], _ environment: [String: String]
    ) -> Int32 {
        let code = Inquest.exitCode(for: error).rawValue
        let console = Console(settings: Settings(environment: environment))
        let text = Inquest.fullMessage(for: error)
        if code == 0 {
            console.write(Array((SafeText.lines(text).joined(separator: "\n") + "\n").utf8))
            console.flush()
            return console.failure == nil ? 0 : ExitStatus.inputOutput.rawValue
        }
        if arguments.contains("--nagios") {
            let report = ErrorText.Report(text: Inquest.message(for: error), status: .usage)
            return NagiosLine.unknown(report, console)
        }
        console.note(text)
        return ExitStatus.usage.rawValue
    }
}
