# The command. A subcommand is one file in cmd/ and a word in commands.h.
bin_PROGRAMS += fiat
fiat_SOURCES = \
	%D%/cmd.c %D%/cmd.h %D%/commands.h %D%/help.c %D%/help.h %D%/main.c %D%/main.h \
	%D%/opt.c %D%/opt.h %D%/roff.c %D%/cmd/help.c %D%/cmd/local.c
fiat_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools
fiat_LDADD = $(fiat_query) $(fiat_local)
