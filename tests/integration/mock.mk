# The storm, through the installed interfaces alone: `make storm` runs longer ones.
check_PROGRAMS += %D%/storm
TESTS += %D%/storm
%C%_storm_SOURCES = %D%/storm.c
%C%_storm_LDADD = libfiat-mock.la libfiat.la -lpthread

storm: %D%/storm$(EXEEXT)
	for round in 1 2 3 4 5; do FIAT_STORM_EVENTS=100000 %D%/storm$(EXEEXT) || exit 1; sleep 1; done
.PHONY: storm

# boto3.
dist_check_SCRIPTS += %D%/mock_clients.sh
TESTS += %D%/mock_clients.sh
EXTRA_DIST += %D%/clients/client_mock.py
