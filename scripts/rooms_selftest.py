"""Feeds rooms.py snippets that break its rules, in a temporary folder, and proves that each is found and nothing else."""

import sys
import tempfile
from pathlib import Path

import rooms

MANIFEST = """
let package = Package(
    dependencies: [.package(url: "https://example.com/swift-nio.git", from: "2.0.0")],
    targets: [
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .target(name: "CLuaBridge", dependencies: ["CLua"], cSettings: c),
        .target(name: "LuaRuntime", dependencies: ["CLuaBridge"]),
        .target(name: "CImaging"),
        .target(name: "Imaging"),  // "SpeedPix" in a comment is no dependency
        .target(name: "SpeedPix", dependencies: [.product(name: "NIOCore", package: "swift-nio")]),
        .target(name: "SpeedPixLua", dependencies: ["LuaRuntime", "SpeedPix"]),
        .target(name: "SpeedPixGateway", dependencies: ["SpeedPix", .product(name: "NIOCore", package: "swift-nio")]),
        .target(name: "SpeedPixCommands", dependencies: ["SpeedPixLua", "SpeedPixGateway"]),
        .target(name: "SpeedPixTestSupport", dependencies: ["SpeedPix"]),
        .testTarget(name: "SpeedPixTests", dependencies: ["SpeedPix", "SpeedPixTestSupport"]),
        .testTarget(name: "IntegrationTests", dependencies: ["SpeedPixCommands"]),
    ]
)
"""
ESSENTIALS = "#if canImport(FoundationEssentials)\nimport FoundationEssentials\n#else\nimport Foundation\n#endif\n"

# Nothing may be found in these.
CLEAN = {
    "Sources/CLua/shim.h": "#include <lua.h>\n",
    "Sources/CLuaBridge/include/CLuaBridge.h": "#include <stddef.h>\n",
    "Sources/CLuaBridge/vm.c": '#include <lua.h>\n#include <string.h>\n#include "CLuaBridge.h"\n',
    "Sources/LuaRuntime/VM.swift": "import CLuaBridge\n#if canImport(Darwin)\nimport Darwin\n#else\nimport Glibc\n#endif\n",
    "Sources/CImaging/library.h": "#define FUNCTIONS(X) X(vips_copy)\n",
    "Sources/CImaging/copy.c": "// vips_other\nint a = vips_copy(0, \"vips_other\");\n",
    "Sources/SpeedPix/Client.swift": "public import NIOCore\nimport Synchronization\n" + ESSENTIALS,
    "Sources/SpeedPix/Comment.swift": '/*\nimport LuaRuntime\n*/\n// import LuaRuntime\nlet a = "/*"\n',
    "Sources/SpeedPix/Text.swift": 'let python = """\n    import speedpix\n    """\nlet raw = #"""\nimport x\n"""#\n',
    "Sources/SpeedPixLua/Verbs.swift": "import LuaRuntime\nimport struct SpeedPix.Prediction\n",
    "Tests/SpeedPixTests/A.swift": "import Testing\n@testable import SpeedPix\nimport SpeedPixTestSupport\n",
    "Tests/IntegrationTests/A.swift": "import Foundation\nimport SpeedPixCommands\n",
}

