#include "pattern.h"

#include <ctype.h>
#include <string.h>

// As deep as Lua's own matcher goes before it calls a pattern too complex.
#define DEPTH 200

enum {
    END,       // of the pattern: it has matched
    LAST,      // $ at its end
    BYTE,      // `first`
    ANY,       // .
    SET,       // a class or a set
    OPEN,      // (
    POSITION,  // ()
    CLOSE,     // )
    BALANCED,  // %b
    FRONTIER,  // %f
    SAME,      // %1
    MALFORMED,
};

static const char *const complaints[] = {
    "malformed pattern (ends with '%')",
    "malformed pattern (missing ']')",
    "malformed pattern (missing arguments to '%b')",
    "missing '[' after '%f' in pattern",
};
enum { ENDS_WITH_ESCAPE, MISSING_BRACKET, MISSING_ARGUMENTS, MISSING_SET };

// --- Compiling ---

static void add_byte(spl_element *e, unsigned char c) { e->set[c >> 6] |= UINT64_C(1) << (c & 63); }
static bool has_byte(const spl_element *e, unsigned char c) { return e->set[c >> 6] >> (c & 63) & 1; }

static void add_class(spl_element *e, unsigned char name) {
    int (*test)(int) = NULL;
    switch (tolower(name)) {
        case 'a': test = isalpha; break;
        case 'c': test = iscntrl; break;
        case 'd': test = isdigit; break;
        case 'g': test = isgraph; break;
        case 'l': test = islower; break;
        case 'p': test = ispunct; break;
        case 's': test = isspace; break;
        case 'u': test = isupper; break;
        case 'w': test = isalnum; break;
        case 'x': test = isxdigit; break;
        case 'z': break;  // undocumented since 5.2, and still there: the byte 0
        default: add_byte(e, name); return;
    }
    bool wanted = !isupper(name);
    for (int c = 0; c < 256; c++)
        if ((test != NULL ? test(c) != 0 : c == 0) == wanted) add_byte(e, (unsigned char)c);
}

// The place behind a set that begins at `p`, which is at its '['; NULL if it has no end.
static const char *set_end(const char *p, const char *end) {
    p++;
    if (p < end && *p == '^') p++;
    // The first byte belongs to the set even if it is a bracket.
    do {
        if (p >= end) return NULL;
        if (*p++ == '%' && p < end) p++;
    } while (p >= end || *p != ']');
    return p + 1;
}

static void add_set(spl_element *e, const char *p, const char *close) {
    bool inverted = *++p == '^';
    if (inverted) p++;
    while (p < close) {
        if (*p == '%') {
            add_class(e, (unsigned char)p[1]);
            p += 2;
        } else if (p[1] == '-' && p + 2 < close) {
            for (int c = (unsigned char)p[0]; c <= (unsigned char)p[2]; c++) add_byte(e, (unsigned char)c);
            p += 3;
        } else {
            add_byte(e, (unsigned char)*p++);
        }
    }
    for (int i = 0; inverted && i < 4; i++) e->set[i] = ~e->set[i];
}

static const char *malformed(spl_element *e, uint8_t complaint, const char *end) {
    e->kind = MALFORMED;
    e->first = complaint;
    return end;  // the matcher never gets further
}

static const char *compile_set(spl_element *e, const char *p, const char *end) {
    const char *after = set_end(p, end);
    if (after == NULL) return malformed(e, MISSING_BRACKET, end);
    e->kind = SET;
    add_set(e, p, after - 1);
    return after;
}

// An element that stands for one byte, and its quantifier.
static const char *compile_single(spl_element *e, const char *p, const char *end) {
    if (*p == '[') {
        p = compile_set(e, p, end);
    } else if (*p == '%') {
        if (p + 1 >= end) return malformed(e, ENDS_WITH_ESCAPE, end);
        e->kind = SET;
        add_class(e, (unsigned char)p[1]);
        p += 2;
    } else {
        e->kind = *p == '.' ? ANY : BYTE;
        e->first = (uint8_t)*p++;
    }
    if (e->kind != MALFORMED && p < end && strchr("*+-?", *p) != NULL && *p != 0) e->quantifier = (uint8_t)*p++;
    return p;
}

