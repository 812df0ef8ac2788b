// The functions through which Swift uses Lua.
//
// liblua reports errors, and yields, by longjmp. A longjmp across a Swift frame leaks or corrupts, so none may start
// below one. Three kinds of function keep to that:
//
//   spl_get…, spl_is…, spl_next   read a stack and can neither allocate nor raise: Swift calls them in callbacks.
//   spl_put…                      append plain data to the VM's buffer. When Swift's frame is gone, C turns the
//                                 buffer into Lua values, and raises or yields as Swift asked.
//   everything else               runs inside one lua_pcall of its own and reports failure as a status.
//
// lua_State is opaque on purpose: nothing here lets Swift call liblua itself.
#ifndef CLUABRIDGE_H
#define CLUABRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lua_State lua_State;
typedef struct spl_vm spl_vm;

// What a callback asks for once Swift's frame is gone.
enum {
    SPL_RETURN = 0,          // return the buffer's values
    SPL_RAISE = 1,           // raise the buffer's one value
    SPL_WAIT = 2,            // yield until the ticket of spl_set_ticket is due
    SPL_TRANSFER = 3,        // return another thread's results, by reference
    SPL_TRANSFER_RAISE = 4,  // raise another thread's error, by reference
    SPL_RETURN_SCALAR = 5,   // return the call's `result`
};

// How a thread stands after spl_resume.
enum {
    SPL_FINISHED = 0,
    SPL_WAITING = 1,
    SPL_FAILED = 2,
    SPL_STOPPED = 3,  // it is to be stopped, or others are to have a turn
};

// Why running code must stop. Sticky: no pcall of the script can get past it.
enum {
    SPL_RUN = 0,
    SPL_STOP_CANCELED = 1,
    SPL_STOP_TIMEOUT = 2,
};

// How a call that compiles or runs something went.
enum {
    SPL_OK = 0,
    SPL_ERROR = 1,              // an error was raised
    SPL_OUT_OF_MEMORY = 2,
    SPL_SYNTAX_ERROR = 3,       // the text does not compile
    SPL_SYNTAX_INCOMPLETE = 4,  // it does not compile because it ends where something has to follow
    SPL_WIDE_NUMERAL = 5,       // it has a whole number beyond Lua's integers, of which Lua would make a float
    SPL_FOREIGN_FORMAT = 6,     // this liblua compiles to another form than Lua 5.4's
};

// Lua's types as spl_get_type returns them; the numbers are Lua's own (asserted in value.c).
enum {
    SPL_TNONE = -1,
    SPL_TNIL = 0,
    SPL_TBOOLEAN = 1,
    SPL_TLIGHTUSERDATA = 2,
    SPL_TNUMBER = 3,
    SPL_TSTRING = 4,
    SPL_TTABLE = 5,
    SPL_TFUNCTION = 6,
    SPL_TUSERDATA = 7,
    SPL_TTHREAD = 8,
};

// The kind of a table, which decides how it is read: set by the host's functions.
enum {
    SPL_SHAPE_PLAIN = 0,
    SPL_SHAPE_ARRAY = 1,
    SPL_SHAPE_OBJECT = 2,
    SPL_SHAPE_RECORD = 3,  // an object whose names the host checks when one is read that it does not have
};

// A value that has no content of its own, or only the type of one that has.
typedef struct {
    int32_t type;  // SPL_T…
    bool is_integer;
    int64_t integer;  // of a number that is an integer; of a boolean, 0 or 1
    double number;    // of any other number
} spl_scalar;

// How many arguments of a call Swift gets with it, so that reading them needs no further call into C.
enum { SPL_ARGUMENTS_PASSED = 8 };

