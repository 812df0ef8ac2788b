// The script's coroutines. They differ from Lua's own in one thing: a wait of the host inside a coroutine passes
// through every coroutine.resume above it, out to the host and back in, and no script ever sees it.
#include "internal.h"

static lua_State *get_coroutine(lua_State *L) {
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co, 1, "coroutine");
    return co;
}

static const char *refusal(lua_State *co) {
    if (spl_has_tag(co, SPL_TAG_TASK)) return "cannot resume a task";
    if (spl_has_tag(co, SPL_TAG_PASSING)) return "cannot resume a coroutine that is waiting";
    return NULL;
}

// What step returns when the coroutine neither yielded nor returned values.
enum { FAILED = -1, PASSING = -2 };

// Resumes once. Returns the number of results moved to L, FAILED with the error on top of L, or PASSING if the host
// waits or has to be asked. `mark` is of the moment in which the script resumed the coroutine: a stop that came since
// goes on from here.
static int step(lua_State *L, spl_vm *vm, lua_State *co, int count, lua_KContext mark) {
    int results;
    // Below a call that Lua cannot yield across, the coroutine must not wait either, though it could yield.
    bool blocked = !lua_isyieldable(L);
    if (blocked) vm->unyieldable++;
    lua_KContext outer_mark = vm->outer_mark;
    vm->outer_mark = mark;
    lua_State *outer = spl_enter_thread(vm, co);
    int status = lua_resume(co, L, count, &results);
    spl_leave_thread(vm, outer);
    vm->outer_mark = outer_mark;
    if (blocked) vm->unyieldable--;
    if (status == LUA_YIELD && (vm->killed || vm->host_yield)) {
        lua_pop(co, results);
        spl_set_tag(co, SPL_TAG_PASSING);
        return PASSING;
    }
    if (status == LUA_YIELD && vm->gave_up) {
        lua_pop(co, results);
        spl_reset_stopped(vm, co);
        vm->may_be_deep = true;
        return spl_unwind(L);
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
    if (spl_passes_stop(L, mark)) return spl_raise_again(L, status);
    return FAILED;
}

static int begin(lua_State *L, spl_vm *vm, lua_State *co, int count, lua_KContext mark) {
    const char *reason = refusal(co);
    if (reason == NULL && !lua_checkstack(co, count)) reason = "too many arguments to resume";
    if (reason != NULL) {
        lua_pushstring(L, reason);
        return FAILED;
    }
    lua_xmove(L, co, count);
    return step(L, vm, co, count, mark);
}

// While the host waits, the mark stays on the stack, on top.
static int pass(lua_State *L, lua_State *co, lua_KContext mark, lua_KFunction again) {
    lua_pushinteger(L, (lua_Integer)mark);
    return lua_yieldk(L, 0, (lua_KContext)co, again);
}

static int step_again(lua_State *L, lua_State *co, lua_KContext *mark) {
    *mark = (lua_KContext)lua_tointeger(L, -1);
    lua_pop(L, 1);
    spl_clear_tag(co, SPL_TAG_PASSING);
    return step(L, spl_vm_of(L), co, 0, *mark);
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
    lua_KContext mark;
    lua_State *co = (lua_State *)context;
    int results = step_again(L, co, &mark);
    if (results == PASSING) return pass(L, co, mark, resume_again);
    return resume_done(L, results);
}

static int co_resume(lua_State *L) {
    lua_State *co = get_coroutine(L);
    lua_KContext mark = spl_mark(L);
    int results = begin(L, spl_vm_of(L), co, lua_gettop(L) - 1, mark);
    // The coroutine stays on this stack, at 1, while the host waits.
    if (results == PASSING) return pass(L, co, mark, resume_again);
    return resume_done(L, results);
}

// The <close> variables of a coroutine that failed have run.
static int wrap_done(lua_State *L, lua_State *co, int results) {
    if (results >= 0) return results;
    int status = lua_status(co);
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return spl_raise_again(L, status);
}

static int wrap_again(lua_State *L, int status, lua_KContext context) {
    (void)status;
    lua_KContext mark;
    lua_State *co = (lua_State *)context;
    int results = step_again(L, co, &mark);
    if (results == PASSING) return pass(L, co, mark, wrap_again);
    return wrap_done(L, co, results);
}

static int wrap_call(lua_State *L) {
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    lua_KContext mark = spl_mark(L);
    int results = begin(L, spl_vm_of(L), co, lua_gettop(L), mark);
    if (results == PASSING) return pass(L, co, mark, wrap_again);
    return wrap_done(L, co, results);
}

static int co_create(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, spl_run_coroutine, 1);
    lua_xmove(L, co, 1);
    return 1;
}

