# The command. A subcommand is one file in cmd/ and a word in commands.h.
bin_PROGRAMS += fiat
fiat_SOURCES = \
	%D%/differences.c %D%/differences.h %D%/cmd/schema_diff.c \
	%D%/aws.c %D%/aws.h \
	%D%/cmd.c %D%/cmd.h %D%/commands.h %D%/complete.c %D%/complete.h %D%/conf_file.c %D%/conf_file.h %D%/documents.c %D%/documents.h %D%/help.c %D%/help.h \
	%D%/lines.c %D%/lines.h %D%/main.c %D%/main.h %D%/opt.c %D%/opt.h %D%/output.c %D%/output.h \
	%D%/pretty.c %D%/pretty.h %D%/progress.c %D%/progress.h %D%/project.c %D%/project.h %D%/references.c %D%/references.h \
	%D%/rejects.c %D%/rejects.h %D%/roff.c %D%/schema_file.c %D%/schema_file.h %D%/settings.c %D%/settings.h \
	%D%/stream.c %D%/stream.h %D%/stream_check.c %D%/stream_check.h %D%/stream_make.c %D%/stream_make.h %D%/terminal.c %D%/terminal.h %D%/text.c %D%/text.h \
	%D%/table.c %D%/table.h %D%/table_aws.c %D%/table_changes.c \
	%D%/athena_rows.c %D%/athena_rows.h %D%/athena_run.c %D%/athena_run.h %D%/athena_text.c %D%/athena_text.h \
	%D%/interrupt.c %D%/interrupt.h %D%/output_file.c %D%/output_file.h \
	%D%/query.h %D%/query_athena.c %D%/query_history.c %D%/query_local.c %D%/query_place.c \
	%D%/verdicts.c %D%/verdicts.h %D%/waiting.c %D%/waiting.h \
	%D%/cmd/completion.c %D%/cmd/config_get.c %D%/cmd/config_list.c %D%/cmd/config_path.c %D%/cmd/config_set.c \
	%D%/cmd/help.c %D%/cmd/init.c %D%/cmd/local.c %D%/cmd/log.c %D%/cmd/mock.c %D%/cmd/query.c \
	%D%/cmd/stream_create.c %D%/cmd/stream_delete.c %D%/cmd/stream_list.c %D%/cmd/stream_status.c %D%/cmd/stream_update.c \
	%D%/cmd/spool_export.c %D%/cmd/spool_list.c %D%/cmd/spool_replay.c \
	%D%/cmd/schema_check.c %D%/cmd/schema_columns.c %D%/cmd/schema_infer.c %D%/cmd/schema_validate.c \
	%D%/cmd/table_check.c %D%/cmd/table_create.c %D%/cmd/table_drop.c %D%/cmd/table_show.c %D%/cmd/table_update.c
fiat_SOURCES += \
	%D%/cmd/doctor.c %D%/doctor.c %D%/doctor.h %D%/doctor_identity.c %D%/doctor_net.c \
	%D%/doctor_permissions.c %D%/doctor_project.c %D%/doctor_spool.c %D%/doctor_streams.c
fiat_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools
fiat_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS) $(CURL_CFLAGS) $(SSL_CFLAGS)
fiat_LDADD = libfiat_pipeline.la libfiat_svc.la libfiat_mocking.la $(fiat_query) $(fiat_local) $(fiat_logger) $(ZLIB_LIBS)

# What lets shells complete the command's words, printed by the command itself.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
nodist_bashcompletion_DATA = %D%/completion/fiat
nodist_zshcompletion_DATA = %D%/completion/_fiat
CLEANFILES += %D%/completion/fiat %D%/completion/_fiat
%D%/completion/fiat: fiat$(EXEEXT)
	$(AM_V_GEN)mkdir -p %D%/completion && ./fiat$(EXEEXT) completion bash >$@.tmp && mv $@.tmp $@
%D%/completion/_fiat: fiat$(EXEEXT)
	$(AM_V_GEN)mkdir -p %D%/completion && ./fiat$(EXEEXT) completion zsh >$@.tmp && mv $@.tmp $@
