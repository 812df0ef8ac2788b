"""Checks what every target imports, and that files stay where and as small as agreed.

SwiftPM lets a target import whatever its dependencies depend on, so the compiler does not keep these rules. Whose
product a target may import stands in Package.swift, which is read as text: resolving it would need the network.
"""

import re
import sys
from pathlib import Path

# Who may import whom. Everything else is an error, in the sources and in Package.swift alike.
SWIFT_ROOMS = [
    "LocalFiles", "LuaRuntime", "SpeedPix", "SpeedPixMedia", "SpeedPixJournal", "SpeedPixLua", "SpeedPixBatch",
    "Imaging", "ImagingLua", "SpeedPixGateway", "Spelling", "Tables", "NATS",
    "SpeedPixQueue", "ComfyUI",
]
ROOMS = {
    "Spelling": [],
    "JSONText": [],
    "CIconv": [],
    "Tables": ["CIconv"],
    "CLua": [],
    "CLuaBridge": ["CLua"],
    "LuaRuntime": ["CLuaBridge", "JSONText", "Spelling"],
    "CVips": [],
    "CImaging": ["CVips"],
    "LocalFiles": ["Spelling"],
    "Imaging": ["CImaging", "LocalFiles"],
    "ImagingLua": ["Imaging", "LuaRuntime", "Spelling"],
    "SpeedPix": ["JSONText", "LocalFiles"],
    "SpeedPixMedia": ["LocalFiles", "SpeedPix", "Imaging"],
    "SQLiteStorage": [],
    "SpeedPixJournal": ["LocalFiles", "SpeedPix", "SQLiteStorage"],
    "SpeedPixLua": ["LocalFiles", "LuaRuntime", "SpeedPix", "Tables", "Imaging", "ImagingLua", "Spelling"],
    "SpeedPixBatch": ["LocalFiles", "SpeedPix", "Spelling", "Tables"],
    "ComfyUI": ["SpeedPix", "Spelling"],
    "SpeedPixGateway": [
        "ComfyUI", "LocalFiles", "SpeedPix", "SQLiteStorage", "LuaRuntime", "Imaging", "ImagingLua", "Spelling",
    ],
    "CNATS": [],
    "NATS": ["CNATS", "JSONText"],
    "SpeedPixQueue": ["LocalFiles", "NATS", "SpeedPix", "SpeedPixBatch"],
    "CEditLine": [],
    "CLineEditor": ["CEditLine"],
    "SpeedPixCommands": [*SWIFT_ROOMS, "CLineEditor"],
    "SpeedPixCLI": ["SpeedPixCommands"],
    "SpeedPixTesting": ["SpeedPix"],
    "SpeedPixGatewayTesting": ["SpeedPix", "SpeedPixGateway"],
    "SpeedPixTestSupport": ["SpeedPix", "SpeedPixTesting", "SpeedPixGateway", "Imaging"],
    # What users get, tested as users use it: without the fakes that are only ours.
    "SpeedPixTestingTests": ["SpeedPix", "SpeedPixTesting", "SpeedPixGatewayTesting", "Imaging"],
    # Ends itself where a test wants a power cut.
    "InterruptedRun": ["SpeedPix", "SpeedPixCommands"],
    # It starts the programs themselves, which are therefore built with it.
    "IntegrationTests": [
        *SWIFT_ROOMS, "SpeedPixCommands", "SpeedPixCLI", "InterruptedRun", "SpeedPixTestSupport", "SpeedPixTesting",
        "SpeedPixGatewayTesting",
    ],
    # The examples, which have what users have.
    "ImageService": ["SpeedPix"],
    "ImageServiceTests": ["ImageService", "SpeedPix", "SpeedPixTesting"],
    "CatalogueBatch": ["SpeedPix", "SpeedPixJournal"],
    "CatalogueBatchTests": ["CatalogueBatch", "SpeedPix", "SpeedPixTesting"],
    "LuaHost": ["LuaRuntime", "SpeedPix", "SpeedPixLua"],
    "LuaHostTests": ["LuaHost", "LuaRuntime", "SpeedPix", "SpeedPixLua", "SpeedPixTesting"],
}
# Rooms whose own sources may import no package.
NO_PACKAGES = {
    "Spelling", "JSONText", "CIconv", "Tables", "CLua", "CLuaBridge", "LuaRuntime", "CVips", "CImaging", "Imaging",
    "CEditLine", "CLineEditor", "CNATS", "NATS", "SpeedPixCLI",
}
# What comes with the toolchain or the system. All of Foundation is wanted only where there is no FoundationEssentials.
SYSTEM_MODULES = {"Dispatch", "FoundationEssentials", "RegexBuilder", "Synchronization", "Darwin", "Glibc", "Musl"}
TEST_MODULES = {"Testing"}
# Who may import all of Foundation: starting a program takes Process, and no size or start-up time of ours hangs on it.
ALL_OF_FOUNDATION = {"IntegrationTests", "InterruptedRun"}
FOUNDATION_REMEDY = "it may only in the #else of '#if canImport(FoundationEssentials)'"
# Whose headers the system libraries' are.
LIBRARY_HEADERS = {
    "CLua": re.compile(r"(lua|lauxlib|lualib|luaconf)\.h"),
    "CEditLine": re.compile(r"histedit\.h"),
    "CIconv": re.compile(r"iconv\.h"),
    "CVips": re.compile(r"(vips|glib|gio|gobject)/.+|(glib|glib-object)\.h"),
}
C_HEADERS = {
    f"{name}.h"
    for name in """assert ctype errno fcntl float inttypes limits locale math pthread setjmp signal stdalign stdarg
    stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings sys/stat sys/types time unistd wchar wctype
    langinfo poll sys/ioctl termios xlocale dlfcn netdb sys/socket""".split()
}
# Libraries that are loaded when they are first needed: the room that calls them, what their names look like, those that
# are macros, and the header whose table has every other name. One that is missing there would be linked after all.
LAZY_LIBRARIES = {"CImaging": (re.compile(r"\b(?:vips|g)_[a-z0-9_]+\b"), {"g_clear_object"}, "library.h")}

