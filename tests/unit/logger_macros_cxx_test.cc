// The same test, compiled as C++.
#include "logger_macros_test.c"
