// Tracebacks, in the form that Lua's own have.
//
// A body's protected call unwinds its stack before the host gets the error, so the text is made where the error is
// raised. It goes into a buffer of the VM: an error must not be lost because there is no memory to describe it.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

// Of a deeper stack, the first and the last levels; as many as Lua shows.
#define FIRST_LEVELS 10
#define LAST_LEVELS 11

typedef struct {
    char *bytes;
    size_t size, length;
} text;

__attribute__((format(printf, 2, 3))) static void add(text *t, const char *format, ...) {
    if (t->length + 1 >= t->size) return;
    va_list values;
    va_start(values, format);
    int count = vsnprintf(t->bytes + t->length, t->size - t->length, format, values);
    va_end(values);
    if (count <= 0) return;
    size_t left = t->size - t->length - 1;
    t->length += (size_t)count < left ? (size_t)count : left;
}

// The number of levels without the outermost one, which is the body's own, in C.
static int count_levels(lua_State *thread) {
    lua_Debug ar;
    int low = 0, high = 1;
    while (lua_getstack(thread, high, &ar)) {
        low = high;
        high *= 2;
    }
    while (low < high) {
        int middle = (low + high) / 2;
        if (lua_getstack(thread, middle, &ar))
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : 0;
}

// Adds the name by which Lua's own libraries, or the script's globals, hold the function. False if they do not.
static bool add_global_name(text *t, lua_State *L, lua_State *thread, lua_Debug *ar) {
    if (!lua_checkstack(L, 8) || !lua_checkstack(thread, 1)) return false;
    int top = lua_gettop(L);
    lua_getinfo(thread, "f", ar);
    lua_xmove(thread, L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, spl_vm_of(L)->loaded_ref);
    bool found = false;
    for (lua_pushnil(L); !found && lua_next(L, top + 2);) {
        if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TTABLE) {
            for (lua_pushnil(L); !found && lua_next(L, top + 4);) {
                if (lua_type(L, -2) == LUA_TSTRING && lua_rawequal(L, top + 1, -1)) {
                    const char *library = lua_tostring(L, top + 3), *name = lua_tostring(L, -2);
                    bool is_global = strcmp(library, LUA_GNAME) == 0;
                    add(t, "function '%s%s%s'", is_global ? "" : library, is_global ? "" : ".", name);
                    found = true;
                } else {
                    lua_pop(L, 1);
                }
            }
        }
        if (!found) lua_settop(L, top + 3);
    }
    lua_settop(L, top);
    return found;
}

static void add_level(text *t, lua_State *L, lua_State *thread, lua_Debug *ar, bool names) {
    if (ar->currentline > 0)
        add(t, "\n\t%s:%d: in ", ar->short_src, ar->currentline);
    else
        add(t, "\n\t%s: in ", ar->short_src);
    if (names && add_global_name(t, L, thread, ar)) {
        // done
    } else if (*ar->namewhat != 0) {
        // A global of the script is found under its name, see above; without looking, the caller's word counts.
        bool is_global = !names && strcmp(ar->namewhat, "global") == 0;
        add(t, "%s '%s'", is_global ? "function" : ar->namewhat, ar->name);
    } else if (*ar->what == 'm') {
        add(t, "main chunk");
    } else if (*ar->what != 'C') {
        add(t, "function <%s:%d>", ar->short_src, ar->linedefined);
    } else {
        add(t, "?");
    }
    if (ar->istailcall) add(t, "\n\t(...tail calls...)");
}

// Frames of C and of the host's Lua, "[C]" and "[name]", say nothing to a script's author.
static bool is_hosts(const lua_Debug *ar) {
    return ar->short_src[0] == '[' && strncmp(ar->short_src, "[string ", 8) != 0;
}

static void write(text *t, lua_State *L, lua_State *thread, int level, bool filtered, bool names) {
    int count = count_levels(thread);
    // As Lua counts: the level that makes room for the line about the skipped ones is not among them.
    int skipped = count - 1 - level - FIRST_LEVELS - LAST_LEVELS;
    t->bytes[0] = 0;
    add(t, "stack traceback:");
    lua_Debug ar;
    for (int shown = 0; level < count && lua_getstack(thread, level, &ar); level++, shown++) {
        if (shown == FIRST_LEVELS && skipped > 0) {
            add(t, "\n\t...\t(skipping %d levels)", skipped);
            level += skipped;
            continue;
        }
        lua_getinfo(thread, "Slnt", &ar);
        if (!filtered || !is_hosts(&ar)) add_level(t, L, thread, &ar, names);
    }
}

void spl_write_traceback(lua_State *L, lua_State *thread, int level, bool filtered, bool names) {
    spl_vm *vm = spl_vm_of(L);
    text t = {.bytes = vm->traceback, .size = sizeof vm->traceback};
    write(&t, L, thread, level, filtered, names);
}

void spl_note_exhaustion(spl_vm *vm, lua_State *thread) {
    vm->exhausted = thread;
    spl_write_traceback(thread, thread, 0, true, false);
}

// --- Of coroutines that have failed: what is left of their stack is their body ---

static int keep(lua_State *L) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, spl_vm_of(L)->traces_ref);
    lua_pushthread(L);
    lua_pushstring(L, spl_vm_of(L)->traceback);
    lua_rawset(L, -3);
    return 0;
}

void spl_keep_traceback(lua_State *L) {
    spl_write_traceback(L, L, 1, false, true);
    lua_pushcfunction(L, keep);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK) lua_pop(L, 1);  // the error that is being raised is the one that counts
}

// Pushes what was kept of a coroutine, or nil.
static void push_kept(lua_State *L, lua_State *thread) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, spl_vm_of(L)->traces_ref);
    if (!lua_checkstack(thread, 1)) luaL_error(L, "not enough memory");
    lua_pushthread(thread);
    lua_xmove(thread, L, 1);
    lua_rawget(L, -2);
    lua_remove(L, -2);
}

static void push_text(lua_State *L, lua_State *thread, int level) {
    int status = lua_status(thread);
    if (status != LUA_OK && status != LUA_YIELD) {
        push_kept(L, thread);
        if (lua_type(L, -1) == LUA_TSTRING) return;
        lua_pop(L, 1);
    }
    spl_write_traceback(L, thread, level, false, true);
    lua_pushstring(L, spl_vm_of(L)->traceback);
}

// debug.traceback([thread,] [message [, level]])
static int debug_traceback(lua_State *L) {
    int given = lua_isthread(L, 1) ? 1 : 0;
    lua_State *thread = given ? lua_tothread(L, 1) : L;
    const char *message = lua_tostring(L, given + 1);
    if (message == NULL && !lua_isnoneornil(L, given + 1)) {
        lua_settop(L, given + 1);
        return 1;
    }
    int level = (int)luaL_optinteger(L, given + 2, thread == L ? 1 : 0);
    if (message == NULL) {
        push_text(L, thread, level);
        return 1;
    }
    lua_pushvalue(L, given + 1);
    lua_pushliteral(L, "\n");
    push_text(L, thread, level);
    lua_concat(L, 3);
    return 1;
}

void spl_open_traceback(lua_State *L, spl_vm *vm) {
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    vm->loaded_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    vm->traces_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_getglobal(L, LUA_DBLIBNAME);
    lua_pushcfunction(L, debug_traceback);
    lua_setfield(L, -2, "traceback");
    lua_pop(L, 1);
}
