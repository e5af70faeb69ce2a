# A process with a spool is killed again and again; `make spool-kill` does it for minutes.
check_PROGRAMS += %D%/spool_kill
TESTS += %D%/spool_kill
%C%_spool_kill_SOURCES = %D%/spool_kill.c
%C%_spool_kill_LDADD = $(fiat_logger) -lpthread

spool-kill: %D%/spool_kill$(EXEEXT)
	%D%/spool_kill$(EXEEXT) 1000 300
.PHONY: spool-kill
