// The only way to liblua's headers. The bridge relies on the exact rules of Lua 5.4 (lua_yieldk, lua_resetthread,
// <close> variables, one extra-space pointer for each thread), so another Lua must not get past here.
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#if LUA_VERSION_NUM != 504
#error "SpeedPix embeds Lua 5.4: install liblua5.4-dev (Debian, Ubuntu) or lua@5.4 (Homebrew)"
#endif
