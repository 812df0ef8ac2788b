// What the host adds: modules that scripts can read but not change, and classes of objects.
#include <string.h>

#include "internal.h"

typedef struct {
    spl_vm *vm;
    const char *module, *field, *source, *name;
    size_t length;
    const void *function, *describe;
    int32_t class_id;
    bool waits, closes, compiled;
    lua_CFunction own;  // instead of one of the host's
} registration;

static int read_only(lua_State *L) {
    const char *name = lua_tostring(L, lua_upvalueindex(1));
    return luaL_error(L, "%s cannot be changed by a script", name);
}

static int hidden_next(lua_State *L) {
    lua_settop(L, 2);
    if (lua_next(L, lua_upvalueindex(1))) return 2;
    lua_pushnil(L);
    return 1;
}

// Has the host register the content of the module whose fields are at an index, if it has not.
static void fill(lua_State *L, int index) {
    spl_vm *vm = spl_vm_of(L);
    index = lua_absindex(L, index);
    if (!lua_getmetatable(L, index)) return;
    if (lua_getfield(L, -1, "module") != LUA_TSTRING) {
        lua_pop(L, 2);
        return;
    }
    // The module's own Lua text may read fields that are not there yet.
    lua_pushnil(L);
    lua_setmetatable(L, index);
    vm->failure_status = SPL_OK;
    if (vm->host.fill(vm->host.context, lua_tostring(L, -1))) {
        lua_pop(L, 2);
        return;
    }
    lua_pop(L, 1);
    lua_setmetatable(L, index);
    if (vm->failure_status != SPL_OUT_OF_MEMORY) luaL_error(L, "a module could not be registered: %s", vm->failure);
    // Without a place in front, which would make it an error like any other.
    lua_pushliteral(L, "not enough memory");
    lua_error(L);
}

// __index of the fields of a module that was only declared.
static int declared_index(lua_State *L) {
    fill(L, 1);
    lua_settop(L, 2);
    lua_gettable(L, 1);
    return 1;
}

// pairs(module), over the hidden table but without handing it out.
static int hidden_pairs(lua_State *L) {
    fill(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, hidden_next, 1);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

// Pushes the hidden table of a module's fields; makes the module on first use. What scripts hold is an empty userdata
// in front of it: rawset does not work on that, as it would on a table.
static void push_fields(lua_State *L, spl_vm *vm, const char *name) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->modules_ref);
    if (lua_getfield(L, -1, name) == LUA_TTABLE) {
        lua_remove(L, -2);
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);                 // fields
    lua_newuserdatauv(L, 0, 0);      // the face
    lua_createtable(L, 0, 5);        // its metatable
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, read_only, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, hidden_pairs, 1);
    lua_setfield(L, -2, "__pairs");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_setmetatable(L, -2);
    if (name[0] == '_')
        lua_pop(L, 1);
    else
        lua_setglobal(L, name);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, name);
    lua_remove(L, -2);
}

static void push_function(lua_State *L, const void *function, bool waits) {
    lua_pushlightuserdata(L, (void *)function);
    lua_pushcclosure(L, waits ? spl_call_waiting : spl_call, 1);
}

static int register_function(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    if (r->module == NULL) {
        push_function(L, r->function, r->waits);
        lua_setglobal(L, r->field);
        return 0;
    }
    push_fields(L, r->vm, r->module);
    if (r->own != NULL)
        lua_pushcfunction(L, r->own);
    else
        push_function(L, r->function, r->waits);
    lua_setfield(L, -2, r->field);
    return 0;
}

bool spl_register(spl_vm *vm, const char *module, const char *field, const void *function, bool waits) {
    registration r = {.vm = vm, .module = module, .field = field, .function = function, .waits = waits};
    return spl_protected(vm, register_function, &r);
}

bool spl_register_spawn(spl_vm *vm, const char *module, const char *field, bool is_helper) {
    registration r = {.vm = vm, .module = module, .field = field, .own = is_helper ? spl_spawn_helper : spl_spawn};
    return spl_protected(vm, register_function, &r);
}

