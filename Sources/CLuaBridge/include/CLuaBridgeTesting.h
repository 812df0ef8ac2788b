// What only tests of the bridge call.
#ifndef CLUABRIDGE_TESTING_H
#define CLUABRIDGE_TESTING_H

#include "CLuaBridge.h"

// Makes `count` allocations fail, starting with the n-th from now. n = 0 disarms.
void spl_fail_allocation(spl_vm *vm, uint64_t n, uint64_t count);
// Gives scripts liblua's own string functions under a name, to compare with.
bool spl_expose_stock_strings(spl_vm *vm, const char *name);

#endif
