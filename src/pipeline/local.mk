# What the pipelines are deployed as: settings, requests and policies. Opens no socket.
noinst_LTLIBRARIES += libfiat_pipeline.la
libfiat_pipeline_la_SOURCES = \
	%D%/delivery.c %D%/delivery.h %D%/delivery_check.c %D%/delivery_compare.c \
	%D%/delivery_compare.h %D%/delivery_members.h %D%/delivery_policy.c %D%/delivery_policy.h \
	%D%/delivery_request.c %D%/delivery_request.h %D%/delivery_table.h %D%/delivery_text.c \
	%D%/delivery_text.h
