// Why a text does not compile that has other characters than Lua knows: those of Chinese keyboards, typographic ones, ones that
// cannot be seen. Lua itself says "unexpected symbol near '<\239>'".
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "scanner.h"

typedef struct {
    uint32_t code;
    const char *meant;  // what to type instead
} replacement;

static const replacement replacements[] = {
    {0x00A6, "|"}, {0x00AB, "\""}, {0x00AC, "not"}, {0x00B4, "'"}, {0x00B7, "."}, {0x00BB, "\""}, {0x00D7, "*"},
    {0x00F7, "/"}, {0x02BC, "'"}, {0x02DC, "~"}, {0x2010, "-"}, {0x2011, "-"}, {0x2012, "-"}, {0x2013, "-"},
    {0x2014, "-"}, {0x2015, "-"}, {0x2018, "'"}, {0x2019, "'"}, {0x201A, "'"}, {0x201B, "'"}, {0x201C, "\""},
    {0x201D, "\""}, {0x201E, "\""}, {0x201F, "\""}, {0x2022, "."}, {0x2024, "."}, {0x2025, ".."}, {0x2026, "..."},
    {0x2032, "'"}, {0x2033, "\""}, {0x2035, "'"}, {0x2036, "\""}, {0x2039, "<"}, {0x203A, ">"}, {0x2044, "/"},
    {0x2212, "-"}, {0x2215, "/"}, {0x2217, "*"}, {0x2223, "|"}, {0x2227, "and"}, {0x2228, "or"}, {0x2236, ":"},
    {0x223C, "~"}, {0x2260, "~="}, {0x2261, "=="}, {0x2264, "<="}, {0x2265, ">="}, {0x2266, "<="}, {0x2267, ">="},
    {0x22C5, "*"}, {0x22EF, "..."}, {0x3001, ","}, {0x3002, "."}, {0x3008, "<"}, {0x3009, ">"}, {0x300A, "<"},
    {0x300B, ">"}, {0x300C, "\""}, {0x300D, "\""}, {0x300E, "\""}, {0x300F, "\""}, {0x3010, "["}, {0x3011, "]"},
    {0x3014, "["}, {0x3015, "]"}, {0x3016, "["}, {0x3017, "]"}, {0x301C, "~"}, {0x301D, "\""}, {0x301E, "\""},
    {0x301F, "\""}, {0x30FB, "."}, {0xFE50, ","}, {0xFE52, "."}, {0xFE54, ";"}, {0xFE55, ":"}, {0xFE59, "("},
    {0xFE5A, ")"}, {0xFE5B, "{"}, {0xFE5C, "}"}, {0xFE5F, "#"}, {0xFE60, "&"}, {0xFE61, "*"}, {0xFE62, "+"},
    {0xFE63, "-"}, {0xFE64, "<"}, {0xFE65, ">"}, {0xFE66, "="}, {0xFE68, "\\"}, {0xFE6A, "%"}, {0xFF01, "not"},
    {0xFF02, "\""}, {0xFF03, "#"}, {0xFF05, "%"}, {0xFF06, "&"}, {0xFF07, "'"}, {0xFF08, "("}, {0xFF09, ")"},
    {0xFF0A, "*"}, {0xFF0B, "+"}, {0xFF0C, ","}, {0xFF0D, "-"}, {0xFF0E, "."}, {0xFF0F, "/"}, {0xFF1A, ":"},
    {0xFF1B, ";"}, {0xFF1C, "<"}, {0xFF1D, "="}, {0xFF1E, ">"}, {0xFF3B, "["}, {0xFF3D, "]"}, {0xFF3E, "^"},
    {0xFF5B, "{"}, {0xFF5C, "|"}, {0xFF5D, "}"}, {0xFF5E, "~"}, {0xFF61, "."}, {0xFF62, "\""}, {0xFF63, "\""},
    {0xFF64, ","}, {0xFF65, "."},
};

typedef struct {
    uint32_t first, last;
    const char *name;  // NULL for what has no name that helps
} range;

