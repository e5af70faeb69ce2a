# fork, exec, signals, exit without close, dlclose: what else happens to a process that logs.
check_PROGRAMS += %D%/lifecycle %D%/lifecycle_unload
TESTS += %D%/lifecycle %D%/lifecycle_unload
%C%_lifecycle_SOURCES = %D%/lifecycle.c tests/support/fork_heap.h tests/support/remove_tree.h \
	tests/support/sanitizer.h
%C%_lifecycle_LDADD = libfiat-mock.la libfiat.la -lpthread
%C%_lifecycle_unload_SOURCES = %D%/lifecycle_unload.c
%C%_lifecycle_unload_LDADD = -ldl -lpthread
EXTRA_%C%_lifecycle_unload_DEPENDENCIES = libfiat.la

# Reports in an event loop, as the example has them.
dist_check_SCRIPTS += %D%/event_loop.sh
TESTS += %D%/event_loop.sh