static int co_wrap(lua_State *L) {
    co_create(L);
    lua_pushcclosure(L, wrap_call, 1);
    return 1;
}

static int yield_again(lua_State *L, int status, lua_KContext context) {
    (void)status, (void)context;
    if (spl_has_tag(L, SPL_TAG_CLOSING)) {
        // Without an error, as <close> variables see it at the end of a block.
        lua_pushnil(L);
        return lua_error(L);
    }
    return lua_gettop(L);
}

static int co_yield(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    if (spl_has_tag(L, SPL_TAG_TASK)) return luaL_error(L, "attempt to yield from outside a coroutine");
    // A <close> variable of a coroutine that is being unwound; the thread that resumed it has to be unwound as well.
    if (spl_has_tag(L, SPL_TAG_CLOSING) || spl_passes_stop(L, vm->outer_mark))
        return luaL_error(L, "attempt to yield from a coroutine that is being closed");
    return lua_yieldk(L, lua_gettop(L), 0, yield_again);
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

static int close_done(lua_State *L, lua_State *co, int results) {
    spl_clear_tag(co, SPL_TAG_CLOSING);
    if (results == FAILED && lua_status(co) == LUA_YIELD) return lua_error(L);  // C stack overflow: it was not resumed
    if (results >= 0) lua_pop(L, results);
    lua_resetthread(co);
    lua_settop(co, 0);  // the error is on L
    bool succeeded = results >= 0 || lua_isnil(L, -1);
    lua_pushboolean(L, succeeded);
    if (succeeded) return 1;
    lua_insert(L, -2);
    return 2;
}

static int close_again(lua_State *L, int status, lua_KContext context) {
    (void)status;
    lua_KContext mark;
    lua_State *co = (lua_State *)context;
    int results = step_again(L, co, &mark);
    if (results == PASSING) return pass(L, co, mark, close_again);
    return close_done(L, co, results);
}

// A suspended coroutine is resumed to unwind itself, so that its <close> variables may wait, unless that takes too long.
static int co_close(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    lua_State *co = get_coroutine(L);
    if (spl_has_tag(co, SPL_TAG_TASK)) return luaL_error(L, "cannot close a task");
    if (refusal(co) != NULL) return luaL_error(L, "cannot close a coroutine that is waiting");
    int status = lua_status(co);
    lua_Debug ar;
    if (co == L || (status == LUA_OK && lua_getstack(co, 0, &ar)))
        return luaL_error(L, "cannot close a running coroutine");
    lua_settop(L, 1);
    if (status == LUA_YIELD && !spl_is_deep(co)) {
        lua_KContext mark = spl_mark(L);
        spl_set_tag(co, SPL_TAG_CLOSING);
        int results = step(L, vm, co, 0, mark);
        if (results == PASSING) return pass(L, co, mark, close_again);
        return close_done(L, co, results);
    }
    if (vm->resets >= SPL_MAX_RESETS) return luaL_error(L, "C stack overflow (coroutine.close in <close>)");
    status = spl_reset_thread(vm, co);
    lua_pushboolean(L, status == LUA_OK);
    if (status == LUA_OK) return 1;
    lua_xmove(co, L, 1);
    return 2;
}

int spl_open_coroutine(lua_State *L) {
    // `status` is Lua's own; the rest knows about the host's waits.
    luaopen_coroutine(L);
    static const luaL_Reg functions[] = {
        {"create", co_create},   {"resume", co_resume}, {"wrap", co_wrap}, {"yield", co_yield},
        {"isyieldable", co_isyieldable}, {"running", co_running}, {"close", co_close}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    return 1;
}
