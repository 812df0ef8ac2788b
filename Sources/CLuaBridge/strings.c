// string.find, match, gmatch and gsub over the bounded matcher, and string.rep without its endless case.
#include <string.h>

#include "CLuaBridgeTesting.h"
#include "pattern.h"

// Patterns of this many elements are compiled onto the C stack: nearly all.
#define FEW_ELEMENTS 32

// Compiles; a long pattern goes into a userdata, which stays on the Lua stack.
static const spl_element *compile(lua_State *L, const char *pattern, size_t length, spl_element *room) {
    size_t count = spl_compile_pattern(pattern, length, NULL);
    if (count > FEW_ELEMENTS) room = lua_newuserdatauv(L, count * sizeof *room, 0);
    spl_compile_pattern(pattern, length, room);
    return room;
}

// Pushes capture i, or the whole match where there are no captures. A position is a number.
static void push_capture(spl_matcher *m, int i, const char *s, const char *end) {
    if (i >= m->level) {
        if (i > 0) luaL_error(m->L, "invalid capture index %%%d", i + 1);
        lua_pushlstring(m->L, s, (size_t)(end - s));
        return;
    }
    ptrdiff_t length = m->captures[i].length;
    if (length == SPL_CAPTURE_OPEN) luaL_error(m->L, "unfinished capture");
    if (length == SPL_CAPTURE_POSITION)
        lua_pushinteger(m->L, m->captures[i].start - m->start + 1);
    else
        lua_pushlstring(m->L, m->captures[i].start, (size_t)length);
}

// With `s` of NULL, only what is really captured.
static int push_captures(spl_matcher *m, const char *s, const char *end) {
    int count = m->level == 0 && s != NULL ? 1 : m->level;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) push_capture(m, i, s, end);
    return count;
}

// An index into the subject, from 0; negative ones count from the end.
static size_t start_index(lua_Integer position, size_t length) {
    if (position > 0) return (size_t)position - 1;
    if (position == 0 || position < -(lua_Integer)length) return 0;
    return length + (size_t)position;
}

static const char *find_plain(spl_matcher *m, const char *s, const char *text, size_t length) {
    if (length == 0) return s;
    while ((size_t)(m->end - s) >= length) {
        const char *first = memchr(s, text[0], (size_t)(m->end - s) - length + 1);
        if (first == NULL) return NULL;
        // What memcmp may look at; memchr is quick enough to go uncounted.
        spl_spend(m, 1 + length / 64);
        if (memcmp(first, text, length) == 0) return first;
        s = first + 1;
    }
    return NULL;
}

static bool has_specials(const char *pattern, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (pattern[i] != 0 && strchr("^$*+?.([%-", pattern[i]) != NULL) return true;
    return false;
}

static int find_or_match(lua_State *L, bool finds) {
    size_t length, pattern_length;
    const char *s = luaL_checklstring(L, 1, &length), *pattern = luaL_checklstring(L, 2, &pattern_length);
    size_t from = start_index(luaL_optinteger(L, 3, 1), length);
    if (from > length) {
        lua_pushnil(L);
        return 1;
    }
    spl_matcher m;
    if (finds && (lua_toboolean(L, 4) || !has_specials(pattern, pattern_length))) {
        spl_begin_matching(&m, L, s, length, NULL);
        const char *found = find_plain(&m, s + from, pattern, pattern_length);
        if (found == NULL) {
            lua_pushnil(L);
            return 1;
        }
        lua_pushinteger(L, found - s + 1);
        lua_pushinteger(L, found - s + (ptrdiff_t)pattern_length);
        return 2;
    }
    bool anchored = pattern_length > 0 && *pattern == '^';
    spl_element few[FEW_ELEMENTS];
    spl_begin_matching(&m, L, s, length, compile(L, pattern + anchored, pattern_length - anchored, few));
    const char *at = s + from;
    do {
        const char *end = spl_match_at(&m, at);
        if (end == NULL) continue;
        if (!finds) return push_captures(&m, at, end);
        lua_pushinteger(L, at - s + 1);
        lua_pushinteger(L, end - s);
        return push_captures(&m, NULL, NULL) + 2;
    } while (at++ < m.end && !anchored);
    lua_pushnil(L);
    return 1;
}

static int find(lua_State *L) { return find_or_match(L, true); }
static int match(lua_State *L) { return find_or_match(L, false); }

typedef struct {
    spl_matcher matcher;
    const char *next, *last;  // where to go on, and where the match before ended
    spl_element elements[];
} iteration;

