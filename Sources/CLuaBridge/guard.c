// The bodies of tasks and of the script's coroutines, and the functions that catch errors.
//
// Every body runs inside a protected call with a continuation: an uncaught error unwinds to here, and the
// <close> variables on its way run while the coroutine is alive, and so may wait.
#include "internal.h"

_Static_assert(sizeof(lua_KContext) >= sizeof(uint64_t), "a mark holds an epoch");

lua_KContext spl_mark(lua_State *L) {
    return (lua_KContext)(spl_vm_of(L)->epoch << 1 | (spl_has_tag(L, SPL_TAG_CLOSING) ? 1 : 0));
}

// Whether the error at hand belongs to a stop, or to the closing of the coroutine L, that began after the mark was made.
bool spl_passes_stop(lua_State *L, lua_KContext mark) {
    uint64_t epoch = spl_vm_of(L)->epoch;
    if (epoch == SPL_LAST_EPOCH || (epoch != 0 && epoch != (uint64_t)mark >> 1)) return true;
    return spl_has_tag(L, SPL_TAG_CLOSING) && !(mark & 1);
}

int spl_raise_again(lua_State *L, int status) {
    // An error of memory stays one, and calls no message handler that could take down where it happened.
    if (status == LUA_ERRMEM) spl_note_exhaustion(spl_vm_of(L), L);
    return lua_error(L);
}

// --- Bodies ---

// The message handler of a task: the stack is still there. Errors of memory do not come here.
static int task_failed(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    lua_settop(L, 1);
    // Of a <close> variable, while an error unwinds the task already.
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, L) != LUA_TNIL) {
        lua_settop(L, 1);
        return 1;
    }
    lua_settop(L, 1);
    spl_explain_absence(L);
    spl_write_traceback(L, L, 1, true, true);
    vm->exhausted = NULL;
    vm->host.failed(vm->host.context, L, 1);
    // A stop is not an error that anything could replace.
    if (vm->epoch == 0 && !lua_isnil(L, 1)) {
        lua_pushvalue(L, 1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, L);
    }
    return 1;
}

// Restores the error that has begun to unwind the task where its <close> variables have raised another: the first one is
// why the script failed. The other one is reported beside it.
static void restore_error(lua_State *L, spl_vm *vm, int status) {
    if (!lua_checkstack(L, 2)) return;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, L) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, L);
    if (status == LUA_ERRRUN && vm->epoch == 0 && !lua_rawequal(L, -1, -2))
        vm->host.failed_closing(vm->host.context, L, -2);
    lua_replace(L, -2);
}

// What its <close> variables come to is the end of the body.
static int finish_task(lua_State *L, int status, lua_KContext context) {
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - 1;
    spl_vm *vm = spl_vm_of(L);
    restore_error(L, vm, status);
    if (status == LUA_ERRMEM || status == LUA_ERRERR) {
        if (vm->exhausted != L) vm->traceback[0] = 0;
        vm->exhausted = NULL;
        vm->host.failed(vm->host.context, L, -1);
    }
    return lua_error(L);
}

// A task's body: the function and its arguments.
int spl_run_task(lua_State *L) {
    lua_pushcfunction(L, task_failed);
    lua_insert(L, 1);
    return finish_task(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, finish_task), 0);
}

static int coroutine_failed(lua_State *L) {
    spl_explain_absence(L);
    if (spl_vm_of(L)->epoch == 0 && !spl_has_tag(L, SPL_TAG_CLOSING)) spl_keep_traceback(L);
    return 1;
}

static int finish_coroutine(lua_State *L, int status, lua_KContext context) {
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - 1;
    return lua_error(L);
}

// A coroutine's body, its arguments alone: the function is an upvalue.
int spl_run_coroutine(lua_State *L) {
    lua_pushcfunction(L, coroutine_failed);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_rotate(L, 1, 2);
    return finish_coroutine(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, finish_coroutine), 0);
}

// --- What catches errors ---

static int finish_pcall(lua_State *L, int status, lua_KContext mark) {
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L);
    if (spl_passes_stop(L, mark)) {
        if (spl_gives_up(spl_vm_of(L), L)) return lua_yield(L, 0);
        return spl_raise_again(L, status);
    }
    if (status == LUA_ERRRUN) spl_explain_absence(L);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int pcall(lua_State *L) {
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);  // the first result
    lua_insert(L, 1);
    lua_KContext mark = spl_mark(L);
    return finish_pcall(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, mark, finish_pcall), mark);
}

// A message handler runs inside the raising of its error. If that error is a stop, raised from the hook, hooks are off
// and stay off in the handler: one that loops could never be stopped. So a stop skips the script's handler.
static int guarded_handler(lua_State *L) {
    if (spl_vm_of(L)->is_over || spl_passes_stop(L, (lua_KContext)lua_tointeger(L, lua_upvalueindex(2)))) return 1;
    spl_explain_absence(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

// Below the results lie the function and its handler.
static int finish_xpcall(lua_State *L, int status, lua_KContext mark) {
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - 2;
    return finish_pcall(L, status, mark);
}

static int xpcall(lua_State *L) {
    int arguments = lua_gettop(L) - 2;
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_KContext mark = spl_mark(L);
    lua_pushvalue(L, 2);
    lua_pushinteger(L, mark);
    lua_pushcclosure(L, guarded_handler, 2);
    lua_replace(L, 2);
    lua_pushboolean(L, 1);  // the first result
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    return finish_xpcall(L, lua_pcallk(L, arguments, LUA_MULTRET, 2, mark, finish_xpcall), mark);
}

bool spl_is_handler(lua_CFunction f) { return f == task_failed || f == coroutine_failed || f == guarded_handler; }

void spl_open_guards(lua_State *L) {
    lua_register(L, "pcall", pcall);
    lua_register(L, "xpcall", xpcall);
}
