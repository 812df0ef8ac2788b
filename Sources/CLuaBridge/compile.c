// The compiled form of a text, made in a state of its own: to be run in many VMs, or to be read.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

typedef struct {
    spl_compiled result;
    size_t room;
    const char *source, *name;
    size_t length;
} compilation;

static int write_dump(lua_State *L, const void *bytes, size_t size, void *data) {
    (void)L;
    compilation *c = data;
    spl_compiled *result = &c->result;
    if (c->room - result->size < size) {
        size_t room = c->room ? c->room * 2 : 4096;
        while (room - result->size < size) room *= 2;
        uint8_t *grown = realloc(result->bytes, room);
        if (grown == NULL) return 1;
        result->bytes = grown;
        c->room = room;
    }
    memcpy(result->bytes + result->size, bytes, size);
    result->size += size;
    return 0;
}

static int compile(lua_State *L) {
    compilation *c = lua_touserdata(L, 1);
    c->result.status = spl_load_text(L, c->source, c->length, c->name);
    if (c->result.status != SPL_OK) return lua_error(L);
    // With the lines and names that messages have.
    if (lua_dump(L, write_dump, c, 0) != 0) c->result.status = SPL_OUT_OF_MEMORY;
    return 0;
}

static char *copy_text(const char *text) {
    char *copy = malloc(strlen(text) + 1);
    return copy != NULL ? strcpy(copy, text) : NULL;
}

spl_compiled spl_compile(const char *source, size_t length, const char *name) {
    compilation c = {.source = source, .name = name, .length = length};
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        c.result.status = SPL_OUT_OF_MEMORY;
        return c.result;
    }
    lua_pushcfunction(L, compile);
    lua_pushlightuserdata(L, &c);
    int status = lua_pcall(L, 1, 0, 0);
    // Only memory can run out where nothing has said what else is wrong.
    if (status != LUA_OK && c.result.status == SPL_OK) c.result.status = SPL_OUT_OF_MEMORY;
    if (status != LUA_OK && lua_type(L, -1) == LUA_TSTRING) c.result.failure = copy_text(lua_tostring(L, -1));
    lua_close(L);
    return c.result;
}

void spl_free_compiled(spl_compiled *compiled) {
    free(compiled->bytes);
    free(compiled->failure);
    *compiled = (spl_compiled){0};
}