// Upvalues: the iteration, and the two strings that it points into.
static int next_match(lua_State *L) {
    iteration *it = lua_touserdata(L, lua_upvalueindex(1));
    spl_begin_matching(&it->matcher, L, it->matcher.start, (size_t)(it->matcher.end - it->matcher.start), it->elements);
    for (; it->next <= it->matcher.end; it->next++) {
        const char *at = it->next, *end = spl_match_at(&it->matcher, at);
        if (end != NULL && end != it->last) {
            it->next = it->last = end;
            return push_captures(&it->matcher, at, end);
        }
    }
    return 0;
}

static int gmatch(lua_State *L) {
    size_t length, pattern_length;
    const char *s = luaL_checklstring(L, 1, &length), *pattern = luaL_checklstring(L, 2, &pattern_length);
    size_t from = start_index(luaL_optinteger(L, 3, 1), length);
    lua_settop(L, 2);
    size_t count = spl_compile_pattern(pattern, pattern_length, NULL);
    iteration *it = lua_newuserdatauv(L, sizeof *it + count * sizeof *it->elements, 0);
    spl_compile_pattern(pattern, pattern_length, it->elements);
    it->matcher.start = s;
    it->matcher.end = s + length;
    it->next = s + (from > length ? length + 1 : from);
    it->last = NULL;
    lua_insert(L, 1);
    lua_pushcclosure(L, next_match, 3);
    return 1;
}

static void add_replacement(spl_matcher *m, luaL_Buffer *b, const char *s, const char *end) {
    lua_State *L = m->L;
    size_t length;
    const char *text = lua_tolstring(L, 3, &length), *stop = text + length;
    while (text < stop) {
        const char *escape = memchr(text, '%', (size_t)(stop - text));
        if (escape == NULL) break;
        luaL_addlstring(b, text, (size_t)(escape - text));
        char what = escape + 1 < stop ? escape[1] : 0;
        if (what == '%') {
            luaL_addchar(b, '%');
        } else if (what == '0') {
            luaL_addlstring(b, s, (size_t)(end - s));
        } else if (what >= '1' && what <= '9') {
            push_capture(m, what - '1', s, end);
            luaL_addvalue(b);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
        text = escape + 2;
    }
    luaL_addlstring(b, text, (size_t)(stop - text));
}

// What a match becomes. Returns whether it is anything but itself.
static bool add_value(spl_matcher *m, luaL_Buffer *b, const char *s, const char *end, int type) {
    lua_State *L = m->L;
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, s, end), 1);
    } else if (type == LUA_TTABLE) {
        push_capture(m, 0, s, end);
        lua_gettable(L, 3);
    } else {
        add_replacement(m, b, s, end);
        return true;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(b, s, (size_t)(end - s));
        return false;
    }
    if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(b);
    return true;
}

static int gsub(lua_State *L) {
    size_t length, pattern_length;
    const char *s = luaL_checklstring(L, 1, &length), *pattern = luaL_checklstring(L, 2, &pattern_length);
    int type = lua_type(L, 3);
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1), count = 0;
    luaL_argexpected(
        L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
        "string/function/table");
    bool anchored = pattern_length > 0 && *pattern == '^', changed = false;
    spl_element few[FEW_ELEMENTS];
    spl_matcher m;
    spl_begin_matching(&m, L, s, length, compile(L, pattern + anchored, pattern_length - anchored, few));
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    const char *at = s, *last = NULL;
    while (count < most) {
        const char *end = spl_match_at(&m, at);
        if (end != NULL && end != last) {
            count++;
            if (add_value(&m, &b, at, end, type)) changed = true;
            at = last = end;
        } else if (at < m.end) {
            luaL_addchar(&b, *at++);
        } else {
            break;
        }
        if (anchored) break;
    }
    if (changed) {
        luaL_addlstring(&b, at, (size_t)(m.end - at));
        luaL_pushresult(&b);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, count);
    return 2;
}

// Lua's own counts to n even if there is nothing to copy.
static int repeat(lua_State *L) {
    size_t length, separator = 0;
    luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &separator);
    if (count > 1 && length + separator == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    return spl_call_original(L);
}

void spl_open_strings(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", find}, {"match", match}, {"gmatch", gmatch}, {"gsub", gsub}, {NULL, NULL},
    };
    lua_getglobal(L, LUA_STRLIBNAME);
    luaL_setfuncs(L, functions, 0);
    lua_getfield(L, -1, "rep");
    lua_pushcclosure(L, repeat, 1);
    lua_setfield(L, -2, "rep");
    lua_pop(L, 1);
}

static int expose_stock(lua_State *L) {
    // Opening the library again replaces the metatable of strings, which is put back.
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    luaopen_string(L);
    lua_setglobal(L, lua_touserdata(L, 1));
    lua_setmetatable(L, -2);
    return 0;
}

bool spl_expose_stock_strings(spl_vm *vm, const char *name) { return spl_protected(vm, expose_stock, (void *)name); }