// Swift's side. Each callback may call spl_get… and spl_put…, and nothing else of this header but spl_anchor, and what registers
// a class; `fill` calls what registers, and nothing else.
typedef struct {
    void *context;
    // A registered function was called with `count` arguments at 1…count. `arguments` has the first of them, at most
    // SPL_ARGUMENTS_PASSED; `result` is what SPL_RETURN_SCALAR returns.
    int32_t (*call)(
        void *context, lua_State *L, const void *function, int32_t count, const spl_scalar *arguments,
        spl_scalar *result);
    // A waiting thread was resumed and asks for what it waited for.
    int32_t (*take)(void *context, lua_State *L, uint64_t ticket);
    // The script spawned a thread, anchored at `slot`; or the host's own Lua code did, for a part of what it does
    // (`is_helper`). Returns the handle of its task object.
    uint64_t (*spawn)(void *context, lua_State *L, lua_State *thread, int32_t slot, bool is_helper);
    // The last Lua reference to an object is gone.
    void (*release)(void *context, uint64_t handle);
    // Whether two handles are the same object.
    bool (*equal)(void *context, uint64_t left, uint64_t right);
    // The running task is stopped where Lua cannot yield to the host. Returns the stop's epoch.
    uint64_t (*stop)(void *context, int32_t reason);
    // The running task, which was stopped, is still busy with its <close> variables. Returns 0 if it may, or the epoch of
    // the end.
    uint64_t (*grace)(void *context);
    // An uncaught error, at `index`, unwinds a task; spl_traceback has where it was raised.
    void (*failed)(void *context, lua_State *L, int32_t index);
    // While it unwound the task, a <close> variable raised another, which is at `index` and goes no further.
    void (*failed_closing)(void *context, lua_State *L, int32_t index);
    // The running task draws a number, and its stream is not set yet: the callback sets it with spl_set_random.
    void (*random)(void *context);
    // The running task seeds its stream. Returns the seed that counts.
    uint64_t (*seed)(void *context, bool is_given, uint64_t given);
    // Finds what a misspelt name was meant to be among `names`, each of which has a line break behind it. Returns where in
    // `names` it begins; -1 if none is near. Both are ASCII.
    int32_t (*nearest)(const char *name, size_t name_length, const char *names, size_t length);
    // Writes what to use instead of a name that scripts may expect and that is not there: a global, or "library.field". Returns
    // false if nothing is known of it.
    bool (*advise)(void *context, const char *path, char *text, size_t capacity);
    // Registers the content of a module of spl_declare. Returns false if that fails.
    bool (*fill)(void *context, const char *module);
} spl_host;

// A stream of random numbers.
typedef struct {
    uint64_t state[4];
} spl_random;

// The stop of one run, for which any thread may ask.
typedef struct spl_run spl_run;

// Whether and how the task that is to be resumed is stopped; all zero if it is not.
typedef struct {
    const spl_run *run;     // the run that it belongs to; NULL for none
    int32_t raised;         // SPL_STOP_…, to stop it where it stands; SPL_RUN if it may go on
    uint64_t epoch;         // a number of its own for each stop, from 1; it counts from the moment the stop is raised
    uint64_t former_epoch;  // the epoch in force until then
    bool is_watched;        // the host measures its grace period
    bool is_over;           // its grace period is over
    bool is_deepest;        // it may spawn none
} spl_stop;

typedef struct {
    int32_t status;  // SPL_FINISHED …
    int32_t count;   // values left on the thread when finished; -1 if it failed before it could leave its error there
} spl_outcome;

// --- The VM -----------------------------------------------------------------------------------------------------

// A state with the sandboxed libraries open; NULL if memory ran out. `limit` bounds its bytes, 0 for no bound.
spl_vm *spl_create(spl_host host, size_t limit, int32_t hook_count);
void spl_close(spl_vm *vm);
// The callbacks' first argument; to be set before any script runs.
void spl_set_context(spl_vm *vm, void *context);
// A run within another, or within none, is stopped with it. NULL if memory ran out.
spl_run *spl_run_create(const spl_run *outer);
void spl_run_free(spl_run *run);
// Why the run, or one around it, is to be stopped; SPL_RUN if it is not.
int32_t spl_run_reason(const spl_run *run);
// Any thread may call this: the run's tasks are stopped, the running one at once. A task of another run that is running
// yields, again and again, so that the host can stop those that wait, until it says that the run is over: one
// spl_stop_served for each call.
void spl_stop_run(spl_vm *vm, spl_run *run, int32_t reason);
void spl_stop_served(spl_vm *vm);
// Any thread may call this: whatever runs is stopped, whichever run it belongs to. SPL_RUN takes that back.
void spl_interrupt(spl_vm *vm, int32_t reason);
int32_t spl_interrupt_reason(spl_vm *vm);
// Why long work that a script has called is to end now; SPL_RUN if it may go on.
int32_t spl_wanted_stop(const spl_vm *vm);
// Any thread may call this: if the running task is busy with its <close> variables, the host is asked about it now.
void spl_check_grace(spl_vm *vm);
size_t spl_memory_used(const spl_vm *vm);
// Counts bytes, or fewer, that Swift holds for the script as if they were Lua's.
void spl_hold(spl_vm *vm, int64_t change);
// What may still be allocated; SIZE_MAX without a limit.
size_t spl_memory_left(const spl_vm *vm);
// The release of the Lua that this was built with: "5.4.4".
const char *spl_lua_release(void);
void spl_set_memory_limit(spl_vm *vm, size_t bytes);
// Bounds the backtracking of one call of find, match or gsub, or one turn of gmatch; 0 for no bound.
void spl_set_pattern_steps(spl_vm *vm, uint64_t steps);
// How deep tasks may nest, for the error that says so.
void spl_set_task_depth(spl_vm *vm, int32_t depth);
uint64_t spl_allocations(const spl_vm *vm);
// Whether garbage is collected as memory is asked for. It is collected all the same before memory runs out.
void spl_set_collecting(spl_vm *vm, bool is_collecting);
void spl_collect_garbage(spl_vm *vm);

