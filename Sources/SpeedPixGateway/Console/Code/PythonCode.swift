import SpeedPix

/// A create as a program in Python that needs nothing but its standard library. It takes the key and the secret from the
/// environment.
struct PythonCode: Sendable {
    let code: PredictionCode

    func text() throws -> String {
        var heading = [
            "Makes a prediction of \(code.workflow) again. Python 3.8 or newer is all that it needs.",
            "It signs with SPEEDPIX_APP_KEY and SPEEDPIX_APP_SECRET of its environment.",
        ]
        heading += code.remarks
        let comments = heading.map { "# \($0.printable())\n" }.joined()
        return "#!/usr/bin/env python3\n\(comments)\(Self.imports)\nENDPOINT = os.environ.get(\"SPEEDPIX_ENDPOINT\", "
            + "\(Self.quoted(code.endpoint))).rstrip(\"/\")\n\(Self.functions)\n\n\(try order())\n\(Self.ending)"
    }

    private func order() throws -> String {
        var members = ""
        for input in code.inputs {
            let value =
                switch input.value {
                case .json(let json): try Self.literal(json, indent: 1)
                case .file(let name): "upload(\(Self.quoted(name)))"
                }
            members += "\n    \(Self.quoted(input.name)): \(value),"
        }
        let which =
            if let version = code.version { "\"version_id\": \(Self.quoted(version))" } else {
                "\"alias_id\": \"main\""
            }
        return """
            inputs = {\(members)\(members.isEmpty ? "" : "\n")}
            order = {"workflow_id": \(Self.quoted(code.workflow)), \(which), "inputs": inputs}
            """
    }

    // MARK: Values

    /// A value as Python source.
    static func literal(_ value: JSONValue, indent: Int) throws -> String {
        guard value.levels <= PredictionCode.mostLevels else {
            return "json.loads(\(quoted(String(decoding: try value.encoded(), as: UTF8.self))))"
        }
        switch value {
        case .null: return "None"
        case .bool(let flag): return flag ? "True" : "False"
        case .integer(let number): return String(number)
        case .unsigned(let number): return String(number)
        case .double(let number): return String(number)
        case .string(let text): return quoted(text)
        case .array(let values):
            return "[\(try values.map { try literal($0, indent: indent) }.joined(separator: ", "))]"
        case .object(let members):
            guard !members.isEmpty else { return "{}" }
            let space = String(repeating: "    ", count: indent)
            let lines = try members.sorted { $0.key < $1.key }.map { key, member in
                "\(space)    \(quoted(key)): \(try literal(member, indent: indent + 1)),\n"
            }
            return "{\n\(lines.joined())\(space)}"
        }
    }

    /// A text in quotes.
    static func quoted(_ text: String) -> String { text.quoted(escape: escape) }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (mark, count) =
            scalar.value < 0x100 ? ("\\x", 2) : scalar.value < 0x10000 ? ("\\u", 4) : ("\\U", 8)
        return mark + String(repeating: "0", count: count - digits.utf8.count) + digits
    }

    // MARK: What is the same in each program

    private static let imports = #"""
        import base64
        import email.utils
        import hashlib
        import hmac
        import json
        import mimetypes
        import os
        import shutil
        import sys
        import time
        import urllib.error
        import urllib.request
        import uuid

        """#

    private static let functions = #"""
        MEDIA_TYPE = "application/json; charset=utf-8"


        def call(path, body):
            """Sends a signed call, and returns the data of its answer."""
            content = json.dumps(body).encode()
            now = time.time()
            date = email.utils.formatdate(now, usegmt=True)
            digest = base64.b64encode(hashlib.md5(content).digest()).decode()
            signed = {
                "x-ca-key": os.environ["SPEEDPIX_APP_KEY"],
                "x-ca-nonce": str(uuid.uuid4()),
                "x-ca-signature-method": "HmacSHA256",
                "x-ca-timestamp": str(int(now * 1000)),
            }
            lines = ["POST", MEDIA_TYPE, digest, MEDIA_TYPE, date]
            lines += [f"{name}:{value}" for name, value in signed.items()] + [path]
            secret = os.environ["SPEEDPIX_APP_SECRET"].encode()
            code = hmac.new(secret, "\n".join(lines).encode(), hashlib.sha256).digest()
            headers = {
                "accept": MEDIA_TYPE,
                "content-type": MEDIA_TYPE,
                "date": date,
                "content-md5": digest,
                "x-ca-signature-headers": ",".join(signed),
                "x-ca-signature": base64.b64encode(code).decode(),
                **signed,
            }
            try:
                with urllib.request.urlopen(urllib.request.Request(ENDPOINT + path, content, headers), timeout=60) as response:
                    answer = json.load(response)
            except urllib.error.HTTPError as error:
                reason = error.headers.get("X-Ca-Error-Message") or error.read().decode(errors="replace")
                sys.exit(f"{path}: HTTP {error.code}: {reason}")
            if answer.get("errCode"):
                sys.exit(f"{path}: {answer['errCode']}: {answer['errMessage']}")
            return answer["data"]


        def upload(path):
            """Uploads a file, and returns the URL that goes into an input."""
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            name = os.path.basename(path)
            signed = call("/scc/sp_create_temp_file_upload_sign", {"contentType": kind, "originalFilename": name})
            with open(path, "rb") as file:
                content = file.read()
            request = urllib.request.Request(signed["uploadUrl"], content, {"content-type": kind}, method="PUT")
            urllib.request.urlopen(request, timeout=600).close()
            return signed["accessUrl"]


        def files(value):
            """The files anywhere in a result."""
            if isinstance(value, dict) and str(value.get("url")).startswith("http"):
                yield value
            elif isinstance(value, (dict, list)):
                for part in value.values() if isinstance(value, dict) else value:
                    yield from files(part)

        """#

    private static let ending = #"""
        task = {"taskId": call("/scc/comfy_prompt", order)["taskId"]}
        while call("/scc/comfy_get_progress", task)["status"] in ("waiting", "running"):
            time.sleep(1)
        result = call("/scc/comfy_get_result", task)
        if result["status"] != "succeeded":
            sys.exit(result.get("message") or "the prediction has failed")
        print(json.dumps(result["result"], ensure_ascii=False, indent=2))
        os.makedirs("results", exist_ok=True)
        for file in files(result["result"]):
            path = os.path.join("results", os.path.basename(file.get("filename") or "") or "result")
            while os.path.exists(path):
                path = os.path.join("results", "new-" + os.path.basename(path))
            with urllib.request.urlopen(file["url"], timeout=600) as response, open(path, "wb") as target:
                shutil.copyfileobj(response, target)
            print(path, file=sys.stderr)

        """#
}
