// What a script finds when it starts: Lua's own libraries without the doors out of the sandbox.
#include <string.h>

#include "pattern.h"

// What a function gives, piece after piece until it gives nothing, as one string.
static int collect_pieces(lua_State *L) {
    luaL_Buffer pieces;
    luaL_buffinit(L, &pieces);
    for (;;) {
        luaL_checkstack(L, 2, "too many nested functions");
        lua_pushvalue(L, 1);
        lua_call(L, 0, 1);
        if (lua_isnil(L, -1) || (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) == 0)) break;
        if (lua_type(L, -1) != LUA_TSTRING) return luaL_error(L, "reader function must return a string");
        luaL_addvalue(&pieces);
    }
    lua_pop(L, 1);
    luaL_pushresult(&pieces);
    return 1;
}

// load, text only: a crafted bytecode chunk can read and write any memory. All of the text is looked at for numerals that
// would be rounded.
static int load_text(lua_State *L) {
    const char *mode = luaL_optstring(L, 3, "t");
    if (strchr(mode, 't') == NULL) return luaL_error(L, "load takes text only: bytecode is not safe to run");
    bool has_environment = !lua_isnone(L, 4);
    const char *name;
    if (lua_type(L, 1) == LUA_TSTRING) {
        name = luaL_optstring(L, 2, lua_tostring(L, 1));
        lua_settop(L, 4);
        lua_pushvalue(L, 1);
    } else {
        luaL_checktype(L, 1, LUA_TFUNCTION);
        name = luaL_optstring(L, 2, "=(load)");
        lua_settop(L, 4);
        lua_pushcfunction(L, collect_pieces);
        lua_pushvalue(L, 1);
        lua_KContext mark = spl_mark(L);
        // As in Lua's own load: what the function raises is why there is no chunk; but a stop goes on.
        if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
            if (spl_passes_stop(L, mark)) return spl_raise_stop(L, spl_vm_of(L)->reason);
            lua_pushnil(L);
            lua_insert(L, -2);
            return 2;
        }
    }
    size_t length;
    const char *text = lua_tolstring(L, 5, &length);
    if (spl_load_text(L, text, length, name) != SPL_OK) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    if (has_environment) {
        lua_pushvalue(L, 4);
        if (lua_setupvalue(L, -2, 1) == NULL) lua_pop(L, 1);
    }
    return 1;
}

// Whole collections that may follow one another, and the allocations after which as many more may.
#define COLLECTIONS_IN_A_ROW 16
#define ALLOCATIONS_BETWEEN 10000

// A whole collection takes as long as there are values, and a loop of them would do nothing else.
static bool may_collect(spl_vm *vm) {
    if (vm->allocations - vm->collected_at >= ALLOCATIONS_BETWEEN) vm->collections = 0;
    if (vm->collections >= COLLECTIONS_IN_A_ROW) return false;
    vm->collections++;
    vm->collected_at = vm->allocations;
    return true;
}

// collectgarbage without the switches that would let a script starve its own collector.
static int collect_garbage(lua_State *L) {
    spl_poll(L);
    static const char *const options[] = {"collect", "count", "step", NULL};
    switch (luaL_checkoption(L, 1, "collect", options)) {
        case 1: lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / 1024.0); return 1;
        case 2: lua_pushboolean(L, lua_gc(L, LUA_GCSTEP, 0)); return 1;
        default:
            if (may_collect(spl_vm_of(L))) lua_gc(L, LUA_GCCOLLECT);
            lua_pushinteger(L, 0);
            return 1;
    }
}

// setmetatable without finalisers: Lua runs __gc with its hooks off, so one that loops could never be stopped. Lua
// looks for the field here and only here, so adding it later has no effect.
static int set_metatable(lua_State *L) {
    luaL_checkany(L, 2);
    if (lua_type(L, 2) == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "scripts have no finalisers (__gc): use a <close> variable");
        lua_pop(L, 1);
    }
    int count = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, count, 1);
    return 1;
}

int spl_call_original(lua_State *L) {
    int count = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, count, LUA_MULTRET);
    return lua_gettop(L);
}

static void remove_fields(lua_State *L, const char *library, const char *const *names) {
    lua_getglobal(L, library);
    for (; *names != NULL; names++) {
        lua_pushnil(L);
        lua_setfield(L, -2, *names);
    }
    lua_pop(L, 1);
}

static void keep_fields(lua_State *L, const char *library, const char *const *names) {
    lua_getglobal(L, library);
    lua_newtable(L);
    for (; *names != NULL; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
    lua_setglobal(L, library);
    lua_pop(L, 1);
}

// Lua's own takes nil, and fails in the loop, in a C function: its message then has neither file nor line.
static int pairs_of_list(lua_State *L) {
    luaL_checkany(L, 1);
    luaL_argexpected(L, !lua_isnil(L, 1), 1, "table");
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 3);
    return 3;
}

static int null_tostring(lua_State *L) {
    lua_pushliteral(L, "null");
    return 1;
}

void spl_open_libraries(lua_State *L) {
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},           {LUA_TABLIBNAME, luaopen_table}, {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math},     {LUA_UTF8LIBNAME, luaopen_utf8}, {LUA_OSLIBNAME, luaopen_os},
        {LUA_COLIBNAME, spl_open_coroutine}, {LUA_DBLIBNAME, luaopen_debug},  {NULL, NULL},
    };
    for (const luaL_Reg *library = libraries; library->func != NULL; library++) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
    }
    remove_fields(L, LUA_GNAME, (const char *const[]){"dofile", "loadfile", NULL});
    remove_fields(L, LUA_STRLIBNAME, (const char *const[]){"dump", NULL});
    // Of Lua 5.2 and before; whether liblua has them depends on who built it (LUA_COMPAT_MATHLIB).
    remove_fields(
        L, LUA_MATHLIBNAME,
        (const char *const[]){"atan2", "cosh", "frexp", "ldexp", "log10", "pow", "sinh", "tanh", NULL});
    keep_fields(L, LUA_OSLIBNAME, (const char *const[]){"time", "date", "clock", "difftime", NULL});
    keep_fields(L, LUA_DBLIBNAME, (const char *const[]){"traceback", NULL});

    spl_open_lists(L);
    spl_open_strings(L);
    spl_open_random(L);
    lua_register(L, "load", load_text);
    lua_getglobal(L, "ipairs");
    lua_pushcclosure(L, pairs_of_list, 1);
    lua_setglobal(L, "ipairs");
    lua_getglobal(L, "setmetatable");
    lua_pushcclosure(L, set_metatable, 1);
    lua_setglobal(L, "setmetatable");
    lua_pushcfunction(L, collect_garbage);
    lua_setglobal(L, "collectgarbage");
    // The metatable of strings is shared by everything; a script may use it but not swap it.
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
    // All light userdata share one metatable; the only one here is null.
    lua_pushlightuserdata(L, NULL);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, null_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}