static const char *compile_escape(spl_element *e, const char *p, const char *end) {
    if (p + 1 < end && p[1] == 'b') {
        if (end - p < 4) return malformed(e, MISSING_ARGUMENTS, end);
        e->kind = BALANCED;
        e->first = (uint8_t)p[2];
        e->second = (uint8_t)p[3];
        return p + 4;
    }
    if (p + 1 < end && p[1] == 'f') {
        if (p + 2 >= end || p[2] != '[') return malformed(e, MISSING_SET, end);
        p = compile_set(e, p + 2, end);
        if (e->kind == SET) e->kind = FRONTIER;
        return p;
    }
    if (p + 1 < end && isdigit((unsigned char)p[1])) {
        e->kind = SAME;
        e->first = (uint8_t)(p[1] - '0');
        return p + 2;
    }
    return compile_single(e, p, end);
}

size_t spl_compile_pattern(const char *pattern, size_t length, spl_element *elements) {
    const char *p = pattern, *end = pattern + length;
    size_t count = 0;
    spl_element e;
    while (p < end) {
        memset(&e, 0, sizeof e);
        if (*p == '(' && p + 1 < end && p[1] == ')') {
            e.kind = POSITION;
            p += 2;
        } else if (*p == '(' || *p == ')') {
            e.kind = *p++ == '(' ? OPEN : CLOSE;
        } else if (*p == '$' && p + 1 == end) {
            e.kind = LAST;
            p++;
        } else if (*p == '%') {
            p = compile_escape(&e, p, end);
        } else {
            p = compile_single(&e, p, end);
        }
        if (elements != NULL) elements[count] = e;
        count++;
    }
    memset(&e, 0, sizeof e);
    e.kind = END;
    if (elements != NULL) elements[count] = e;
    return count + 1;
}

// --- Matching ---

void spl_spend(spl_matcher *m, uint64_t steps) {
    m->steps += steps;
    if (m->steps < m->next_look) return;
    m->next_look = m->steps + SPL_STEPS_PER_LOOK;
    spl_poll(m->L);
    if (m->budget != 0 && m->steps > m->budget)
        luaL_error(m->L, "pattern too complex: it took more than %d million steps", (int)(m->budget / 1000000));
}

static bool matches(const spl_matcher *m, const spl_element *e, const char *s) {
    if (s >= m->end) return false;
    switch (e->kind) {
        case ANY: return true;
        case BYTE: return e->first == (uint8_t)*s;
        default: return has_byte(e, (unsigned char)*s);
    }
}

static const char *run(spl_matcher *m, const char *s, const spl_element *e);

// As many as there are, then fewer.
static const char *longest(spl_matcher *m, const char *s, const spl_element *e) {
    ptrdiff_t count = 0;
    while (matches(m, e, s + count)) count++;
    spl_spend(m, (uint64_t)count);
    for (; count >= 0; count--) {
        const char *end = run(m, s + count, e + 1);
        if (end != NULL) return end;
    }
    return NULL;
}

// As few as will do.
static const char *shortest(spl_matcher *m, const char *s, const spl_element *e) {
    for (;; s++) {
        const char *end = run(m, s, e + 1);
        if (end != NULL) return end;
        if (!matches(m, e, s)) return NULL;
    }
}

static const char *open_capture(spl_matcher *m, const char *s, const spl_element *e) {
    if (m->level >= SPL_MAX_CAPTURES) luaL_error(m->L, "too many captures");
    m->captures[m->level].start = s;
    m->captures[m->level].length = e->kind == POSITION ? SPL_CAPTURE_POSITION : SPL_CAPTURE_OPEN;
    m->level++;
    const char *end = run(m, s, e + 1);
    if (end == NULL) m->level--;
    return end;
}

