// Names that are not there: those that a script may expect, since other Luas or other hosts have them, and misspelt ones. They
// are nil, so that a script can ask for them and go another way; where it uses that nil, Lua's own message gets what to use
// instead behind it, or the nearest name.
#include <stdio.h>
#include <string.h>

#include "internal.h"

// The "file:line:" of the Lua code that has called the running C function, perhaps through another; as Lua begins its messages.
static bool get_place(lua_State *L, char *place, size_t size) {
    lua_Debug ar;
    for (int level = 1; level <= 2; level++) {
        if (!lua_getstack(L, level, &ar) || !lua_getinfo(L, "Sl", &ar)) return false;
        if (ar.currentline > 0) return (size_t)snprintf(place, size, "%s:%d:", ar.short_src, ar.currentline) < size;
    }
    return false;
}

void spl_note_absent(spl_vm *vm, lua_State *L, const char *module, const char *field) {
    int length = snprintf(vm->absent, sizeof vm->absent, "%s.%s", module, field);
    if (length < 0 || (size_t)length >= sizeof vm->absent || !get_place(L, vm->absent_place, sizeof vm->absent_place))
        vm->absent[0] = 0;
}

// __index of one of Lua's own libraries, whose name is the upvalue.
static int absent_field(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    if (lua_type(L, 2) != LUA_TSTRING) return 0;
    spl_note_absent(vm, L, lua_tostring(L, lua_upvalueindex(1)), lua_tostring(L, 2));
    return 0;
}

static int watch(lua_State *L) {
    const char *library = lua_touserdata(L, 1);
    lua_pushglobaltable(L);
    lua_pushstring(L, library);
    lua_pushvalue(L, -1);
    // Modules of the host are no tables, and tell of such names by themselves.
    if (lua_rawget(L, -3) != LUA_TTABLE || lua_getmetatable(L, -1)) return 0;
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, absent_field, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    return 0;
}

bool spl_watch(spl_vm *vm, const char *library) { return spl_protected(vm, watch, (void *)library); }

// What a message says is nil: "…: attempt to call a nil value (global 'unpack')" (varinfo in ldebug.c).
typedef struct {
    const char *name;
    size_t length;
    bool is_global, is_field, is_called;
} subject;

static bool ends_with(const char *text, const char *end, const char *suffix) {
    size_t length = strlen(suffix);
    return (size_t)(end - text) >= length && memcmp(end - length, suffix, length) == 0;
}

static bool find_subject(const char *message, size_t length, subject *found) {
    static const char mark[] = "a nil value (";
    const char *end = message + length;
    if (!ends_with(message, end, "')")) return false;
    const char *quote = end - 2;
    while (quote > message && quote[-1] != '\'') quote--;
    if (quote == message) return false;
    const char *kind = quote - 1;
    while (kind > message && *kind != '(') kind--;
    if (!ends_with(message, kind + 1, mark)) return false;
    size_t kind_length = (size_t)(quote - 1 - kind);
    *found = (subject){
        .name = quote,
        .length = (size_t)(end - 2 - quote),
        .is_global = kind_length == 8 && memcmp(kind, "(global ", 8) == 0,
        .is_field = (kind_length == 7 && memcmp(kind, "(field ", 7) == 0)
                    || (kind_length == 8 && memcmp(kind, "(method ", 8) == 0),
        .is_called = ends_with(message, kind + 1, "call a nil value ("),
    };
    return true;
}

// Names to compare with a misspelt one, each with a line break behind it. As many as there is room for: a script may have made
// any number of globals.
typedef struct {
    char text[4096];
    size_t length;
    int visited;
} name_list;

#define SPL_MOST_NAMES 2000
#define SPL_LONGEST_NAME 64

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_name(const char *text, size_t length) {
    if (length == 0 || length > SPL_LONGEST_NAME || !is_letter(text[0])) return false;
    for (size_t i = 1; i < length; i++)
        if (!is_letter(text[i]) && (text[i] < '0' || text[i] > '9')) return false;
    return true;
}

