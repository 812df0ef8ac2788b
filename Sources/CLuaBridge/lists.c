// The functions of the table library that go through a list in C, where no hook reaches.
//
// A list that is a plain table is bounded by what fits into memory, and liblua's own functions work on it. One with a
// metatable can claim any length and take its elements from wherever it likes, through thousands of tables for each: the
// functions here work on those, and poll the stop flag.
#include <limits.h>

#include "internal.h"

// Longer lists do not fit into memory; a script can still claim one, with __len or table.move.
static lua_Integer longest_list(lua_State *L) {
    size_t limit = spl_vm_of(L)->limit;
    return limit == 0 ? 100000000 : (lua_Integer)(limit / 16);
}

static bool has_metatable(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) return false;
    lua_pop(L, 1);
    return true;
}

// Elements between two polls of the stop flag. One may be two thousand tables away, which is a millisecond.
#define ELEMENTS_PER_POLL 64

static void count_and_poll(lua_State *L, lua_Integer *count) {
    if (++*count % ELEMENTS_PER_POLL == 0) spl_poll(L);
}

static lua_Integer checked_length(lua_State *L) {
    lua_Integer length = luaL_len(L, 1);
    if (length > longest_list(L)) luaL_argerror(L, 1, "the list is too long");
    return length;
}

