#include "CReference.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#if defined(__APPLE__)
#include <malloc/malloc.h>
#else
#include <malloc.h>
#endif

struct reference;

static int add(lua_State *L) {
    lua_Integer a = luaL_checkinteger(L, 1), b = luaL_checkinteger(L, 2), c = luaL_checkinteger(L, 3);
    lua_pushinteger(L, (lua_Integer)((lua_Unsigned)a + (lua_Unsigned)b + (lua_Unsigned)c));
    return 1;
}

reference *reference_open(void) {
    lua_State *L = luaL_newstate();
    if (L == NULL) return NULL;
    luaL_openlibs(L);
    lua_register(L, "add", add);
    return (reference *)L;
}

void reference_close(reference *state) { lua_close((lua_State *)state); }

bool reference_load(reference *state, const char *source) {
    lua_State *L = (lua_State *)state;
    lua_settop(L, 0);
    return luaL_loadstring(L, source) == LUA_OK;
}

bool reference_run(reference *state) {
    lua_State *L = (lua_State *)state;
    lua_pushvalue(L, 1);
    return lua_pcall(L, 0, 0, 0) == LUA_OK;
}

size_t reference_allocated_bytes(void) {
#if defined(__APPLE__)
    return mstats().bytes_used;
#else
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#endif
}
