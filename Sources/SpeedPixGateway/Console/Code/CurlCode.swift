import SpeedPix

/// A create as a script for bash that calls curl, and signs with openssl. It takes the key and the secret from the environment.
struct CurlCode: Sendable {
    let code: PredictionCode

    func text() throws -> String {
        var heading = [
            "Makes a prediction of \(code.workflow) again, with bash, curl and openssl.",
            "It signs with SPEEDPIX_APP_KEY and SPEEDPIX_APP_SECRET of its environment. While openssl runs, others on",
            "this machine can see the secret in the list of processes.",
        ]
        heading += code.remarks
        let comments = heading.map { "# \($0.printable())\n" }.joined()
        // In a shell of its own: pasted into a terminal it must not end that one.
        return "#!/usr/bin/env bash\n\(comments)(\nset -euo pipefail\nendpoint=\(Self.quoted(code.endpoint))\n"
            + "\(Self.functions)\n\(try order())\n\(Self.ending))\n"
    }

    private func order() throws -> String {
        var lines: [String] = []
        var members: [String] = []
        for input in code.inputs {
            let name = try Self.json(.string(input.name))
            switch input.value {
            case .json(let json): members.append("    \(name): \(try Self.json(json))")
            case .file(let file):
                let variable = "file\(lines.count + 1)"
                let type = MediaType.guess(filename: file)
                // JSON has no apostrophe in it here, so that it needs no more than a pair of them around it.
                lines.append("\(variable)=$(upload \(Self.quoted(file)) '\(try Self.json(.string(file)))' '\(type)')")
                members.append("    \(name): \"'\"$\(variable)\"'\"")
            }
        }
        let which =
            if let version = code.version {
                "\"version_id\": \(try Self.json(.string(version)))"
            } else {
                "\"alias_id\": \"main\""
            }
        lines.append(
            """
            body='{
              "workflow_id": \(try Self.json(.string(code.workflow))),
              \(which),
              "inputs": {\(members.isEmpty ? "" : "\n")\(members.joined(separator: ",\n"))
              }
            }'
            """)
        return lines.joined(separator: "\n")
    }

    // MARK: Values

    /// A value as JSON that can stand between apostrophes: one line without any. What steers a terminal is an escape.
    static func json(_ value: JSONValue) throws -> String {
        let text = String(decoding: try value.encoded(), as: UTF8.self)
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // Both stand in strings alone, where an escape means the same.
            guard scalar == "'" || scalar.steers else {
                result.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                let escape = "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                result.append(contentsOf: escape.unicodeScalars)
            }
        }
        return String(result)
    }

    /// A text as one word of bash. It must not have a zero in it.
    static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: #"'\''"#))'" }

    // MARK: What is the same in each script

    private static let functions = #"""
        endpoint=${SPEEDPIX_ENDPOINT:-$endpoint}
        endpoint=${endpoint%/}
        type='application/json; charset=utf-8'

        # Sends a signed call, of a path and a body, and prints its answer.
        call() {
            local path=$1 body=$2 day stamp nonce digest signature
            day=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
            stamp=$(date +%s)000
            nonce=$(openssl rand -hex 16)
            digest=$(printf '%s' "$body" | openssl dgst -md5 -binary | openssl base64 -A)
            signature=$(
                {
                    printf 'POST\n%s\n%s\n%s\n%s\n' "$type" "$digest" "$type" "$day"
                    printf 'x-ca-key:%s\nx-ca-nonce:%s\n' "$SPEEDPIX_APP_KEY" "$nonce"
                    printf 'x-ca-signature-method:HmacSHA256\nx-ca-timestamp:%s\n%s' "$stamp" "$path"
                } | openssl dgst -sha256 -hmac "$SPEEDPIX_APP_SECRET" -binary | openssl base64 -A
            )
            printf '%s' "$body" | curl -gsS --fail-with-body -w '%{stderr}%header{x-ca-error-message}' \
                -H "accept: $type" -H "content-type: $type" -H "date: $day" -H "content-md5: $digest" \
                -H "x-ca-key: $SPEEDPIX_APP_KEY" -H "x-ca-nonce: $nonce" -H "x-ca-timestamp: $stamp" \
                -H 'x-ca-signature-method: HmacSHA256' \
                -H 'x-ca-signature-headers: x-ca-key,x-ca-nonce,x-ca-signature-method,x-ca-timestamp' \
                -H "x-ca-signature: $signature" --data-binary @- "$endpoint$path"
        }

        # Prints a text that an answer has under a name.
        field() { sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p' <<<"$2"; }

        # Uploads a file, of a name, the same as JSON, and its type; prints the URL that goes into an input.
        upload() {
            local body='{"contentType":"'"$3"'","originalFilename":'"$2"'}' answer url
            answer=$(call /scc/sp_create_temp_file_upload_sign "$body") || return
            url=$(field uploadUrl "$answer")
            curl -gsS --fail-with-body -o /dev/null -T "./$1" -H "content-type: $3" "$url" || return
            field accessUrl "$answer"
        }

        """#

    private static let ending = #"""
        answer=$(call /scc/comfy_prompt "$body")
        id=$(field taskId "$answer")
        if [ -z "$id" ]; then
            printf '%s\n' "$answer" >&2
            exit 1
        fi
        while :; do
            answer=$(call /scc/comfy_get_progress '{"taskId":"'"$id"'"}')
            case $(field status "$answer") in waiting | running) sleep 1 ;; *) break ;; esac
        done
        answer=$(call /scc/comfy_get_result '{"taskId":"'"$id"'"}')
        printf '%s\n' "$answer"
        # The files among the results; the name that each is stored under is no other's.
        mkdir -p results
        { grep -o '"url":"http[^"]*"' <<<"$answer" || true; } | cut -d '"' -f 4 | while IFS= read -r url; do
            name=${url%%\?*}
            curl -gsS --fail --proto =http,https -o "results/${name##*/}" "$url"
        done

        """#
}
