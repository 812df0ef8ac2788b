// Numerals that Lua would read as another number than was written.
#include <ctype.h>
#include <string.h>

#include "internal.h"
#include "scanner.h"

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

// 2^63 - 1.
#define LARGEST "9223372036854775807"

// Whether decimal digits, and nothing else, say more than Lua's largest integer.
static bool is_wide(const char *digits, size_t length, bool is_negated) {
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)digits[i])) return false;
    while (length > 0 && *digits == '0') digits++, length--;
    if (length != sizeof LARGEST - 1) return length > sizeof LARGEST - 1;
    // -9223372036854775808 is the float -2^63 to Lua, and so exactly what was written.
    if (is_negated && memcmp(digits, "9223372036854775808", length) == 0) return false;
    return memcmp(digits, LARGEST, length) > 0;
}

bool spl_find_wide_numeral(const char *source, size_t length, spl_numeral *found) {
    spl_scanner s = spl_scan(source, length);
    char before = 0;  // the last byte of a token
    while (s.at < s.end) {
        int level;
        char c = *s.at;
        if (isspace((unsigned char)c)) {
            spl_step(&s);
            continue;
        }
        if (c == '-' && spl_peek(&s, 1) == '-') {
            spl_skip_comment(&s);
            continue;
        }
        if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)spl_peek(&s, 1)))) {
            const char *start = s.at;
            bool is_hexadecimal = c == '0' && (spl_peek(&s, 1) == 'x' || spl_peek(&s, 1) == 'X');
            const char *exponent = is_hexadecimal ? "pP" : "eE";
            while (s.at < s.end && (is_word(*s.at) || *s.at == '.')) {
                bool is_exponent = strchr(exponent, *s.at) != NULL;
                s.at++;
                if (is_exponent && (spl_peek(&s, 0) == '+' || spl_peek(&s, 0) == '-')) s.at++;
            }
            if (is_wide(start, (size_t)(s.at - start), before == '-')) {
                *found = (spl_numeral){start, (size_t)(s.at - start), s.line};
                return true;
            }
        } else if (is_word(c)) {
            while (s.at < s.end && is_word(*s.at)) s.at++;
        } else if (c == '"' || c == '\'') {
            spl_skip_string(&s);
        } else if ((level = spl_long_bracket(&s)) >= 0) {
            spl_skip_long(&s, level);
        } else {
            s.at++;
        }
        before = s.at[-1];
    }
    return false;
}

// Lua has no status of its own for a text that ends too early; its interpreter, too, looks for these words of the
// compiler's (lua.c, incomplete), which every release of 5.4 has.
static bool is_incomplete(lua_State *L) {
    static const char mark[] = "near <eof>";
    size_t length, mark_length = sizeof mark - 1;
    const char *message = lua_tolstring(L, -1, &length);
    return message != NULL && length >= mark_length && memcmp(message + length - mark_length, mark, mark_length) == 0;
}

// A chunk that does not say what it seems to say is as wrong as one that does not compile.
int32_t spl_load_text(lua_State *L, const char *source, size_t length, const char *name) {
    int status = luaL_loadbufferx(L, source, length, name, "t");
    if (status == LUA_ERRMEM) return SPL_OUT_OF_MEMORY;
    if (status != LUA_OK) {
        int32_t problem = is_incomplete(L) ? SPL_SYNTAX_INCOMPLETE : SPL_SYNTAX_ERROR;
        spl_explain_characters(L, source, length, name);
        return problem;
    }
    spl_numeral wide;
    if (!spl_find_wide_numeral(source, length, &wide)) return SPL_OK;
    lua_Debug ar;
    lua_getinfo(L, ">S", &ar);
    lua_pushlstring(L, wide.start, wide.length);
    lua_pushfstring(L, "%s:%d: %s is beyond 2^63 - 1, Lua's largest integer, and would be rounded: write uint64(\"%s\")",
                    ar.short_src, wide.line, lua_tostring(L, -1), lua_tostring(L, -1));
    lua_remove(L, -2);
    return SPL_WIDE_NUMERAL;
}