LONGEST_FILE = 450
# Longer files, each with the reason why it is better whole: "Sources/…": "reason".
LONG_FILES: dict[str, str] = {}
FOLDERS_WITHOUT_A_DOMAIN = {"utils", "helpers", "extensions", "public"}

LITERALS_AND_COMMENTS = re.compile(
    r'(?P<hashes>\#*)"""[\s\S]*?"""(?P=hashes)'  # over several lines, raw or not
    r'|(?P<raw>\#+)"[^\n]*?"(?P=raw)'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|//[^\n]*"
    r"|/\*[\s\S]*?\*/"
)
IMPORT = re.compile(
    r"(?:^|;)[ \t]*(?:(?:@\w+(?:\([^)\n]*\))?|public|package|internal|fileprivate|private)\s+)*import\s+"
    r"(?:(?:typealias|struct|class|enum|protocol|let|var|func|macro|actor)\s+)?(\w+)",
    re.MULTILINE,
)
INCLUDE = re.compile(r"^[ \t]*#[ \t]*(?:include|import)[ \t]*([<\"])([^>\"\n]+)[>\"]", re.MULTILINE)
CONDITION = re.compile(r"^[ \t]*#(if|elseif|else|endif)\b[ \t]*(.*)$", re.MULTILINE)
TARGET = re.compile(r"\.(?:target|executableTarget|testTarget|systemLibrary|macro|plugin)\(\s*name:\s*\"(\w+)\"")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def blanked(text, keep_strings=False):
    """The text without comments and literals, every line still at its number."""

    def blank(match):
        token = match.group()
        return token if keep_strings and not token.startswith("/") else re.sub(r"[^\n]", " ", token)

    return LITERALS_AND_COMMENTS.sub(blank, text)


