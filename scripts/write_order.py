"""Reads a trace of a run (strace -f -yy), and says whether each create was on disk before it was on the line.

usage: write_order.py TRACE CREATES
"""

import re
import sys

CREATE = b"POST /scc/comfy_prompt".decode()


def main(path, expected):
    synced, creates = 0, 0
    unfinished = {}
    for number, line in enumerate(open(path, errors="replace"), 1):
        process, _, call = line.partition(" ")
        call = call.strip()
        if "<unfinished ...>" in call:
            unfinished[process] = call
            # What is sent counts from when it begins; what is synced, from when it has ended.
            if CREATE not in call:
                continue
        elif call.startswith("<..."):
            call = unfinished.pop(process, "") + " " + call
            if CREATE in call:
                continue
        if re.match(r"f(data)?sync\(\d+<[^>]*journal\.sqlite-wal", call) and re.search(r"\)?\s*= 0$", call):
            synced += 1
        elif CREATE in call:
            creates += 1
            if synced == 0:
                sys.exit(f"{path}:{number}: create {creates} was sent before its intent was on disk")
            # The next one needs a commit of its own: they are made one after the other.
            synced = 0
    if creates != expected:
        sys.exit(f"{creates} creates were seen, not {expected}")
    print(f"{creates} creates, each on disk before it was on the line")


main(sys.argv[1], int(sys.argv[2]))
