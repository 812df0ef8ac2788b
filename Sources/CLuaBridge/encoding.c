// Whether a source is UTF-8 text, and what else it looks like.
#include <string.h>

#include "internal.h"
#include "scanner.h"

static bool is_within(unsigned char byte, unsigned char first, unsigned char last) {
    return byte >= first && byte <= last;
}

// The length of the character at `p`; 0 if it is none (Unicode, table 3-7: no overlong forms, no surrogates).
static size_t utf8_length(const unsigned char *p, size_t left) {
    if (p[0] < 0x80) return 1;
    size_t length = is_within(p[0], 0xC2, 0xDF) ? 2 : is_within(p[0], 0xE0, 0xEF) ? 3 : is_within(p[0], 0xF0, 0xF4) ? 4 : 0;
    if (length == 0 || left < length) return 0;
    unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
    if (!is_within(p[1], low, high)) return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_within(p[i], 0x80, 0xBF)) return 0;
    return length;
}

// GB18030, of which GBK and GB2312 are parts. Texts in other encodings may follow its rules by chance: there has to be a
// character of GB2312 as well, where those in use are.
static bool looks_like_gbk(const unsigned char *p, size_t length) {
    bool has_common = false;
    for (size_t i = 0; i < length;) {
        if (p[i] < 0x80) {
            i++;
            continue;
        }
        if (!is_within(p[i], 0x81, 0xFE) || length - i < 2) return false;
        if (is_within(p[i + 1], 0x40, 0xFE) && p[i + 1] != 0x7F) {
            has_common = has_common || (is_within(p[i], 0xA1, 0xF7) && p[i + 1] >= 0xA1);
            i += 2;
        } else if (length - i >= 4 && is_within(p[i + 1], '0', '9') && is_within(p[i + 2], 0x81, 0xFE)
                   && is_within(p[i + 3], '0', '9')) {
            i += 4;
        } else {
            return false;
        }
    }
    return has_common;
}

// With a byte order mark, or without one where the text begins with two characters of ASCII.
static bool looks_like_utf16(const unsigned char *p, size_t length) {
    if (length >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF))) return true;
    if (length < 4) return false;
    return (p[0] != 0 && p[1] == 0 && p[2] != 0 && p[3] == 0) || (p[0] == 0 && p[1] != 0 && p[2] == 0 && p[3] != 0);
}

int32_t spl_column(const char *line_start, const char *at) {
    int32_t column = 1;
    // The bytes that go on with a character begin with the bits 10.
    for (const char *p = line_start; p < at; p++) column += (*p & 0xC0) != 0x80;
    return column;
}

spl_encoding spl_check_encoding(const char *source, size_t length) {
    const unsigned char *p = (const unsigned char *)source;
    if (looks_like_utf16(p, length))
        return (spl_encoding){"this is UTF-16 text, and Lua's source is UTF-8; save the file as UTF-8", 1, 1};
    spl_scanner s = spl_scan(source, length);
    while (s.at < s.end) {
        size_t count = utf8_length((const unsigned char *)s.at, (size_t)(s.end - s.at));
        if (count == 1)
            spl_step(&s);
        else if (count > 1)
            s.at += count;
        else
            return (spl_encoding){
                looks_like_gbk(p, length)
                    ? "this is not UTF-8 text, but looks like GBK (GB18030), as Chinese Windows saves it;"
                      " save the file as UTF-8"
                    : "this is not UTF-8 text; save the file as UTF-8",
                s.line, spl_column(s.line_start, s.at)};
    }
    return (spl_encoding){0};
}
