# Statistics as Prometheus's own parser reads them.
check_PROGRAMS += %D%/stats_print
%C%_stats_print_SOURCES = %D%/stats_print.c
%C%_stats_print_LDADD = libfiat.la
dist_check_SCRIPTS += %D%/stats_prometheus.py
TESTS += %D%/stats_prometheus.py
