noinst_LTLIBRARIES += libfiat_schema.la
libfiat_schema_la_SOURCES =
libfiat_schema_la_CFLAGS = $(AM_CFLAGS) $(PCRE2_CFLAGS) $(IDN2_CFLAGS)
libfiat_schema_la_LIBADD = $(PCRE2_LIBS) $(IDN2_LIBS)

# Formats.
libfiat_schema_la_SOURCES += \
	%D%/format.c %D%/format.h %D%/format_checks.h %D%/format_host.c %D%/format_mail.c %D%/format_name.h \
	%D%/format_net.c %D%/format_text.c %D%/format_time.c %D%/format_uri.c %D%/idn.c %D%/idn.h

# Encoded content of strings.
libfiat_schema_la_SOURCES += %D%/content.c %D%/content.h

# Regular expressions.
libfiat_schema_la_SOURCES += \
	%D%/block.h %D%/block_portable.h %D%/block_sse2.h %D%/regex.c %D%/regex.h \
	%D%/regex_class.c %D%/regex_match.c %D%/regex_parts.h %D%/regex_pcre2.h \
	%D%/regex_property.c %D%/regex_simple.c %D%/regex_simple_compile.c \
	%D%/regex_simple_ranges.c %D%/regex_translate.c

# The engine: from schema text to a program, and from event text to a verdict.
libfiat_schema_la_SOURCES += \
	%D%/check.c %D%/closest.c %D%/compile.c %D%/compile.h %D%/compile_add.c %D%/compile_apply.c \
	%D%/compile_array.c %D%/compile_members.c %D%/compile_number.c %D%/compile_object.c \
	%D%/compile_object.h %D%/compile_string.c %D%/compile_values.c %D%/dialect.c %D%/document.c \
	%D%/finish.c %D%/flatten.c \
	%D%/flatten.h %D%/flatten_gather.c %D%/flatten_group.c %D%/flatten_object.c \
	%D%/flatten_rules.c %D%/flatten_set.c %D%/keyword.c \
	%D%/keyword.h %D%/limits.c %D%/load.c %D%/marks.c %D%/message.c %D%/names.c %D%/places.c %D%/nearest.c %D%/nearest.h \
	%D%/program.h %D%/public.c %D%/references.c %D%/registry.c \
	%D%/registry.h %D%/report.c %D%/resolve.c %D%/run.c %D%/run.h %D%/run_apply.c %D%/run_array.c \
	%D%/run_group.c %D%/run_members.c %D%/run_text.h %D%/run_unique.c %D%/run_object.c %D%/run_scalar.h %D%/run_tape.c %D%/run_values.c %D%/scope.c %D%/schema.c %D%/schema.h \
	%D%/uri.c

# Compatibility of two versions.
libfiat_schema_la_SOURCES += \
	%D%/compat.c %D%/compat.h %D%/compat_apart.c %D%/compat_apply.c %D%/compat_array.c \
	%D%/compat_check.c %D%/compat_depends.c %D%/compat_find.c %D%/compat_judge.c %D%/compat_member.c \
	%D%/compat_object.c %D%/compat_others.c %D%/compat_parts.h %D%/compat_regex.c %D%/compat_same.c \
	%D%/compat_sample.c %D%/compat_sample_scalar.c %D%/compat_scalar.c %D%/compat_set.c %D%/compat_witness.c

# The meta-schemas, turned into C.
libfiat_schema_la_SOURCES += %D%/metaschema.c %D%/metaschema.h
nodist_libfiat_schema_la_SOURCES = %D%/metaschema_data.h
metaschemas = \
	%D%/metaschemas/draft-04.json %D%/metaschemas/draft-06.json %D%/metaschemas/draft-07.json \
	%D%/metaschemas/2019-09-schema.json %D%/metaschemas/2019-09-core.json \
	%D%/metaschemas/2019-09-applicator.json %D%/metaschemas/2019-09-validation.json \
	%D%/metaschemas/2019-09-meta-data.json %D%/metaschemas/2019-09-format.json \
	%D%/metaschemas/2019-09-content.json \
	%D%/metaschemas/2020-12-schema.json %D%/metaschemas/2020-12-core.json \
	%D%/metaschemas/2020-12-applicator.json %D%/metaschemas/2020-12-unevaluated.json \
	%D%/metaschemas/2020-12-validation.json %D%/metaschemas/2020-12-meta-data.json \
	%D%/metaschemas/2020-12-format-annotation.json \
	%D%/metaschemas/2020-12-format-assertion.json %D%/metaschemas/2020-12-content.json
BUILT_SOURCES += %D%/metaschema_data.h
CLEANFILES += %D%/metaschema_data.h
EXTRA_DIST += $(metaschemas) scripts/embed-metaschemas
%D%/metaschema_data.h: $(metaschemas) scripts/embed-metaschemas
	$(AM_V_GEN)mkdir -p %D% && cd $(srcdir) && scripts/embed-metaschemas $(metaschemas) >$(abs_builddir)/$@.tmp && \
	  mv $(abs_builddir)/$@.tmp $(abs_builddir)/$@
# By a variable: automake takes a rule that names the object for the one that compiles it.
metaschema_object = %D%/libfiat_schema_la-metaschema.lo
$(metaschema_object): %D%/metaschema_data.h

# What a run says of failures: the way to them, messages, standard output.
libfiat_schema_la_SOURCES += \
	%D%/annotations.c %D%/annotations.h %D%/output.c %D%/output.h %D%/output_basic.c \
	%D%/output_detailed.c %D%/output_next.c %D%/output_unit.c %D%/trace.c %D%/trace.h \
	%D%/trace_write.c
