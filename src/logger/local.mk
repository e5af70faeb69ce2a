noinst_LTLIBRARIES += libfiat_logger.la
libfiat_logger_la_SOURCES = \
	%D%/audit.c %D%/builtin.c %D%/builtin.h %D%/config.c %D%/config_line.c \
	%D%/config_line.h %D%/entry.c %D%/event.c %D%/event.h \
	%D%/log.c %D%/logger.c %D%/logger_internal.h %D%/opts.c %D%/opts.h %D%/refusals.c %D%/refusals.h \
	%D%/registry.c %D%/registry.h %D%/settings.c %D%/settings.h \
	%D%/stats.c %D%/stats.h %D%/stats_json.c %D%/stats_prometheus.c \
	%D%/stamp.c %D%/stamp.h %D%/stream.c %D%/stream.h %D%/stream_json.c %D%/stream_json.h
nodist_libfiat_logger_la_SOURCES = %D%/builtin_data.h

BUILT_SOURCES += %D%/builtin_data.h
CLEANFILES += %D%/builtin_data.h
EXTRA_DIST += scripts/embed
%D%/builtin_data.h: $(audit_DATA) scripts/embed
	$(AM_V_GEN)mkdir -p %D% && cd $(srcdir) && scripts/embed $(audit_DATA) >$(abs_builddir)/$@.tmp && \
	  mv $(abs_builddir)/$@.tmp $(abs_builddir)/$@
%D%/builtin.lo: %D%/builtin_data.h
