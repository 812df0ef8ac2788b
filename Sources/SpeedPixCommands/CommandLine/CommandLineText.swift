import LocalFiles
import SpeedPix

/// What the system hands to a program as bytes, and the program takes as text.
public enum CommandLineText {
    /// Why a command line cannot be used: text that was repaired would name another file. Nil if all of it is text.
    ///
    /// - Parameters:
    ///   - arguments: As the system has them, without zeros.
    ///   - workingDirectory: The same of the folder that the program runs in.
    public static func problem(arguments: [[UInt8]], workingDirectory: [UInt8]) -> String? {
        if String(validating: workingDirectory, as: UTF8.self) == nil {
            return "the working folder has a name that is not UTF-8 text: \(shown(workingDirectory))\n"
                + "hint: rename it, or start speedpix elsewhere; scripts reach such folders by fs.list"
        }
        guard let argument = arguments.first(where: { String(validating: $0, as: UTF8.self) == nil }) else {
            return nil
        }
        return "an argument is not UTF-8 text: \(shown(argument))\n"
            + "hint: rename the file, or let a script take it from its folder: fs.list and fs.glob give names as they are"
    }

    private static func shown(_ bytes: [UInt8]) -> String { FileName.shown(bytes).printable() }
}
