# What the command prints and how it ends; see run.
cli_tests = %D%/guide %D%/run-plain %D%/run-sql
dist_check_SCRIPTS += %D%/run $(cli_tests)
TESTS += $(cli_tests)
EXTRA_DIST += \
	%D%/completion %D%/config %D%/doctor %D%/help %D%/init %D%/lambda %D%/log %D%/mock %D%/query %D%/query_athena %D%/schema_check %D%/schema_columns %D%/schema_diff %D%/schema_infer \
	%D%/schema_validate %D%/spool_export %D%/spool_list %D%/spool_replay %D%/stream_create %D%/stream_delete %D%/stream_list \
	%D%/stream_status %D%/stream_update \
	%D%/table_check %D%/table_create %D%/table_drop %D%/table_show %D%/table_update