class Checker:
    def __init__(self, root):
        self.root = Path(root)
        self.findings = []
        self.manifest = {}

    def report(self, path, line, message):
        self.findings.append(f"{path.relative_to(self.root)}:{line}: error: {message}")

    def run(self):
        self.read_manifest()
        for top in ("Sources", "Tests"):
            for path in sorted((self.root / top).rglob("*")):
                if path.is_dir():
                    self.check_folder(path)
                elif path.suffix in (".swift", ".c", ".h"):
                    self.check_file(path, path.relative_to(self.root).parts[1])
        return self.findings

    def rooms_for(self, target):
        if target in ROOMS:
            return ROOMS[target]
        # The tests of a room may use it, what it may use itself, and the fakes.
        tested = target.removesuffix("Tests")
        return [tested, *ROOMS[tested], "SpeedPixTestSupport"] if tested in ROOMS and tested != target else None

    def read_manifest(self):
        path = self.root / "Package.swift"
        text = blanked(path.read_text(encoding="utf-8"), keep_strings=True)
        found = list(TARGET.finditer(text))
        for match, following in zip(found, [*found[1:], None]):
            name = match.group(1)
            body = text[match.end() : following.start() if following else len(text)]
            listed = re.search(r"\bdependencies:\s*\[((?:[^\[\]]|\[[^\[\]]*\])*)\]", body)
            listed_text = listed.group(1) if listed else ""
            products = re.findall(r"\.product\(\s*name:\s*\"(\w+)\"", listed_text)
            rooms = re.findall(r"\"(\w+)\"", re.sub(r"\.product\([^)]*\)", "", listed_text))
            self.manifest[name] = (rooms, products)
            line = line_of(text, match.start())
            allowed = self.rooms_for(name)
            if allowed is None:
                self.report(path, line, f"{name} is no room that scripts/rooms.py knows; say there whom it may import")
                continue
            for room in rooms:
                if room not in allowed:
                    self.report(path, line, f"{name} depends on {room}; {self.allowance(name)}")
            if products and name in NO_PACKAGES:
                self.report(path, line, f"{name} depends on {', '.join(products)}; it may use no package")

    def allowance(self, target):
        rooms, products = self.manifest.get(target, ([], []))
        names = [room for room in self.rooms_for(target) or [] if room in rooms] + products
        return f"it may import {', '.join(names)}" if names else "it may import no other room and no package"

    def check_folder(self, path):
        if path.name.lower() in FOLDERS_WITHOUT_A_DOMAIN:
            self.report(path, 1, "a folder is named after its domain, never Utils, Helpers, Extensions or Public")

    def check_file(self, path, target):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(self.root).as_posix()
        lines = len(text.splitlines())
        if lines > LONGEST_FILE and name not in LONG_FILES:
            self.report(path, lines, f"over {LONGEST_FILE} lines: split it, or list it in scripts/rooms.py with a reason")
        if self.rooms_for(target) is None:
            self.report(path, 1, f"{target} is no room that scripts/rooms.py knows; say there whom it may import")
        elif path.suffix == ".swift":
            self.check_imports(path, target, blanked(text))
        else:
            self.check_includes(path, target, blanked(text, keep_strings=True))
            if path.suffix == ".c" and target in LAZY_LIBRARIES:
                self.check_lazy(path, target, blanked(text))

    def check_imports(self, path, target, code):
        rooms, products = self.manifest.get(target, ([], []))
        is_test = path.relative_to(self.root).parts[0] == "Tests"
        for match in IMPORT.finditer(code):
            module, line = match.group(1), line_of(code, match.start(1))
            if module == "Foundation":
                if target not in ALL_OF_FOUNDATION and not self.is_without_essentials(code[: match.start()]):
                    self.report(path, line, f"{target} imports all of Foundation; {FOUNDATION_REMEDY}")
            elif module in SYSTEM_MODULES or (is_test and module in TEST_MODULES) or module in products:
                pass
            elif module not in self.rooms_for(target):
                self.report(path, line, f"{target} imports {module}; {self.allowance(target)}")
            elif module not in rooms:
                self.report(path, line, f"{target} imports {module}, which Package.swift does not list for it")

    @staticmethod
    def is_without_essentials(code_before):
        """Whether the end of the text is compiled only where FoundationEssentials cannot be imported."""
        stack = []
        for directive, condition in CONDITION.findall(code_before):
            condition = re.sub(r"\s", "", condition)
            if directive == "if":
                stack.append([condition == "!canImport(FoundationEssentials)", condition])
            elif directive == "endif" and stack:
                stack.pop()
            elif stack:
                # A later branch is taken only where the first one is not.
                stack[-1][0] = stack[-1][1] == "canImport(FoundationEssentials)"
        return any(without for without, _ in stack)

    def check_lazy(self, path, target, code):
        names, macros, header = LAZY_LIBRARIES[target]
        table = (path.parent / header).read_text(encoding="utf-8")
        known = macros | set(re.findall(r"\bX\((\w+)\)", table))
        for match in names.finditer(code):
            if match.group() not in known:
                line = line_of(code, match.start())
                self.report(path, line, f"{match.group()} is not in the table of {header}: it would be linked at once")

    def check_includes(self, path, target, code):
        source = self.root / path.relative_to(self.root).parts[0] / target
        for match in INCLUDE.finditer(code):
            quote, header = match.groups()
            line = line_of(code, match.start(2))
            owner = next((room for room, names in LIBRARY_HEADERS.items() if names.fullmatch(header)), None)
            if owner is not None:
                if owner != target and owner not in ROOMS.get(target, []):
                    self.report(path, line, f"{target} includes {header} of {owner}; {self.allowance(target)}")
            elif quote == '"':
                if not any((folder / header).is_file() for folder in (path.parent, source, source / "include")):
                    self.report(path, line, f"{target} includes {header}, which is none of its own headers")
            elif header not in C_HEADERS:
                self.report(path, line, f"{target} includes <{header}>, no C header that scripts/rooms.py lists")


def main():
    findings = Checker(Path(__file__).resolve().parent.parent).run()
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