static int register_missing(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    push_fields(L, r->vm, r->module);
    lua_createtable(L, 0, 1);
    push_function(L, r->function, false);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    return 0;
}

bool spl_register_missing(spl_vm *vm, const char *module, const void *function) {
    registration r = {.vm = vm, .module = module, .function = function};
    return spl_protected(vm, register_missing, &r);
}

static int declare(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    push_fields(L, r->vm, r->module);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, declared_index);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, r->module);
    lua_setfield(L, -2, "module");
    lua_setmetatable(L, -2);
    return 0;
}

bool spl_declare(spl_vm *vm, const char *module) {
    registration r = {.vm = vm, .module = module};
    return spl_protected(vm, declare, &r);
}

static int fill_declared(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    push_fields(L, r->vm, r->module);
    fill(L, -1);
    return 0;
}

bool spl_fill(spl_vm *vm, const char *module) {
    registration r = {.vm = vm, .module = module};
    return spl_protected(vm, fill_declared, &r);
}

static int alias(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    push_fields(L, r->vm, r->module);
    lua_getfield(L, -1, r->field);
    lua_setglobal(L, r->name);
    return 0;
}

bool spl_alias(spl_vm *vm, const char *module, const char *field, const char *global) {
    registration r = {.vm = vm, .module = module, .field = field, .name = global};
    return spl_protected(vm, alias, &r);
}

static int register_value(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    push_fields(L, r->vm, r->module);
    spl_push_buffer(L, r->vm, r->vm->start);
    lua_setfield(L, -2, r->field);
    return 0;
}

bool spl_register_value(spl_vm *vm, const char *module, const char *field) {
    registration r = {.vm = vm, .module = module, .field = field};
    bool done = spl_protected(vm, register_value, &r);
    if (!done) spl_release_buffer(vm, vm->start);
    vm->length = vm->start;
    vm->allocates = vm->put_failed = false;
    return done;
}

static int register_source(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    if (luaL_loadbufferx(L, r->source, r->length, r->name, r->compiled ? "b" : "t") != LUA_OK) return lua_error(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->vm->modules_ref);
    lua_getfield(L, -1, "_host");  // the chunk's one argument: the host's primitives
    lua_remove(L, -2);
    push_fields(L, r->vm, r->module);  // the second: the functions the module has from Swift
    lua_pushstring(L, r->module);      // the third: the module's name, for messages
    spl_push_attach_results(L, r->vm);  // the fourth: gives an error its results
    lua_call(L, 4, 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    push_fields(L, r->vm, r->module);
    for (lua_pushnil(L); lua_next(L, -3);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_settable(L, -4);
    }
    return 0;
}

bool spl_register_source(
    spl_vm *vm, const char *module, const char *source, size_t length, const char *name, bool is_compiled) {
    registration r = {
        .vm = vm, .module = module, .source = source, .length = length, .name = name, .compiled = is_compiled};
    return spl_protected(vm, register_source, &r);
}

// --- Classes ---

// The object at an index; NULL for anything that is not an object of the host.
static spl_object *check_object(lua_State *L, spl_vm *vm, int index) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return NULL;
    const void *address = lua_topointer(L, -1);
    lua_pop(L, 1);
    for (int i = 0; i < vm->classes; i++)
        if (vm->class_mts[i] == address) return lua_touserdata(L, index);
    return NULL;
}

// Scripts cannot get at this function, since __metatable is false. A second call would do nothing: the handle is 0.
static int object_gc(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    spl_object *object = check_object(L, vm, 1);
    if (object != NULL && object->handle != 0) {
        uint64_t handle = object->handle;
        object->handle = 0;
        vm->host.release(vm->host.context, handle);
    }
    return 0;
}

static int object_eq(lua_State *L) {
    spl_vm *vm = spl_vm_of(L);
    spl_object *left = check_object(L, vm, 1), *right = check_object(L, vm, 2);
    lua_pushboolean(L, left != NULL && right != NULL
                           && vm->host.equal(vm->host.context, left->handle, right->handle));
    return 1;
}