// White space that Lua does not know.
static const range spaces[] = {
    {0x00A0, 0x00A0, "no-break space"}, {0x1680, 0x1680, NULL}, {0x2000, 0x200A, NULL},
    {0x202F, 0x202F, "narrow no-break space"}, {0x205F, 0x205F, NULL}, {0x3000, 0x3000, "ideographic space"},
};
static const range line_breaks[] = {{0x0085, 0x0085, "next line"}, {0x2028, 0x2029, "line separator"}};
// What takes no room at all.
static const range invisibles[] = {
    {0x0080, 0x0084, NULL}, {0x0086, 0x009F, NULL}, {0x00AD, 0x00AD, "soft hyphen"}, {0x034F, 0x034F, NULL},
    {0x061C, 0x061C, NULL}, {0x115F, 0x1160, NULL}, {0x17B4, 0x17B5, NULL}, {0x180B, 0x180F, NULL},
    {0x200B, 0x200B, "zero-width space"}, {0x200C, 0x200C, "zero-width non-joiner"},
    {0x200D, 0x200D, "zero-width joiner"}, {0x200E, 0x200F, "direction mark"}, {0x202A, 0x202E, "direction mark"},
    {0x2060, 0x2064, "word joiner"}, {0x2065, 0x206F, "direction mark"}, {0x3164, 0x3164, NULL},
    {0xFE00, 0xFE0F, "variation selector"}, {0xFEFF, 0xFEFF, "byte order mark"}, {0xFFA0, 0xFFA0, NULL},
    {0xFFF9, 0xFFFB, NULL}, {0xE0000, 0xE0FFF, NULL},
};
// Signs and pictures, which nobody takes for letters of a name.
static const range signs[] = {
    {0x00A1, 0x00A9, NULL}, {0x00AB, 0x00B4, NULL}, {0x00B6, 0x00B9, NULL}, {0x00BB, 0x00BF, NULL},
    {0x00D7, 0x00D7, NULL}, {0x00F7, 0x00F7, NULL}, {0x02C2, 0x02DF, NULL}, {0x2000, 0x2BFF, NULL},
    {0x3000, 0x3004, NULL}, {0x3008, 0x3020, NULL}, {0x3030, 0x3030, NULL}, {0x303D, 0x303F, NULL},
    {0x30FB, 0x30FB, NULL}, {0xE000, 0xF8FF, NULL}, {0xFE00, 0xFE6F, NULL}, {0xFF00, 0xFF65, NULL},
    {0xFFE0, 0xFFFF, NULL}, {0x1F000, 0x1FAFF, NULL}, {0xE0000, 0x10FFFF, NULL},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const range *find_range(const range *list, size_t count, uint32_t code) {
    for (size_t i = 0; i < count; i++)
        if (code >= list[i].first && code <= list[i].last) return &list[i];
    return NULL;
}
#define FIND(list, code) find_range(list, COUNT(list), code)

static const char *meant_by(uint32_t code) {
    for (size_t i = 0; i < COUNT(replacements); i++)
        if (replacements[i].code == code) return replacements[i].meant;
    return NULL;
}

static bool is_ascii_word(char c) { return (c & 0x80) == 0 && (isalnum((unsigned char)c) || c == '_'); }

// Of text that is known to be UTF-8, or ASCII.
static uint32_t decode(const char *at, size_t *length) {
    unsigned char first = (unsigned char)*at;
    *length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    uint32_t code = first < 0x80 ? first : first & (0x7Fu >> *length);
    for (size_t i = 1; i < *length; i++) code = code << 6 | ((unsigned char)at[i] & 0x3F);
    return code;
}

// The full-width form of an ASCII letter, digit or underscore: that; else 0.
static char narrow(uint32_t code) {
    if (code < 0xFF01 || code > 0xFF5E) return 0;
    char c = (char)(code - 0xFF00 + 0x20);
    return is_ascii_word(c) ? c : 0;
}

static bool is_letter(uint32_t code) {
    return code >= 0x80 && FIND(signs, code) == NULL && FIND(spaces, code) == NULL && FIND(invisibles, code) == NULL
           && FIND(line_breaks, code) == NULL;
}

// A piece of the source, no longer than a message should be.
typedef struct {
    const char *start;
    int length;
} piece;

static piece make_piece(const char *start, const char *end) {
    size_t length = (size_t)(end - start), most = 80;
    if (length > most) {
        length = most;
        while (length > 0 && (start[length] & 0xC0) == 0x80) length--;
    }
    return (piece){start, (int)length};
}

typedef struct {
    spl_scanner scanner;  // at the character
    const char *source;
    bool in_table;  // the innermost bracket around it is a brace
    char opening;   // the quote of the string that is not closed, in which it stands; 0 outside of strings
} finding;

typedef struct {
    char text[600];
    size_t length;
} message;

__attribute__((format(printf, 2, 3))) static void add(message *m, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int count = vsnprintf(m->text + m->length, sizeof m->text - m->length, format, values);
    va_end(values);
    if (count > 0) m->length += (size_t)count;
    if (m->length >= sizeof m->text) m->length = sizeof m->text - 1;
}

// --- Names ---

static const char *skip_back(const char *at, const char *start) {
    while (at > start && (at[-1] == ' ' || at[-1] == '\t')) at--;
    return at;
}

// Where the expression begins that ends before `end`: names, dots, and indices in brackets on one line.
static const char *find_receiver(const char *end, const char *start) {
    const char *at = end;
    while (at > start) {
        if (is_ascii_word(at[-1]) || at[-1] == '.') {
            at--;
        } else if (at[-1] == ']') {
            const char *open = at - 1;
            while (open > start && open[-1] != '[' && open[-1] != ']') open--;
            if (open == start || open[-1] != '[') break;
            at = open - 1;
        } else {
            break;
        }
    }
    while (at < end && (*at == '.' || *at == '[' || isdigit((unsigned char)*at))) at++;
    return at;
}

static void explain_name(message *m, const finding *f) {
    const char *line = f->scanner.line_start, *start = f->scanner.at, *end = start;
    while (start > line && is_ascii_word(start[-1])) start--;
    while (end < f->scanner.end) {
        size_t length;
        uint32_t code = decode(end, &length);
        if (!is_ascii_word(*end) && !is_letter(code)) break;
        end += length;
    }
    piece name = make_piece(start, end);
    add(m, "%.*s is not a name in Lua, which takes only A-Z, a-z, 0-9 and _ for names; ", name.length, name.start);
    const char *before = skip_back(start, line), *after = end;
    while (after < f->scanner.end && (*after == ' ' || *after == '\t')) after++;
    char last = before > line ? before[-1] : 0, second = before - 1 > line ? before[-2] : 0;
    bool is_field = last == '.' && second != '.', is_method = last == ':' && second != ':';
    if (is_field || is_method) {
        const char *receiver_end = skip_back(before - 1, line);
        piece receiver = make_piece(find_receiver(receiver_end, line), receiver_end);
        add(m, "write %.*s[\"%.*s\"]", receiver.length, receiver.start, name.length, name.start);
        if (is_method) add(m, "(%.*s, …)", receiver.length, receiver.start);
        return;
    }
    bool is_assigned = after < f->scanner.end && *after == '=' && !(f->scanner.end - after > 1 && after[1] == '=');
    if (f->in_table && is_assigned)
        add(m, "write [\"%.*s\"] = …", name.length, name.start);
    else
        add(m, "use another name, or a field in brackets, as in r[\"%.*s\"]", name.length, name.start);
}

// --- One character ---

static void explain_full_width(message *m, const finding *f) {
    const char *at = f->scanner.at, *end = at;
    char meant[64];
    size_t count = 0, length;
    while (end < f->scanner.end && count < sizeof meant) {
        char c = narrow(decode(end, &length));
        if (c == 0) break;
        meant[count++] = c;
        end += length;
    }
    piece wide = make_piece(at, end);
    add(m, "%.*s stands here in full-width characters; type %.*s instead", wide.length, wide.start, (int)count, meant);
}

static void explain(message *m, const finding *f) {
    size_t length;
    const char *at = f->scanner.at;
    uint32_t code = decode(at, &length);
    const range *space = FIND(spaces, code), *line_break = FIND(line_breaks, code), *nothing = FIND(invisibles, code);
    if (space != NULL || line_break != NULL || nothing != NULL) {
        const range *found = space != NULL ? space : line_break != NULL ? line_break : nothing;
        add(m, "an invisible character stands here, U+%04X", (unsigned)code);
        if (found->name != NULL) add(m, " (%s)", found->name);
        add(m, "; %s", space != NULL        ? "type a space instead"
                       : line_break != NULL ? "type a line break instead"
                                            : "delete it");
        return;
    }
    if (narrow(code) != 0) {
        explain_full_width(m, f);
        return;
    }
    const char *meant = meant_by(code);
    if (meant == NULL && is_letter(code)) {
        explain_name(m, f);
        return;
    }
    add(m, "%.*s (U+%04X) stands here", (int)length, at, (unsigned)code);
    const char *next = at + length;
    if (f->opening != 0) {
        add(m, " in a string that is not closed; type %c to end the string", f->opening);
    } else if (meant == NULL) {
        add(m, ", which Lua takes only in strings and comments");
    } else if (code == 0xFF01 && next < f->scanner.end && (*next == '=' || strncmp(next, "\xEF\xBC\x9D", 3) == 0)) {
        add(m, "; type ~= instead of it and the equals sign");
    } else {
        add(m, "; type %s instead", meant);
    }
}

// --- Finding it ---

// Brackets around a place; deeper ones are not told apart.
typedef struct {
    char open[200];
    size_t depth;
} nesting;

static void note_bracket(nesting *n, char c) {
    if (c == '(' || c == '[' || c == '{') {
        if (n->depth < sizeof n->open) n->open[n->depth] = c;
        n->depth++;
    } else if ((c == ')' || c == ']' || c == '}') && n->depth > 0) {
        n->depth--;
    }
}

// The last typographic quotation mark of the string that ends at `end` without being closed.
static const char *find_quote(const char *start, const char *end) {
    const char *found = NULL;
    size_t length;
    for (const char *p = start; p < end; p += length) {
        const char *meant = meant_by(decode(p, &length));
        if (meant != NULL && (unsigned char)*p >= 0x80 && (*meant == '"' || *meant == '\'')) found = p;
    }
    return found;
}

// The first character outside of strings and comments that is not ASCII; with `wants_string` the quotation mark that the first
// string without an end may have been meant to end with.
static bool find(const char *source, size_t length, bool wants_string, finding *f) {
    spl_scanner s = spl_scan(source, length);
    nesting brackets = {.depth = 0};
    while (s.at < s.end) {
        int level;
        char c = *s.at;
        if (c == '-' && spl_peek(&s, 1) == '-') {
            spl_skip_comment(&s);
        } else if (c == '"' || c == '\'') {
            const char *start = s.at + 1;
            if (spl_skip_string(&s)) continue;
            const char *quote = wants_string ? find_quote(start, s.at) : NULL;
            if (quote == NULL) return false;
            s.at = quote;
            *f = (finding){.scanner = s, .source = source, .opening = c};
            return true;
        } else if ((level = spl_long_bracket(&s)) >= 0) {
            spl_skip_long(&s, level);
        } else if ((unsigned char)c >= 0x80) {
            if (wants_string) return false;
            bool is_known = brackets.depth > 0 && brackets.depth <= sizeof brackets.open;
            *f = (finding){
                .scanner = s, .source = source, .in_table = is_known && brackets.open[brackets.depth - 1] == '{'};
            return true;
        } else {
            note_bracket(&brackets, c);
            spl_step(&s);
        }
    }
    return false;
}

// Whether the compiler stopped at a byte that is no ASCII: "… near '<\239>'" (luaX_token2str).
static bool has_stopped_at_byte(const char *text, size_t length) {
    const char *end = text + length;
    if (length < 10 || memcmp(end - 2, ">'", 2) != 0) return false;
    int value = 0;
    const char *p = end - 2;
    for (int scale = 1; scale <= 100 && p > text && isdigit((unsigned char)p[-1]); scale *= 10) value += (*--p - '0') * scale;
    return p - 3 >= text && memcmp(p - 3, "'<\\", 3) == 0 && value >= 0x80;
}

// The chunk's name as messages begin with it; NULL without memory.
static const char *push_short_name(lua_State *L, const char *name) {
    if (luaL_loadbufferx(L, "", 0, name, "t") != LUA_OK) {
        lua_pop(L, 1);
        return NULL;
    }
    lua_Debug ar;
    lua_getinfo(L, ">S", &ar);
    return lua_pushstring(L, ar.short_src);
}

static void replace_message(lua_State *L, const char *name, int32_t line, int32_t column, const char *text) {
    const char *shown = push_short_name(L, name);
    if (shown == NULL) return;
    lua_pushfstring(L, "%s:%d:%d: %s", shown, (int)line, (int)column, text);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

static bool is_about_character(const char *message, size_t length, bool *is_string) {
    *is_string = strstr(message, ": unfinished string near ") != NULL;
    return *is_string || has_stopped_at_byte(message, length);
}

// Sessions and `eval` take expressions, too. As a statement Lua refuses one at its first token, before it has come to the
// character.
static bool is_about_character_as_expression(lua_State *L, const char *source, size_t length, bool *is_string) {
    lua_pushliteral(L, "return ");
    lua_pushlstring(L, source, length);
    lua_concat(L, 2);
    size_t text_length, message_length;
    const char *text = lua_tolstring(L, -1, &text_length);
    bool is_about = false;
    if (luaL_loadbufferx(L, text, text_length, "=expression", "t") == LUA_ERRSYNTAX) {
        const char *message = lua_tolstring(L, -1, &message_length);
        is_about = is_about_character(message, message_length, is_string);
    }
    lua_pop(L, 2);
    return is_about;
}

void spl_explain_characters(lua_State *L, const char *source, size_t length, const char *name) {
    size_t message_length;
    const char *text = lua_tolstring(L, -1, &message_length);
    // Bytecode is not text at all, and is refused as what it is.
    if (text == NULL || length == 0 || source[0] == LUA_SIGNATURE[0]) return;
    spl_encoding encoding = spl_check_encoding(source, length);
    if (encoding.problem != NULL) {
        replace_message(L, name, encoding.line, encoding.column, encoding.problem);
        return;
    }
    bool is_string;
    if (!is_about_character(text, message_length, &is_string)
        && !is_about_character_as_expression(L, source, length, &is_string))
        return;
    finding f;
    if (!find(source, length, is_string, &f)) return;
    message m = {.length = 0};
    explain(&m, &f);
    replace_message(L, name, f.scanner.line, spl_column(f.scanner.line_start, f.scanner.at), m.text);
}