# The file, its text, and for each finding its line and words of its message.
BROKEN = [
    ("Sources/SpeedPix/Lua.swift", "import LuaRuntime\n", [(1, "SpeedPix imports LuaRuntime; it may import NIOCore")]),
    ("Sources/SpeedPix/Gateway.swift", "\n\npackage import SpeedPixGateway\n", [(3, "imports SpeedPixGateway")]),
    ("Sources/LuaRuntime/SDK.swift", "internal import SpeedPix\n", [(1, "it may import CLuaBridge")]),
    ("Sources/LuaRuntime/Raw.swift", "import CLua\n", [(1, "imports CLua")]),
    ("Sources/SpeedPixLua/Bridge.swift", "import CLuaBridge\n", [(1, "imports CLuaBridge")]),
    ("Sources/SpeedPixLua/Gate.swift", "public import SpeedPixGateway\n", [(1, "imports SpeedPixGateway")]),
    ("Sources/SpeedPixLua/NIO.swift", "import NIOCore\n", [(1, "SpeedPixLua imports NIOCore")]),
    ("Sources/SpeedPixLua/Listed.swift", "import Imaging\n", [(1, "which Package.swift does not list")]),
    ("Sources/SpeedPixGateway/Lua.swift", "@testable import SpeedPixLua\n", [(1, "imports SpeedPixLua")]),
    ("Sources/SpeedPixGateway/Kind.swift", "import struct SpeedPixLua.Verbs\n", [(1, "imports SpeedPixLua")]),
    ("Sources/SpeedPixGateway/SPI.swift", "@_spi(Test) public import NIOPosix\n", [(1, "imports NIOPosix")]),
    ("Sources/SpeedPix/Two.swift", "import NIOCore; import Imaging\n", [(1, "imports Imaging")]),
    ("Sources/SpeedPix/Late.swift", 'let a = "//"\n/* b */\n    import Imaging\n', [(3, "imports Imaging")]),
    ("Sources/SpeedPix/Tested.swift", "import Testing\n", [(1, "imports Testing")]),
    ("Sources/SpeedPix/Foundation.swift", "import Foundation\n", [(1, "all of Foundation")]),
    ("Sources/SpeedPix/First.swift", ESSENTIALS.replace("Essentials\n#", "\n#"), [(2, "all of Foundation")]),
    ("Sources/SpeedPix/After.swift", ESSENTIALS + "import class Foundation.Bundle\n", [(6, "all of Foundation")]),
    ("Sources/SpeedPix/Net.swift", "import FoundationNetworking\n", [(1, "imports FoundationNetworking")]),
    ("Tests/SpeedPixTests/Gate.swift", "@testable import SpeedPixGateway\n", [(1, "imports SpeedPixGateway")]),
    ("Sources/CLuaBridge/vips.c", "#include <vips/vips.h>\n", [(1, "includes vips/vips.h of CVips")]),
    ("Sources/CLuaBridge/other.c", '#include "CImaging.h"\n', [(1, "none of its own headers")]),
    ("Sources/CLuaBridge/net.c", "// net\n#  include <curl/curl.h>\n", [(2, "<curl/curl.h>")]),
    ("Sources/Imaging/lua.h", "#include <lua.h>\n", [(1, "lua.h of CLua")]),
    ("Sources/CImaging/late.c", "\nvips_flip(0);\n", [(2, "vips_flip is not in the table of library.h")]),
    ("Sources/SpeedPix/Utils/A.swift", "\n", [("Sources/SpeedPix/Utils:1", "named after its domain")]),
    ("Sources/SpeedPix/Long.swift", "\n" * 451, [(451, "over 450 lines")]),
    ("Sources/Cellar/A.swift", "import NIOCore\n", [(1, "Cellar is no room")]),
]

# Dependencies that Package.swift may not list.
BROKEN_MANIFEST = [
    ('.target(name: "SpeedPix", dependencies: ["LuaRuntime"])', "SpeedPix depends on LuaRuntime"),
    ('.target(name: "SpeedPixGateway", dependencies: ["SpeedPix", "SpeedPixLua"])', "depends on SpeedPixLua"),
    ('.target(name: "Imaging", dependencies: [.product(name: "Logging", package: "swift-log")])', "it may use no package"),
    ('.target(name: "Cellar")', "Cellar is no room"),
]


def findings_for(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return rooms.Checker(folder).run()


def main():
    failures = []

    def expect(what, findings, expected):
        agree = len(findings) == len(expected) and all(
            finding.startswith(f"{place}: error: ") and words in finding
            for finding, (place, words) in zip(findings, expected)
        )
        if not agree:
            failures.append(f"{what}\n    expected {expected}\n    found {findings}")

    clean = {"Package.swift": MANIFEST, **CLEAN}
    expect("clean sources", findings_for(clean), [])
    for name, text, expected in BROKEN:
        places = [(at if isinstance(at, str) else f"{name}:{at}", words) for at, words in expected]
        expect(f"{name}: {text[:60]!r}", findings_for({**clean, name: text}), places)
    for target, words in BROKEN_MANIFEST:
        expect(target, findings_for({"Package.swift": f"targets: [\n    {target},\n]\n"}), [("Package.swift:2", words)])

    for failure in failures:
        print(f"self-test: {failure}", file=sys.stderr)
    count = 1 + len(BROKEN) + len(BROKEN_MANIFEST)
    print(f"scripts/check --self-test: {count - len(failures)} of {count} cases hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
