// Going through a text token by token, as far as strings, comments and lines are concerned. The text need not be Lua.
#ifndef SPL_SCANNER_H
#define SPL_SCANNER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *at, *end;
    const char *line_start;
    int line;  // from 1
} spl_scanner;

static inline spl_scanner spl_scan(const char *source, size_t length) {
    return (spl_scanner){.at = source, .end = source + length, .line_start = source, .line = 1};
}

static inline char spl_peek(const spl_scanner *s, ptrdiff_t distance) {
    return s->end - s->at > distance ? s->at[distance] : 0;
}

static inline void spl_step(spl_scanner *s) {
    char c = *s->at++;
    if (c != '\n' && c != '\r') return;
    // Two different ones after each other are one break.
    if (s->at < s->end && (*s->at == '\n' || *s->at == '\r') && *s->at != c) s->at++;
    s->line++;
    s->line_start = s->at;
}

// The number of equals signs if a long bracket opens here, else -1.
static inline int spl_long_bracket(const spl_scanner *s) {
    int level = 0;
    if (spl_peek(s, 0) != '[') return -1;
    while (spl_peek(s, 1 + level) == '=') level++;
    return spl_peek(s, 1 + level) == '[' ? level : -1;
}

static inline void spl_skip_long(spl_scanner *s, int level) {
    s->at += level + 2;
    while (s->at < s->end) {
        if (*s->at == ']') {
            int found = 0;
            while (spl_peek(s, 1 + found) == '=') found++;
            if (found == level && spl_peek(s, 1 + found) == ']') {
                s->at += level + 2;
                return;
            }
        }
        spl_step(s);
    }
}

// From the two hyphens on.
static inline void spl_skip_comment(spl_scanner *s) {
    s->at += 2;
    int level = spl_long_bracket(s);
    if (level >= 0)
        spl_skip_long(s, level);
    else
        while (s->at < s->end && *s->at != '\n' && *s->at != '\r') s->at++;
}

// Whether the string is closed. One that is not ends with its line.
static inline bool spl_skip_string(spl_scanner *s) {
    char quote = *s->at++;
    while (s->at < s->end && *s->at != '\n' && *s->at != '\r') {
        char c = *s->at;
        if (c == quote) {
            s->at++;
            return true;
        }
        if (c == '\\' && s->end - s->at > 1) {
            s->at++;
            bool skips = *s->at == 'z';
            spl_step(s);
            // \z skips white space, line breaks as well.
            while (skips && s->at < s->end && (*s->at == ' ' || (*s->at >= '\t' && *s->at <= '\r'))) spl_step(s);
            continue;
        }
        s->at++;
    }
    return false;
}

#endif
