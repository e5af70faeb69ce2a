# The official JSON Schema test suite; skipped (77) until scripts/fetch-test-suite has fetched it.
check_PROGRAMS += %D%/schema_suite
TESTS += %D%/schema_suite
EXTRA_DIST += %D%/schema_suite.exclude
%C%_schema_suite_SOURCES = \
	%D%/schema_suite.c %D%/schema_suite_page.c %D%/schema_suite_page.h %D%/../support/json_cut.c \
	%D%/../support/json_cut.h %D%/../support/suite_known.c %D%/../support/suite_known.h
%C%_schema_suite_LDADD = $(fiat_schema)

# The built-in meta-schemas against the published ones; what the compiler refuses against both.
dist_check_SCRIPTS += %D%/schema_meta.py
TESTS += %D%/schema_meta.py

# Its tests of standard output and of annotations.
check_PROGRAMS += %D%/schema_output
TESTS += %D%/schema_output
%C%_schema_output_SOURCES = %D%/schema_output.c
%C%_schema_output_LDADD = $(fiat_schema)

# Random schemas and instances, judged by us and by python-jsonschema.
dist_check_SCRIPTS += %D%/schema_differential.py
TESTS += %D%/schema_differential.py

# Its schemas and instances again: nothing is allocated twice, and every allocation may fail.
check_PROGRAMS += %D%/schema_memory
TESTS += %D%/schema_memory
%C%_schema_memory_SOURCES = \
	%D%/schema_memory.c %D%/../support/json_cut.c %D%/../support/json_cut.h
%C%_schema_memory_LDADD = $(fiat_schema)

# The loops for 64-bit Arm; skipped where there is no compiler or emulator for it.
dist_check_SCRIPTS += %D%/neon.sh
TESTS += %D%/neon.sh
EXTRA_DIST += %D%/base64_loops.c %D%/scan_loops.c