// Begins a stream. The same seed begins the same one.
void spl_seed_random(spl_random *random, uint64_t seed);
// Where the running task draws from until it is resumed the next time; NULL: the host is asked.
void spl_set_random(spl_vm *vm, spl_random *random);

// --- Threads of the machine, not of Lua ----------------------------------------------------------------------------

// Runs body(context) on a thread of its own, which need not be joined. False if there can be no more threads.
bool spl_start_thread(void (*body)(void *context), void *context, size_t stack_size);
// One pause of a spinning loop: a hint for the processor that the loop waits for another one (PAUSE, YIELD).
void spl_pause(void);

// --- Checks without running ---------------------------------------------------------------------------------------

typedef struct spl_globals spl_globals;
typedef struct {
    const char *name;  // not terminated; lives as long as the list
    size_t length;
    int32_t line;
    bool is_write;
} spl_global;

// A text chunk in compiled form, with the lines and names that messages have. `status` is SPL_OK, or why there is none;
// `failure` then has the message, unless memory did not suffice for one. For this process only: of another liblua's form it is
// not safe to run. To be freed.
typedef struct {
    uint8_t *bytes;
    size_t size;
    int32_t status;
    char *failure;
} spl_compiled;

spl_compiled spl_compile(const char *source, size_t length, const char *name);
void spl_free_compiled(spl_compiled *compiled);

// The globals that a text chunk reads and writes, in the order of its code. NULL if memory ran out.
spl_globals *spl_list_globals(const char *source, size_t length, const char *name);
void spl_free_globals(spl_globals *globals);
// SPL_OK if there is a list, else why there is none.
int32_t spl_globals_status(const spl_globals *globals);
// The compiler's message if there is no list; NULL if memory ran out before there was one.
const char *spl_globals_failure(const spl_globals *globals);
size_t spl_global_count(const spl_globals *globals);
spl_global spl_global_at(const spl_globals *globals, size_t index);

// The position of a text's first mistake in its encoding.
typedef struct {
    const char *problem;  // what is wrong, and what helps; NULL for UTF-8 text
    int32_t line, column;  // from 1; columns are characters
} spl_encoding;

// Whether a source is UTF-8 text, as all of Lua's source should be; strings of any bytes are possible with escapes.
spl_encoding spl_check_encoding(const char *source, size_t length);

// --- Registration: false if memory ran out ---------------------------------------------------------------------
//
// `function` and the like are the host's own: what `call` gets. They must live as long as the VM.

// Adds `field` to a read-only module (NULL for a global), which becomes a global unless its name begins with "_".
// `waits`: it may yield, and refuses where Lua cannot.
bool spl_register(spl_vm *vm, const char *module, const char *field, const void *function, bool waits);
// The bridge's own spawn: the script's, or that of the host's own Lua code.
bool spl_register_spawn(spl_vm *vm, const char *module, const char *field, bool is_helper);
// Called with (module, key) where a module has no such field. Makes the module, if need be.
bool spl_register_missing(spl_vm *vm, const char *module, const void *function);
// Makes a module without content, which the host's `fill` registers when a script first reads one of its fields, or all.
bool spl_declare(spl_vm *vm, const char *module);
// Has a declared module filled now.
bool spl_fill(spl_vm *vm, const char *module);
// Notes which field of one of Lua's own libraries was read and is not there, so that an error about that nil has the host's
// advice behind it. Does nothing for a module of the host, which must be registered before.
bool spl_watch(spl_vm *vm, const char *library);
// For a callback on L: `module.field` was read and is nil, so that an error about it at this place is about that field.
void spl_note_absent(spl_vm *vm, lua_State *L, const char *module, const char *field);
// A class of objects. `properties` is called with (object, key) for keys that are not methods, and with
// (object, key, true) for one of spl_register_fetched where Lua cannot wait.
bool spl_register_class(
    spl_vm *vm, int32_t class_id, const char *name, const void *properties, const void *describe);