static int insert(lua_State *L) {
    if (lua_type(L, 1) != LUA_TTABLE || !has_metatable(L, 1)) return spl_call_original(L);
    lua_Integer end = checked_length(L) + 1, position = end, count = 0;
    switch (lua_gettop(L)) {
        case 2: break;
        case 3:
            position = luaL_checkinteger(L, 2);
            luaL_argcheck(L, (lua_Unsigned)position - 1u < (lua_Unsigned)end, 2, "position out of bounds");
            for (lua_Integer i = end; i > position; i--) {
                lua_geti(L, 1, i - 1);
                lua_seti(L, 1, i);
                count_and_poll(L, &count);
            }
            break;
        default: return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_seti(L, 1, position);
    return 0;
}

static int remove_element(lua_State *L) {
    if (lua_type(L, 1) != LUA_TTABLE || !has_metatable(L, 1)) return spl_call_original(L);
    lua_Integer length = checked_length(L), position = luaL_optinteger(L, 2, length), count = 0;
    if (lua_gettop(L) > 1)
        luaL_argcheck(L, (lua_Unsigned)position - 1u <= (lua_Unsigned)length, 2, "position out of bounds");
    lua_geti(L, 1, position);
    for (; position < length; position++) {
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
        count_and_poll(L, &count);
    }
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

// Whether `from` … `to` is more than a list can hold; unsigned, since the difference of two integers may overflow.
static bool is_too_long(lua_State *L, lua_Integer from, lua_Integer to) {
    return to >= from && (lua_Unsigned)to - (lua_Unsigned)from >= (lua_Unsigned)longest_list(L);
}

static int move(lua_State *L) {
    lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3), place = luaL_checkinteger(L, 4), count = 0;
    if (is_too_long(L, from, to)) return luaL_argerror(L, 3, "too many elements to move");
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    if (lua_type(L, 1) != LUA_TTABLE || lua_type(L, target) != LUA_TTABLE
        || (!has_metatable(L, 1) && !has_metatable(L, target)))
        return spl_call_original(L);
    luaL_argcheck(L, to < from || from > 0 || to < LUA_MAXINTEGER + from, 3, "too many elements to move");
    lua_Integer last = to - from;
    luaL_argcheck(L, to < from || place <= LUA_MAXINTEGER - last, 4, "destination wrap around");
    bool is_backward = !(place > to || place <= from || (target != 1 && !lua_compare(L, 1, target, LUA_OPEQ)));
    for (lua_Integer i = 0; i <= last && to >= from; i++) {
        lua_Integer offset = is_backward ? last - i : i;
        lua_geti(L, 1, from + offset);
        lua_seti(L, target, place + offset);
        count_and_poll(L, &count);
    }
    lua_pushvalue(L, target);
    return 1;
}

static int concat(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    // With the last index given, the length is not read.
    lua_Integer from = luaL_optinteger(L, 3, 1), to = luaL_opt(L, luaL_checkinteger, 4, luaL_len(L, 1)), count = 0;
    if (is_too_long(L, from, to)) return luaL_argerror(L, 1, "the list is too long");
    if (!has_metatable(L, 1)) return spl_call_original(L);
    size_t length;
    const char *separator = luaL_optlstring(L, 2, "", &length);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (lua_Integer i = from; i <= to; i++) {
        lua_geti(L, 1, i);
        if (!lua_isstring(L, -1))
            return luaL_error(
                L, "invalid value (at index %I) in table for 'concat'", (LUAI_UACINT)i);
        luaL_addvalue(&buffer);
        if (i < to) luaL_addlstring(&buffer, separator, length);
        count_and_poll(L, &count);
        if (i == LUA_MAXINTEGER) break;
    }
    luaL_pushresult(&buffer);
    return 1;
}

static int unpack(lua_State *L) {
    if (lua_type(L, 1) != LUA_TTABLE || !has_metatable(L, 1)) return spl_call_original(L);
    lua_Integer from = luaL_optinteger(L, 2, 1), to = luaL_opt(L, luaL_checkinteger, 3, luaL_len(L, 1)), count = 0;
    if (from > to) return 0;
    lua_Unsigned all = (lua_Unsigned)to - (lua_Unsigned)from;
    if (all >= INT_MAX || !lua_checkstack(L, (int)++all)) return luaL_error(L, "too many results to unpack");
    for (lua_Unsigned i = 0; i < all; i++) {
        lua_geti(L, 1, from + (lua_Integer)i);
        count_and_poll(L, &count);
    }
    return (int)all;
}

// Shorter lists are sorted in a moment, unless a metamethod or one comparison is slow.
#define LONG_SORT 10000
#define COMPARISONS_PER_POLL 100

// Upvalues: a comparator in C, or nil, and how often it was called.
static int compare_and_poll(lua_State *L) {
    lua_Integer calls = lua_tointeger(L, lua_upvalueindex(2)) + 1;
    if (calls % COMPARISONS_PER_POLL == 0) spl_poll(L);
    lua_pushinteger(L, calls);
    lua_replace(L, lua_upvalueindex(2));
    if (lua_isnil(L, lua_upvalueindex(1))) {
        lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPLT));
        return 1;
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

// Whether one comparison may take long: of two strings that are equal for megabytes.
static bool has_long_string(lua_State *L, lua_Integer length) {
    bool found = false;
    for (lua_Integer i = 1; i <= length && !found; i++) {
        found = lua_rawgeti(L, 1, i) == LUA_TSTRING && lua_rawlen(L, -1) > 4096;
        lua_pop(L, 1);
    }
    return found;
}

// A sort is interrupted in its comparator: one in Lua has a hook, all others get a look at the flag where it matters.
static int sort(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer length = checked_length(L);
    if ((lua_isnoneornil(L, 2) || lua_iscfunction(L, 2))
        && (length >= LONG_SORT || has_metatable(L, 1) || has_long_string(L, length))) {
        lua_settop(L, 2);
        lua_pushinteger(L, 0);
        lua_pushcclosure(L, compare_and_poll, 2);
    }
    return spl_call_original(L);
}

static void wrap(lua_State *L, const char *name, lua_CFunction wrapper) {
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, wrapper, 1);
    lua_setfield(L, -2, name);
}

void spl_open_lists(lua_State *L) {
    lua_getglobal(L, LUA_TABLIBNAME);
    wrap(L, "move", move);
    wrap(L, "insert", insert);
    wrap(L, "remove", remove_element);
    wrap(L, "concat", concat);
    wrap(L, "unpack", unpack);
    wrap(L, "sort", sort);
    lua_pop(L, 1);
}