static int object_read_only(lua_State *L) {
    return luaL_error(L, "a %s cannot be changed", lua_tostring(L, lua_upvalueindex(1)));
}

static int object_fetched(lua_State *L, int status, lua_KContext context) {
    (void)L, (void)status, (void)context;
    return 1;
}

// object.key: a method if there is one, else what the host's property function makes of (object, key); where that is nil, what
// the fetching function of that name gives, which may wait.
static int object_index(lua_State *L) {
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    if (!lua_isnil(L, -1)) return 1;
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_call(L, 2, 1);
    if (!lua_isnil(L, -1)) return 1;
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(3));
    if (lua_isnil(L, -1)) return 1;
    if (!spl_can_wait(spl_vm_of(L), L)) {
        // What there is without a wait: the property function with a third argument.
        lua_pushvalue(L, lua_upvalueindex(2));
        lua_pushvalue(L, 1);
        lua_pushvalue(L, 2);
        lua_pushboolean(L, true);
        lua_call(L, 3, 1);
        return 1;
    }
    lua_pushvalue(L, 1);
    lua_callk(L, 1, 1, 0, object_fetched);
    return 1;
}

static int object_closed(lua_State *L, int status, lua_KContext context) {
    (void)L, (void)status, (void)context;
    return 0;
}

// The end of a <close> variable: the closing method with the object alone, without the error that ends the block.
static int object_close(lua_State *L) {
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_callk(L, 1, 0, 0, object_closed);
    return 0;
}

static int register_class(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    spl_vm *vm = r->vm;
    if (vm->classes != r->class_id || vm->classes == SPL_MAX_CLASSES) return luaL_error(L, "too many classes");
    lua_createtable(L, 0, 8);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "methods");
    push_function(L, r->function, false);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -5, "fetched");
    lua_pushcclosure(L, object_index, 3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, object_gc);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, object_eq);
    lua_setfield(L, -2, "__eq");
    push_function(L, r->describe, false);
    lua_setfield(L, -2, "__tostring");
    lua_pushstring(L, r->name);
    lua_pushcclosure(L, object_read_only, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushstring(L, r->name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    vm->class_mts[vm->classes] = lua_topointer(L, -1);
    vm->class_refs[vm->classes] = luaL_ref(L, LUA_REGISTRYINDEX);
    vm->classes++;
    return 0;
}

bool spl_register_class(
    spl_vm *vm, int32_t class_id, const char *name, const void *properties, const void *describe) {
    registration r = {.vm = vm, .name = name, .function = properties, .describe = describe, .class_id = class_id};
    return spl_protected(vm, register_class, &r);
}

static int register_method(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->vm->class_refs[r->class_id]);
    lua_getfield(L, -1, "methods");
    push_function(L, r->function, r->waits);
    if (r->closes) {
        lua_pushvalue(L, -1);
        lua_pushcclosure(L, object_close, 1);
        lua_setfield(L, -4, "__close");
    }
    lua_setfield(L, -2, r->field);
    return 0;
}

static int register_fetched(lua_State *L) {
    registration *r = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->vm->class_refs[r->class_id]);
    lua_getfield(L, -1, "fetched");
    push_function(L, r->function, true);
    lua_setfield(L, -2, r->field);
    return 0;
}

bool spl_register_fetched(spl_vm *vm, int32_t class_id, const char *name, const void *function) {
    registration r = {.vm = vm, .class_id = class_id, .field = name, .function = function};
    return spl_protected(vm, register_fetched, &r);
}

bool spl_register_method(
    spl_vm *vm, int32_t class_id, const char *name, const void *function, bool waits, bool closes) {
    registration r = {
        .vm = vm, .class_id = class_id, .field = name, .function = function, .waits = waits, .closes = closes};
    return spl_protected(vm, register_method, &r);
}