// `closes`: it is also called at the end of a <close> variable that holds the object.
bool spl_register_method(
    spl_vm *vm, int32_t class_id, const char *name, const void *function, bool waits, bool closes);
// A property that waits: called with the object where the property function gives nil for this name.
bool spl_register_fetched(spl_vm *vm, int32_t class_id, const char *name, const void *function);
// Makes `module.field` the same value as the global `name`, or the other way round.
bool spl_alias(spl_vm *vm, const char *module, const char *field, const char *global);
// Sets `module.field` to the buffer's one value.
bool spl_register_value(spl_vm *vm, const char *module, const char *field);
// Runs `source`, a text or what spl_compile has made of one, with the fields of "_host" and of `module` and the module's name as
// its arguments, and adds the fields of the table it returns to `module`. `name` is a text's. spl_failure_status and spl_failure
// have why it failed.
bool spl_register_source(
    spl_vm *vm, const char *module, const char *source, size_t length, const char *name, bool is_compiled);
// Of the last call that failed: why, and the message.
int32_t spl_failure_status(const spl_vm *vm);
const char *spl_failure(const spl_vm *vm);

// --- Threads: each is one task of the host ---------------------------------------------------------------------

// A thread ready to run a text chunk with the buffer's values as arguments. NULL if memory ran out or the chunk does
// not compile; spl_failure_status then has which of them, spl_failure the message.
lua_State *spl_thread_load(spl_vm *vm, const char *source, size_t length, const char *name, int32_t *slot);
// The same for a chunk of the session, see spl_open_session.
lua_State *spl_thread_load_session(spl_vm *vm, const char *source, size_t length, const char *name, int32_t *slot);
// A thread ready to call an anchored function with the buffer's values as arguments. NULL if memory ran out.
lua_State *spl_thread_call(spl_vm *vm, int32_t function_slot, int32_t *slot);
// Runs a thread until it waits or ends. A task that is stopped unwinds: its <close> variables run, and may wait.
spl_outcome spl_resume(spl_vm *vm, lua_State *thread, spl_stop stop);
// The traceback's text, for the host's `failed`.
const char *spl_traceback(const spl_vm *vm);

// --- The session: chunks that share variables -------------------------------------------------------------------

// To be called before everything else here; a second time does nothing. False if memory ran out, as below.
bool spl_open_session(spl_vm *vm);
// Makes a name a variable of the session, with the value of the global so far, unless it is one.
bool spl_session_declare(spl_vm *vm, const char *name, size_t length);
// Sets a variable of the session, declaring it if need be, to a value on a thread's stack.
bool spl_session_set(spl_vm *vm, const char *name, lua_State *thread, int32_t index);
// Looks up `a.b.c`, from the session's variables and the globals on, and runs nothing of the script's for it. Leaves the
// value that it got to on the inspector, of a module the table of its fields, and returns how many names it went; -1 if
// memory ran out. "_ENV" is the table of the session's variables.
int32_t spl_session_find(spl_vm *vm, const char *const *path, size_t count);
lua_State *spl_session_inspector(spl_vm *vm);
// From the value on the inspector to the table that its missing fields come from; false if there is none.
bool spl_session_step_behind(spl_vm *vm);

// --- Anchors: Lua values that Swift holds on to ----------------------------------------------------------------

// Anchors the value at an index; -1 if no slot is free. Every callback may anchor SPL_ANCHORS_PER_CALL values.
enum { SPL_ANCHORS_PER_CALL = 16 };
int32_t spl_anchor(spl_vm *vm, lua_State *L, int32_t index);
void spl_unanchor(spl_vm *vm, int32_t slot);