// Adds the keys of the table on top.
static void add_names(lua_State *L, name_list *names) {
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_pop(L, 1);
        if (++names->visited > SPL_MOST_NAMES) {
            lua_pop(L, 1);
            return;
        }
        // lua_tolstring would change a number that is a key.
        if (lua_type(L, -1) != LUA_TSTRING) continue;
        size_t length;
        const char *name = lua_tolstring(L, -1, &length);
        if (!is_name(name, length) || length + 1 > sizeof names->text - names->length) continue;
        memcpy(names->text + names->length, name, length);
        names->text[names->length + length] = '\n';
        names->length += length + 1;
    }
}

// Pushes the name nearest to one that is nil, and returns whether there is one.
//
// `path`: "library.field"; NULL for a global, which may also be a variable of the session.
static bool push_nearest(lua_State *L, spl_vm *vm, const char *path, const char *name, size_t length) {
    name_list names = {.length = 0};
    if (!is_name(name, length)) return false;
    lua_pushglobaltable(L);
    if (path != NULL) {
        const char *dot = strchr(path, '.');
        lua_pushlstring(L, path, (size_t)(dot - path));
        if (lua_rawget(L, -2) != LUA_TTABLE) return false;
    }
    add_names(L, &names);
    if (path == NULL && vm->inspector != NULL) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, vm->scope_ref);
        add_names(L, &names);
    }
    int32_t start = vm->host.nearest(name, length, names.text, names.length);
    if (start < 0) return false;
    const char *found = names.text + start;
    lua_pushlstring(L, found, (size_t)((const char *)memchr(found, '\n', names.length - (size_t)start) - found));
    return true;
}

// The message at 1 with what helps behind it, or as it is.
static int explain(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    size_t length;
    const char *message = lua_tolstring(L, 1, &length);
    subject s;
    if (!find_subject(message, length, &s)) return 1;
    const char *field = strrchr(vm->absent, '.');
    bool is_read_field = field != NULL && strlen(field + 1) == s.length && memcmp(field + 1, s.name, s.length) == 0;
    // A field's name alone does not tell of which table it is: one that was read in this very line does.
    bool is_same_place = strncmp(message, vm->absent_place, strlen(vm->absent_place)) == 0;
    const char *path = is_read_field && (s.is_field ? is_same_place : s.is_called && !s.is_global) ? vm->absent : NULL;
    if (path == NULL && !s.is_global && (s.is_field || !s.is_called)) return 1;
    char name[64], advice[256];
    bool is_short = s.length < sizeof name;
    if (path == NULL && is_short) {
        memcpy(name, s.name, s.length);
        name[s.length] = 0;
    }
    if ((path != NULL || is_short)
        && vm->host.advise(vm->host.context, path != NULL ? path : name, advice, sizeof advice)) {
        lua_pushfstring(L, "%s; %s", message, advice);
        return 1;
    }
    // A variable of the script's own, which is nil: nobody knows what was meant to be in it.
    if (path == NULL && !s.is_global) return lua_settop(L, 1), 1;
    if (push_nearest(L, vm, path, s.name, s.length))
        lua_pushfstring(L, "%s; did you mean '%s'?", message, lua_tostring(L, -1));
    else
        lua_settop(L, 1);
    return 1;
}

void spl_explain_absence(lua_State *L) {
    size_t length;
    subject s;
    if (lua_type(L, -1) != LUA_TSTRING) return;
    const char *message = lua_tolstring(L, -1, &length);
    if (!find_subject(message, length, &s) || !lua_checkstack(L, 8)) return;
    lua_pushcfunction(L, explain);
    lua_pushvalue(L, -2);
    // Without memory for it the message stays as it is: the error that is being raised is the one that counts.
    if (lua_pcall(L, 1, 1, 0) == LUA_OK)
        lua_replace(L, -2);
    else
        lua_pop(L, 1);
}
