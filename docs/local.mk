# Man pages of the command, made by the command itself from the tables that --help comes from.
man_pages = \
	%D%/man/fiat-completion.1 %D%/man/fiat-config-get.1 %D%/man/fiat-config-list.1 %D%/man/fiat-config-path.1 \
	%D%/man/fiat-config-set.1 \
	%D%/man/fiat-doctor.1 %D%/man/fiat-help.1 %D%/man/fiat-init.1 %D%/man/fiat-local.1 %D%/man/fiat-log.1 \
	%D%/man/fiat-mock.1 \
	%D%/man/fiat-query.1 %D%/man/fiat-schema-check.1 %D%/man/fiat-schema-columns.1 %D%/man/fiat-schema-diff.1 \
	%D%/man/fiat-schema-infer.1 %D%/man/fiat-schema-validate.1 \
	%D%/man/fiat-spool-export.1 %D%/man/fiat-spool-list.1 %D%/man/fiat-spool-replay.1 \
	%D%/man/fiat-stream-create.1 %D%/man/fiat-stream-delete.1 %D%/man/fiat-stream-list.1 \
	%D%/man/fiat-stream-status.1 %D%/man/fiat-stream-update.1 \
	%D%/man/fiat-table-check.1 %D%/man/fiat-table-create.1 %D%/man/fiat-table-drop.1 \
	%D%/man/fiat-table-show.1 %D%/man/fiat-table-update.1 %D%/man/fiat.1
nodist_man1_MANS = $(man_pages)
CLEANFILES += $(man_pages) %D%/man/stamp

$(man_pages): %D%/man/stamp
%D%/man/stamp: fiat$(EXEEXT)
	$(AM_V_GEN)mkdir -p %D%/man && for page in $(man_pages); do \
	  words=`basename $$page .1 | sed 's/^fiat-*//; s/-/ /g'`; \
	  ./fiat$(EXEEXT) help --roff $$words >$$page.tmp && mv $$page.tmp $$page || exit 1; \
	done && touch $@

nodist_man5_MANS = %D%/man/fiat.conf.5
CLEANFILES += %D%/man/fiat.conf.5
%D%/man/fiat.conf.5: fiat$(EXEEXT)
	$(AM_V_GEN)mkdir -p %D%/man && ./fiat$(EXEEXT) help --roff fiat.conf >$@.tmp && mv $@.tmp $@

dist_man1_MANS = %D%/fiat-lambda.1

# docs/configuration.md is committed; a lint compares it with the settings table.
check_PROGRAMS += %D%/print_settings
%C%_print_settings_SOURCES = %D%/print_settings.c
%C%_print_settings_LDADD = libfiat.la
# So is docs/aws-errors.md, with the table of AWS's error codes.
check_PROGRAMS += %D%/print_aws_errors
%C%_print_aws_errors_SOURCES = %D%/print_aws_errors.c
%C%_print_aws_errors_LDADD = $(fiat_aws)
EXTRA_DIST += \
	%D%/compatibility.md \
	%D%/aws-errors.md %D%/configuration.md %D%/conformance.md %D%/credentials.md %D%/delivery-guarantees.md %D%/doctor.md %D%/features.md %D%/flow-control.md %D%/formats.md %D%/json.md \
	%D%/limits.md %D%/local-engine.md %D%/mock.md %D%/network.md %D%/performance.md %D%/queries.md %D%/spool.md %D%/schemas.md %D%/statistics.md %D%/streams.md %D%/tables.md %D%/testing.md %D%/transform.md %D%/validation.md

docs: %D%/print_settings$(EXEEXT) %D%/print_aws_errors$(EXEEXT)
	%D%/print_settings$(EXEEXT) >$(srcdir)/%D%/configuration.md
	%D%/print_aws_errors$(EXEEXT) >$(srcdir)/%D%/aws-errors.md
.PHONY: docs
