// A session: chunks that are run one after the other and share what they declared at their top level.
//
// Each chunk's _ENV is the scope: a table of the session's variables in front of the globals, so that a variable can hide
// a global in the session, and nowhere else.
#include <string.h>

#include "internal.h"

// Upvalues: the set of declared names, the globals.
static int scope_index(lua_State *L) {
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    // What is declared and not in the scope itself is nil, whatever a global of that name says.
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        lua_pushnil(L);
        return 1;
    }
    lua_settop(L, 2);
    lua_gettable(L, lua_upvalueindex(2));
    return 1;
}

static int scope_newindex(lua_State *L) {
    lua_settop(L, 3);
    lua_pushvalue(L, 2);
    bool is_declared = lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL;
    lua_settop(L, 3);
    if (is_declared)
        lua_rawset(L, 1);
    else
        lua_settable(L, lua_upvalueindex(2));
    return 0;
}

static int open_session(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    if (vm->inspector != NULL) return 0;
    lua_newtable(L);  // the scope
    lua_newtable(L);  // what is declared
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -2);
    lua_pushglobaltable(L);
    lua_pushcclosure(L, scope_index, 2);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -2);
    lua_pushglobaltable(L);
    lua_pushcclosure(L, scope_newindex, 2);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -3);
    lua_State *inspector = lua_newthread(L);
    luaL_ref(L, LUA_REGISTRYINDEX);
    vm->declared_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    vm->scope_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    vm->inspector = inspector;
    return 0;
}

bool spl_open_session(spl_vm *vm) { return spl_protected(vm, open_session, NULL); }

typedef struct {
    spl_vm *vm;
    const char *name;
    size_t length;
    lua_State *thread;  // where the value is; NULL for that of the global
    int32_t index;
} variable;

static int set_variable(lua_State *L) {
    variable *v = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, v->vm->scope_ref);
    lua_rawgeti(L, LUA_REGISTRYINDEX, v->vm->declared_ref);
    lua_pushlstring(L, v->name, v->length);
    lua_pushvalue(L, -1);
    bool is_declared = lua_rawget(L, 3) != LUA_TNIL;
    lua_pop(L, 1);
    if (v->thread == NULL && is_declared) return 0;
    lua_pushvalue(L, 4);
    lua_pushboolean(L, 1);
    lua_rawset(L, 3);
    lua_pushvalue(L, 4);
    if (v->thread == NULL) {
        // `local run = run`: until it is assigned, a variable is what the name meant before.
        lua_pushglobaltable(L);
        lua_pushvalue(L, 4);
        lua_rawget(L, -2);
        lua_remove(L, -2);
    } else {
        if (!lua_checkstack(v->thread, 1)) return luaL_error(L, "not enough memory");
        lua_pushvalue(v->thread, v->index);
        lua_xmove(v->thread, L, 1);
    }
    lua_rawset(L, 2);
    return 0;
}

bool spl_session_declare(spl_vm *vm, const char *name, size_t length) {
    variable v = {.vm = vm, .name = name, .length = length};
    return spl_protected(vm, set_variable, &v);
}

bool spl_session_set(spl_vm *vm, const char *name, lua_State *thread, int32_t index) {
    variable v = {.vm = vm, .name = name, .length = strlen(name), .thread = thread, .index = index};
    return spl_protected(vm, set_variable, &v);
}

// --- Looking around, without running anything of the script's -----------------------------------------------------

typedef struct {
    spl_vm *vm;
    const char *const *path;
    size_t count, found;
} search;

// The fields that a name behind the value on top is looked up in, in its place: a table's own, or what stands behind it.
// False if there are none that could be looked at.
static bool push_behind(lua_State *L) {
    if (!lua_getmetatable(L, -1)) return false;
    lua_pushliteral(L, "__index");
    if (lua_rawget(L, -2) != LUA_TTABLE) {
        lua_pop(L, 2);
        return false;
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
    return true;
}

static void push_root(lua_State *L, spl_vm *vm, const char *name) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->scope_ref);
    if (strcmp(name, "_ENV") == 0) return;
    lua_pushstring(L, name);
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->declared_ref);
    lua_pushvalue(L, -2);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pushglobaltable(L);
        lua_replace(L, -5);
    }
    lua_pop(L, 2);
    lua_rawget(L, -2);
    lua_remove(L, -2);
}

static int find(lua_State *L) {
    search *s = lua_touserdata(L, 1);
    spl_vm *vm = s->vm;
    for (s->found = 0; s->found < s->count; s->found++) {
        const char *name = s->path[s->found];
        if (s->found == 0) {
            push_root(L, vm, name);
        } else {
            // A chain of classes; real ones are less deep.
            bool is_found = false;
            for (int depth = 0; depth < 8 && !is_found; depth++) {
                if (lua_type(L, -1) == LUA_TTABLE) {
                    lua_pushstring(L, name);
                    is_found = lua_rawget(L, -2) != LUA_TNIL;
                    if (is_found)
                        lua_remove(L, -2);
                    else
                        lua_pop(L, 1);
                }
                if (!is_found && !push_behind(L)) break;
            }
            if (!is_found) break;
        }
        // What scripts hold of a module is a face; its fields are behind it.
        if (lua_type(L, -1) == LUA_TUSERDATA) push_behind(L);
    }
    lua_settop(vm->inspector, 0);
    lua_xmove(L, vm->inspector, 1);
    return 0;
}

int32_t spl_session_find(spl_vm *vm, const char *const *path, size_t count) {
    search s = {.vm = vm, .path = path, .count = count};
    if (vm->inspector == NULL || count == 0 || !spl_protected(vm, find, &s)) return -1;
    return (int32_t)s.found;
}

lua_State *spl_session_inspector(spl_vm *vm) { return vm->inspector; }

static int list_behind(lua_State *L) {
    spl_vm *vm = lua_touserdata(L, 1);
    lua_pushvalue(vm->inspector, -1);
    lua_xmove(vm->inspector, L, 1);
    if (!push_behind(L)) lua_settop(L, 1);
    lua_settop(vm->inspector, 0);
    if (lua_gettop(L) > 1)
        lua_xmove(L, vm->inspector, 1);
    else
        lua_pushnil(vm->inspector);
    return 0;
}

bool spl_session_step_behind(spl_vm *vm) {
    return spl_protected(vm, list_behind, vm) && !lua_isnil(vm->inspector, -1);
}

const char *spl_get_kind(lua_State *L, int32_t index) {
    if (!lua_getmetatable(L, index)) return NULL;
    const char *name = NULL;
    // Asking for the key would make a string, and that may raise; walking does not.
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || strcmp(lua_tostring(L, -2), "__name") != 0) continue;
        if (lua_type(L, -1) == LUA_TSTRING) name = lua_tostring(L, -1);
        lua_pop(L, 2);
        break;
    }
    lua_pop(L, 1);
    return name;
}

int32_t spl_get_function_line(lua_State *L, int32_t index, char *source, size_t size) {
    lua_Debug info;
    lua_pushvalue(L, index);
    if (!lua_getinfo(L, ">S", &info)) return 0;
    strncpy(source, info.short_src, size - 1);
    source[size - 1] = 0;
    return strcmp(info.what, "C") == 0 ? 0 : info.linedefined;
}