static const char *close_capture(spl_matcher *m, const char *s, const spl_element *e) {
    int i = m->level - 1;
    while (i >= 0 && m->captures[i].length != SPL_CAPTURE_OPEN) i--;
    if (i < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[i].length = s - m->captures[i].start;
    const char *end = run(m, s, e + 1);
    if (end == NULL) m->captures[i].length = SPL_CAPTURE_OPEN;
    return end;
}

static const char *balanced(spl_matcher *m, const char *s, const spl_element *e) {
    if (s >= m->end || (uint8_t)*s != e->first) return NULL;
    size_t open = 1;
    for (const char *p = s + 1; p < m->end; p++) {
        if ((uint8_t)*p == e->second) {
            if (--open > 0) continue;
            spl_spend(m, (uint64_t)(p - s));
            return p + 1;
        }
        if ((uint8_t)*p == e->first) open++;
    }
    spl_spend(m, (uint64_t)(m->end - s));
    return NULL;
}

static bool at_frontier(const spl_matcher *m, const char *s, const spl_element *e) {
    unsigned char before = s == m->start ? 0 : (unsigned char)s[-1];
    unsigned char here = s >= m->end ? 0 : (unsigned char)*s;
    return !has_byte(e, before) && has_byte(e, here);
}

static const char *same(spl_matcher *m, const char *s, const spl_element *e) {
    int i = e->first - 1;
    if (i < 0 || i >= m->level || m->captures[i].length == SPL_CAPTURE_OPEN)
        luaL_error(m->L, "invalid capture index %%%d", i + 1);
    ptrdiff_t length = m->captures[i].length;
    if (length == SPL_CAPTURE_POSITION || m->end - s < length) return NULL;
    spl_spend(m, (uint64_t)length / 16);
    return memcmp(m->captures[i].start, s, (size_t)length) == 0 ? s + length : NULL;
}

static const char *run(spl_matcher *m, const char *s, const spl_element *e) {
    if (m->depth-- == 0) luaL_error(m->L, "pattern too complex");
    for (bool goes_on = true; goes_on;) {
        spl_spend(m, 1);
        goes_on = false;
        switch (e->kind) {
            case END: break;
            case LAST: s = s == m->end ? s : NULL; break;
            case OPEN:
            case POSITION: s = open_capture(m, s, e); break;
            case CLOSE: s = close_capture(m, s, e); break;
            case BALANCED: s = balanced(m, s, e), goes_on = s != NULL; break;
            case FRONTIER: goes_on = at_frontier(m, s, e), s = goes_on ? s : NULL; break;
            case SAME: s = same(m, s, e), goes_on = s != NULL; break;
            case MALFORMED: luaL_error(m->L, "%s", complaints[e->first]); break;
            default: {
                uint8_t quantifier = e->quantifier;
                if (quantifier == '*') {
                    s = longest(m, s, e);
                } else if (quantifier == '-') {
                    s = shortest(m, s, e);
                } else if (quantifier == '+') {
                    s = matches(m, e, s) ? longest(m, s + 1, e) : NULL;
                } else if (quantifier == '?') {
                    const char *end = matches(m, e, s) ? run(m, s + 1, e + 1) : NULL;
                    // Without it: the rest goes on here.
                    if (end != NULL)
                        s = end;
                    else
                        goes_on = true;
                } else {
                    goes_on = matches(m, e, s);
                    s = goes_on ? s + 1 : NULL;
                }
            }
        }
        e++;
    }
    m->depth++;
    return s;
}

void spl_begin_matching(spl_matcher *m, lua_State *L, const char *subject, size_t length, const spl_element *elements) {
    m->L = L;
    m->start = subject;
    m->end = subject + length;
    m->elements = elements;
    m->steps = 0;
    m->next_look = SPL_STEPS_PER_LOOK;
    m->budget = spl_vm_of(L)->pattern_steps;
    m->level = 0;
}

const char *spl_match_at(spl_matcher *m, const char *s) {
    m->level = 0;
    m->depth = DEPTH;
    return run(m, s, m->elements);
}
