// The script's coroutines. They differ from Lua's own in one thing: a wait of the host inside a coroutine passes
// through every coroutine.resume above it, out to the host and back in, and no script ever sees it.
#include "internal.h"

static lua_State *get_coroutine(lua_State *L) {
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co, 1, "coroutine");
    return co;
}

static const char *refusal(spl_vm *vm, lua_State *co) {
    (void)vm;
    if (spl_has_tag(co, SPL_TAG_TASK)) return "cannot resume a task";
    if (spl_has_tag(co, SPL_TAG_PASSING)) return "cannot resume a coroutine that is waiting";
    return NULL;
}

// Remembers that `co` (or nothing) holds a wait inside the thread L.
static void note_passing(lua_State *L, spl_vm *vm, lua_State *co) {
    luaL_checkstack(L, 3, "too many values");
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->passing_ref);
    if (co == NULL) {
        lua_pushnil(L);
    } else {
        luaL_checkstack(co, 1, "too many values");
        lua_pushthread(co);
        lua_xmove(co, L, 1);
    }
    lua_rawsetp(L, -2, L);
    lua_pop(L, 1);
}

// What step returns when the coroutine neither yielded nor returned values.
enum { FAILED = -1, PASSING = -2 };

static int passed(lua_State *L, int status, lua_KContext context) {
    (void)L, (void)status, (void)context;
    return 0;  // never reached: a thread that is stopped is closed, not resumed
}

// Resumes once. Returns the number of results moved to L, FAILED with the error on top of L, or PASSING if the host
// waits. A stop goes on to the host from here.
static int step(lua_State *L, spl_vm *vm, lua_State *co, int count) {
    int results;
    // Below a call that Lua cannot yield across, the coroutine must not wait either, though it could yield.
    bool blocked = !lua_isyieldable(L);
    if (blocked) vm->unyieldable++;
    lua_State *outer = spl_enter_thread(vm, co);
    int status = lua_resume(co, L, count, &results);
    spl_leave_thread(vm, outer);
    if (blocked) vm->unyieldable--;
    if (status == LUA_YIELD && vm->killed) {
        if (vm->closing < SPL_MAX_CLOSING) spl_close_thread(vm, co);
        return lua_yieldk(L, 0, 0, passed);
    }
    if (status == LUA_YIELD && vm->host_yield) {
        lua_pop(co, results);
        spl_set_tag(co, SPL_TAG_PASSING);
        note_passing(L, vm, co);
        return PASSING;
    }
    if (status == LUA_OK || status == LUA_YIELD) {
        if (!lua_checkstack(L, results + 1)) {
            lua_pop(co, results);
            lua_pushliteral(L, "too many results to resume");
            return FAILED;
        }
        lua_xmove(co, L, results);
        return results;
    }
    lua_xmove(co, L, 1);
    return FAILED;
}

static int begin(lua_State *L, spl_vm *vm, lua_State *co, int count) {
    const char *reason = refusal(vm, co);
    if (reason == NULL && !lua_checkstack(co, count)) reason = "too many arguments to resume";
    if (reason != NULL) {
        lua_pushstring(L, reason);
        return FAILED;
    }
    lua_xmove(L, co, count);
    return step(L, vm, co, count);
}

static int resume_done(lua_State *L, int results) {
    if (results < 0) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushboolean(L, 1);
    lua_insert(L, -(results + 1));
    return results + 1;
}

static int resume_again(lua_State *L, int status, lua_KContext context) {
    (void)status;
    lua_State *co = (lua_State *)context;
    spl_vm *vm = spl_vm_of(L);
    spl_clear_tag(co, SPL_TAG_PASSING);
    note_passing(L, vm, NULL);
    int results = step(L, vm, co, 0);
    if (results == PASSING) return lua_yieldk(L, 0, context, resume_again);
    return resume_done(L, results);
}

static int co_resume(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    lua_State *co = get_coroutine(L);
    int results = begin(L, vm, co, lua_gettop(L) - 1);
    // The coroutine stays on this stack, at 1, while the host waits.
    if (results == PASSING) return lua_yieldk(L, 0, (lua_KContext)co, resume_again);
    return resume_done(L, results);
}

static int wrap_done(lua_State *L, spl_vm *vm, lua_State *co, int results) {
    if (results >= 0) return results;
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
        // The error is on both stacks; a <close> variable may replace it.
        if (vm->closing < SPL_MAX_CLOSING && spl_close_thread(vm, co) != LUA_OK && lua_gettop(co) > 0)
            lua_xmove(co, L, 1);
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int wrap_again(lua_State *L, int status, lua_KContext context) {
    (void)status;
    lua_State *co = (lua_State *)context;
    spl_vm *vm = spl_vm_of(L);
    spl_clear_tag(co, SPL_TAG_PASSING);
    note_passing(L, vm, NULL);
    int results = step(L, vm, co, 0);
    if (results == PASSING) return lua_yieldk(L, 0, context, wrap_again);
    return wrap_done(L, vm, co, results);
}

static int wrap_call(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int results = begin(L, vm, co, lua_gettop(L));
    if (results == PASSING) return lua_yieldk(L, 0, (lua_KContext)co, wrap_again);
    return wrap_done(L, vm, co, results);
}

static int co_create(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

static int co_wrap(lua_State *L) {
    co_create(L);
    lua_pushcclosure(L, wrap_call, 1);
    return 1;
}

static int co_yield(lua_State *L) {
    if (spl_has_tag(L, SPL_TAG_TASK)) return luaL_error(L, "attempt to yield from outside a coroutine");
    return lua_yield(L, lua_gettop(L));
}

static int co_isyieldable(lua_State *L) {
    lua_State *co = lua_isnone(L, 1) ? L : get_coroutine(L);
    lua_pushboolean(L, !spl_has_tag(co, SPL_TAG_TASK) && lua_isyieldable(co));
    return 1;
}

// A task's own thread is to its script what the main thread is to a program.
static int co_running(lua_State *L) {
    lua_pushthread(L);
    lua_pushboolean(L, spl_has_tag(L, SPL_TAG_TASK));
    return 2;
}

static int co_close(lua_State *L) {
    lua_State *co = get_coroutine(L);
    if (spl_has_tag(co, SPL_TAG_TASK)) return luaL_error(L, "cannot close a task");
    if (refusal(spl_vm_of(L), co) != NULL) return luaL_error(L, "cannot close a coroutine that is waiting");
    if (spl_vm_of(L)->closing >= SPL_MAX_CLOSING) return luaL_error(L, "C stack overflow (coroutine.close in <close>)");
    int status = lua_status(co);
    lua_Debug ar;
    if (co == L || (status == LUA_OK && lua_getstack(co, 0, &ar)))
        return luaL_error(L, "cannot close a running coroutine");
    status = spl_close_thread(spl_vm_of(L), co);
    lua_pushboolean(L, status == LUA_OK);
    if (status == LUA_OK) return 1;
    lua_xmove(co, L, 1);
    return 2;
}

int spl_open_coroutine(lua_State *L) {
    // `status` is Lua's own; the rest knows about the host's waits.
    luaopen_coroutine(L);
    static const luaL_Reg functions[] = {
        {"resume", co_resume}, {"wrap", co_wrap},     {"yield", co_yield}, {"isyieldable", co_isyieldable},
        {"running", co_running}, {"close", co_close}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    return 1;
}