// --- Reading ----------------------------------------------------------------------------------------------------

int32_t spl_get_top(lua_State *L);
int32_t spl_get_type(lua_State *L, int32_t index);
bool spl_get_boolean(lua_State *L, int32_t index);
bool spl_is_integer(lua_State *L, int32_t index);
int64_t spl_get_integer(lua_State *L, int32_t index);
double spl_get_number(lua_State *L, int32_t index);
// Of a string only: for a number it would have to allocate.
const char *spl_get_string(lua_State *L, int32_t index, size_t *length);
// 0 for a value that is not an object of the host.
uint64_t spl_get_object(spl_vm *vm, lua_State *L, int32_t index);
bool spl_is_null(lua_State *L, int32_t index);
// Whether the value is a whole number from 2^63 on, for which Lua itself has no number.
bool spl_get_unsigned(spl_vm *vm, lua_State *L, int32_t index, uint64_t *value);
int32_t spl_get_shape(spl_vm *vm, lua_State *L, int32_t index);
// Whether values of this metatable are errors that the host made.
bool spl_is_error(spl_vm *vm, lua_State *L, int32_t index);
const void *spl_get_identity(lua_State *L, int32_t index);
// Begins a walk: room for a key and a value. False if the stack cannot grow.
bool spl_walk(lua_State *L);
bool spl_next(lua_State *L, int32_t table);
int64_t spl_get_length(lua_State *L, int32_t index);
// The number of elements if the table's keys are exactly 1 … n, 0 if it is empty, -1 for any other table.
int64_t spl_get_list_length(lua_State *L, int32_t table);
// Pushes an element of a table, without metamethods; spl_walk must have made room.
void spl_push_element(lua_State *L, int32_t table, int64_t index);
void spl_push_nil(lua_State *L);
void spl_pop(lua_State *L, int32_t count);
// The innermost line of the script that has called something: 0 if there is none. `source` receives at most `size` bytes.
int32_t spl_get_line(lua_State *L, char *source, size_t size);
// What the metatable of a value calls it, with `__name`; NULL if it does not. Lives as long as the metatable. spl_walk must
// have made room.
const char *spl_get_kind(lua_State *L, int32_t index);
// Where a function was defined: 0 for one of C's. There must be room on the stack for one value.
int32_t spl_get_function_line(lua_State *L, int32_t index, char *source, size_t size);
// Whether the thread's own coroutine chain lets it wait here.
bool spl_can_wait(spl_vm *vm, lua_State *L);

// --- Writing ----------------------------------------------------------------------------------------------------

void spl_put_nil(spl_vm *vm);
void spl_put_boolean(spl_vm *vm, bool value);
void spl_put_integer(spl_vm *vm, int64_t value);
void spl_put_number(spl_vm *vm, double value);
// A whole number; from 2^63 on it is an object that prints and calculates as what it is.
void spl_put_unsigned(spl_vm *vm, uint64_t value);
void spl_put_string(spl_vm *vm, const void *bytes, size_t length);
void spl_put_null(spl_vm *vm);
// A new table; then, for each entry, spl_put a key, a value and spl_put_entry, or a value and spl_put_item.
void spl_put_table(spl_vm *vm, int32_t items, int32_t entries, int32_t shape);
// How many bytes have been put: the offset of the next table, for spl_set_table_size once its size is known.
size_t spl_get_put_length(const spl_vm *vm);
void spl_set_table_size(spl_vm *vm, size_t table, int32_t items, int32_t entries);
void spl_put_entry(spl_vm *vm);
void spl_put_item(spl_vm *vm, int64_t index);
void spl_put_object(spl_vm *vm, int32_t class_id, uint64_t handle);
// What was to be put is not there, since memory ran out: the call raises that.
void spl_fail_put(spl_vm *vm);
void spl_put_anchor(spl_vm *vm, int32_t slot);
// The table on top becomes an error of the host, with its place and traceback filled in.
void spl_put_error(spl_vm *vm);
void spl_set_ticket(spl_vm *vm, uint64_t ticket);
void spl_set_transfer(spl_vm *vm, lua_State *thread, int32_t count);
// Drops what was put since the last call: for a callback that throws after it has put results.
void spl_reset_buffer(spl_vm *vm);

// Swift's module is this header and what it includes.
#include "CLuaBridgeTesting.h"

#endif
