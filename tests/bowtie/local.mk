# Bowtie's view of the engine: `make bowtie` builds the harness (see the Containerfile).
check_PROGRAMS += %D%/bowtie-fiat
%C%_bowtie_fiat_SOURCES = %D%/bowtie_fiat.c
%C%_bowtie_fiat_LDADD = $(fiat_schema)
bowtie: %D%/bowtie-fiat$(EXEEXT)
.PHONY: bowtie

bowtie_tests = %D%/protocol.py %D%/suite.py
dist_check_SCRIPTS += $(bowtie_tests)
TESTS += $(bowtie_tests)
EXTRA_DIST += %D%/Containerfile %D%/requirements.txt scripts/setup-schema-peers
