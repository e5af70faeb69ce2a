# The storm, through the installed interfaces alone: `make storm` runs longer ones.
check_PROGRAMS += %D%/storm
TESTS += %D%/storm
%C%_storm_SOURCES = %D%/storm.c tests/support/remove_tree.h
%C%_storm_LDADD = libfiat-mock.la libfiat.la -lpthread

# The same with kill -9 and a spool.
check_PROGRAMS += %D%/spool_storm
TESTS += %D%/spool_storm
%C%_spool_storm_SOURCES = %D%/spool_storm.c tests/support/remove_tree.h
%C%_spool_storm_LDADD = libfiat-mock.la libfiat.la -lpthread

storm: %D%/storm$(EXEEXT) %D%/spool_storm$(EXEEXT)
	for round in 1 2 3 4 5; do FIAT_STORM_EVENTS=100000 %D%/storm$(EXEEXT) || exit 1; sleep 1; done
	FIAT_STORM_KILLS=1000 %D%/spool_storm$(EXEEXT)
.PHONY: storm

# Memory while the destination comes and goes; `make soak` takes four minutes.
check_PROGRAMS += %D%/soak
TESTS += %D%/soak
%C%_soak_SOURCES = %D%/soak.c tests/support/sanitizer.h
%C%_soak_LDADD = libfiat.la -lpthread

soak: %D%/soak$(EXEEXT) fiat$(EXEEXT)
	FIAT_SOAK_CYCLES=10 FIAT_SOAK_PHASE_MS=6000 FIAT=./fiat$(EXEEXT) %D%/soak$(EXEEXT)
.PHONY: soak

# AWS's clients.
dist_check_SCRIPTS += %D%/mock_clients.sh
TESTS += %D%/mock_clients.sh
EXTRA_DIST += %D%/clients/client_mock.mjs %D%/clients/client_mock.py %D%/clients/client_mock_awscli.sh

# fiat-lambda in the Runtime Interface Emulator of AWS.
dist_check_SCRIPTS += %D%/lambda_rie.py
TESTS += %D%/lambda_rie.py
EXTRA_DIST += %D%/clients/rie.txt
