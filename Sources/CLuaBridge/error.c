// Errors that the host raises: tables with code, message and hint that print well, and carry their place.
#include <string.h>

#include "internal.h"

static const char *raw_string(lua_State *L, int table, const char *key) {
    lua_pushstring(L, key);
    lua_rawget(L, table);
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    lua_pop(L, 1);  // the table keeps the string alive
    return text;
}

// "shoe.lua:3: file_not_found: could not read ./shoe.jpg …\nhint: check the path"
static int error_tostring(lua_State *L) {
    if (lua_type(L, 1) != LUA_TTABLE) return luaL_error(L, "not an error");
    luaL_Buffer b;
    const char *where = raw_string(L, 1, "where"), *code = raw_string(L, 1, "code");
    const char *message = raw_string(L, 1, "message"), *hint = raw_string(L, 1, "hint");
    luaL_buffinit(L, &b);
    if (where != NULL) {
        luaL_addstring(&b, where);
        luaL_addstring(&b, ": ");
    }
    if (code != NULL) {
        luaL_addstring(&b, code);
        luaL_addstring(&b, ": ");
    }
    luaL_addstring(&b, message != NULL ? message : "error");
    if (hint != NULL) {
        luaL_addstring(&b, "\nhint: ");
        luaL_addstring(&b, hint);
    }
    luaL_pushresult(&b);
    return 1;
}

// error.results: what had been finished when the error was raised. It is kept beside the error, by weak keys, and not in
// it: the host copies an error's own fields when a script ends with it, and a thousand results need not be copied.
static int error_index(lua_State *L) {
    if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "results") != 0) return 0;
    lua_pushvalue(L, 1);
    lua_rawget(L, lua_upvalueindex(1));
    return 1;
}

// attach(error, results) -> error. Errors of the script's own stay as they are.
static int attach_results(lua_State *L) {
    lua_settop(L, 2);
    if (spl_is_error(spl_vm_of(L), L, 1)) {
        lua_pushvalue(L, 1);
        lua_insert(L, 2);
        lua_rawset(L, lua_upvalueindex(1));
    }
    lua_settop(L, 1);
    return 1;
}

void spl_push_attach_results(lua_State *L, spl_vm *vm) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->results_ref);
    lua_pushcclosure(L, attach_results, 1);
}

void spl_push_error_metatable(lua_State *L, spl_vm *vm) {
    lua_createtable(L, 0, 4);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    vm->results_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushcclosure(L, error_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, error_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "Error");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    vm->error_mt = lua_topointer(L, -1);
    vm->error_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

static void set_missing(lua_State *L, int table, const char *key) {
    lua_pushstring(L, key);
    lua_rawget(L, table);
    bool missing = lua_isnil(L, -1);
    lua_pop(L, 1);
    if (missing) {
        lua_pushstring(L, key);
        lua_insert(L, -2);
        lua_rawset(L, table);
    } else {
        lua_pop(L, 1);
    }
}

static void set_place(lua_State *L, int level) {
    luaL_checkstack(L, 6, "too many values");
    int table = lua_gettop(L);
    lua_Debug ar;
    for (int i = level; lua_getstack(L, i, &ar); i++) {
        lua_getinfo(L, "Sl", &ar);
        // "=[…]" names the host's own Lua code: the script's line is further out.
        if (ar.currentline <= 0 || strncmp(ar.source, "=[", 2) == 0) continue;
        lua_pushfstring(L, "%s:%d", ar.short_src, ar.currentline);
        set_missing(L, table, "where");
        break;
    }
}

// Fills in place and traceback of the error on top, unless it was raised before and has them.
void spl_complete_error(lua_State *L, spl_vm *vm, int level) {
    if (!spl_is_error(vm, L, -1)) return;
    set_place(L, level);
    int table = lua_gettop(L);
    spl_write_traceback(L, L, level, true, true);
    lua_pushstring(L, vm->traceback);
    set_missing(L, table, "traceback");
}

static void push_error(lua_State *L, const char *code, const char *message, const char *hint) {
    spl_vm *vm = spl_vm_of(L);
    lua_createtable(L, 0, 5);
    lua_pushstring(L, code);
    lua_setfield(L, -2, "code");
    lua_pushstring(L, message);
    lua_setfield(L, -2, "message");
    if (hint != NULL) {
        lua_pushstring(L, hint);
        lua_setfield(L, -2, "hint");
    }
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "retryable");
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->error_ref);
    lua_setmetatable(L, -2);
}

// In a hook, level 0 is the code that is stopped. No traceback: a stop is raised at every level of what may be a very
// deep stack, and where a runaway script was is of no use.
int spl_raise_stop(lua_State *L, int reason) {
    luaL_checkstack(L, 8, "too many values");
    if (reason == SPL_STOP_TIMEOUT)
        push_error(L, "timeout", "the script ran out of time", NULL);
    else
        push_error(L, "canceled", "the script was stopped", NULL);
    set_place(L, 0);
    return lua_error(L);
}

int spl_raise_cannot_wait(lua_State *L) {
    push_error(
        L, "cannot_wait", "this call has to wait, and Lua cannot wait here",
        "Lua cannot pause inside a table.sort comparator or a gsub callback: do it before or after");
    spl_complete_error(L, spl_vm_of(L), 1);
    return lua_error(L);
}

int spl_raise_too_deep(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    lua_pushfstring(L, "this task is the innermost of %d that spawned one another, and may spawn none", (int)vm->task_depth);
    push_error(L, "too_large", lua_tostring(L, -1), "spawn from a loop, or use map");
    spl_complete_error(L, vm, 1);
    return lua_error(L);
}
