import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// Why a parameter cannot have a value.
package struct ParameterProblem: Sendable, Equatable {
    /// What `speedpix.params` would say.
    package let message: String
    package let hint: String?
    /// Whether it is about a file, which is not there or may not be read.
    package let isAboutFile: Bool
}

extension Parameter {
    /// What is wrong with `name=text`; nil if `speedpix.params` would take it.
    ///
    /// - Parameters:
    ///   - text: The value, which may name a file wherever it lies, as on the command line.
    ///   - files: What the script may read. Nothing is opened.
    ///   - suggestsFile: Whether for a file that is not there the nearest is looked for, which takes milliseconds in a large folder.
    package func problem(with text: String, files: FileAccess, suggestsFile: Bool = true) -> ParameterProblem? {
        var files = files
        if kind == .file {
            files.readableFiles = [text]
            if !suggestsFile, !text.isEmpty, !text.utf8.contains(0), text.utf8.count <= PathText.longest,
                files.real(files.located(FilePath(text))) == nil
            {
                return ParameterProblem(message: "there is no file \(text)", hint: nil, isAboutFile: true)
            }
        }
        do {
            _ = try value(text, files: files)
            return nil
        } catch let error as LuaArgumentError {
            return ParameterProblem(message: error.message, hint: error.hint, isAboutFile: false)
        } catch let error as SpeedPixError {
            return ParameterProblem(message: error.message, hint: error.remedy, isAboutFile: true)
        } catch {
            return ParameterProblem(message: "\(error)", hint: nil, isAboutFile: kind == .file)
        }
    }
}
