# Fuzz targets. With --enable-fuzzing each is a libFuzzer program; without,
# standalone.c replays the corpus as part of `make check`.
EXTRA_DIST += %D%/corpus
noinst_HEADERS += %D%/fuzz.h %D%/fuzz_cjson.h
fuzz_targets = \
	%D%/fuzz_schema_compat \
	%D%/fuzz_aws_argv %D%/fuzz_aws_credentials %D%/fuzz_aws_ini %D%/fuzz_aws_profile %D%/fuzz_aws_proxy %D%/fuzz_aws_reply \
	%D%/fuzz_aws_sigv4 %D%/fuzz_aws_svc %D%/fuzz_aws_xml %D%/fuzz_config_file %D%/fuzz_firehose_event %D%/fuzz_firehose_reply %D%/fuzz_mock_request \
	%D%/fuzz_infer %D%/fuzz_json_number %D%/fuzz_json_text %D%/fuzz_local_layout %D%/fuzz_local_segment %D%/fuzz_object_prefix %D%/fuzz_schema_compile %D%/fuzz_schema_format %D%/fuzz_schema_regex \
	%D%/fuzz_schema_shape %D%/fuzz_schema_validate %D%/fuzz_spool_reader %D%/fuzz_stream_json %D%/fuzz_tls_peer \
	%D%/fuzz_table %D%/fuzz_hive_ddl
if FUZZING
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
noinst_PROGRAMS += $(fuzz_targets)
else
fuzz_main = %D%/standalone.c
fuzz_ldflags = $(AM_LDFLAGS)
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
endif

%C%_fuzz_config_file_SOURCES = %D%/fuzz_config_file.c tools/conf_file.c $(fuzz_main)
%C%_fuzz_config_file_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools
%C%_fuzz_config_file_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_config_file_LDADD = $(fiat_logger)

%C%_fuzz_json_number_SOURCES = %D%/fuzz_json_number.c $(fuzz_main)
%C%_fuzz_json_number_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_json_number_LDADD = $(fiat_json)

%C%_fuzz_json_text_SOURCES = %D%/fuzz_json_text.c $(fuzz_main)
%C%_fuzz_json_text_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
%C%_fuzz_json_text_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_json_text_LDADD = $(fiat_schema) $(CJSON_LIBS)

%C%_fuzz_schema_shape_SOURCES = %D%/fuzz_schema_shape.c $(fuzz_main)
%C%_fuzz_schema_shape_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_schema_shape_LDADD = $(fiat_schema)

%C%_fuzz_schema_compat_SOURCES = %D%/fuzz_schema_compat.c $(fuzz_main)
%C%_fuzz_schema_compat_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_schema_compat_LDADD = $(fiat_schema)

%C%_fuzz_schema_format_SOURCES = %D%/fuzz_schema_format.c $(fuzz_main)
%C%_fuzz_schema_format_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_schema_format_LDADD = $(fiat_schema)

%C%_fuzz_schema_regex_SOURCES = %D%/fuzz_schema_regex.c $(fuzz_main)
%C%_fuzz_schema_regex_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_schema_regex_LDADD = $(fiat_schema)

%C%_fuzz_schema_compile_SOURCES = %D%/fuzz_schema_compile.c $(fuzz_main)
%C%_fuzz_schema_compile_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_schema_compile_LDADD = $(fiat_schema)

%C%_fuzz_schema_validate_SOURCES = %D%/fuzz_schema_validate.c $(fuzz_main)
%C%_fuzz_schema_validate_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
%C%_fuzz_schema_validate_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_schema_validate_LDADD = $(fiat_schema) $(CJSON_LIBS)

%C%_fuzz_firehose_event_SOURCES = %D%/fuzz_firehose_event.c $(fuzz_main)
%C%_fuzz_firehose_event_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_firehose_event_LDADD = $(fiat_transform)

%C%_fuzz_firehose_reply_SOURCES = %D%/fuzz_firehose_reply.c $(fuzz_main)
%C%_fuzz_firehose_reply_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_firehose_reply_LDADD = $(fiat_aws)

%C%_fuzz_aws_ini_SOURCES = %D%/fuzz_aws_ini.c $(fuzz_main)
%C%_fuzz_aws_ini_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_ini_LDADD = $(fiat_aws)

%C%_fuzz_aws_proxy_SOURCES = %D%/fuzz_aws_proxy.c $(fuzz_main)
%C%_fuzz_aws_proxy_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_proxy_LDADD = $(fiat_aws)

%C%_fuzz_aws_reply_SOURCES = %D%/fuzz_aws_reply.c $(fuzz_main)
%C%_fuzz_aws_reply_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_reply_LDADD = $(fiat_aws)

%C%_fuzz_aws_sigv4_SOURCES = %D%/fuzz_aws_sigv4.c $(fuzz_main)
%C%_fuzz_aws_sigv4_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_sigv4_LDADD = $(fiat_aws)

%C%_fuzz_object_prefix_SOURCES = %D%/fuzz_object_prefix.c $(fuzz_main)
%C%_fuzz_object_prefix_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_object_prefix_LDADD = $(fiat_producer)

%C%_fuzz_spool_reader_SOURCES = %D%/fuzz_spool_reader.c $(fuzz_main)
%C%_fuzz_spool_reader_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_spool_reader_LDADD = $(fiat_producer)

%C%_fuzz_local_segment_SOURCES = %D%/fuzz_local_segment.c $(fuzz_main)
%C%_fuzz_local_segment_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_local_segment_LDADD = $(fiat_local)

%C%_fuzz_infer_SOURCES = %D%/fuzz_infer.c $(fuzz_main)
%C%_fuzz_infer_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_infer_LDADD = $(fiat_table)

%C%_fuzz_table_SOURCES = %D%/fuzz_table.c $(fuzz_main)
%C%_fuzz_table_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_table_LDADD = $(fiat_table)

%C%_fuzz_local_layout_SOURCES = %D%/fuzz_local_layout.c $(fuzz_main)
%C%_fuzz_local_layout_CFLAGS = $(AM_CFLAGS) $(PCRE2_CFLAGS)
%C%_fuzz_local_layout_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_local_layout_LDADD = $(fiat_query) $(fiat_producer) $(PCRE2_LIBS)

%C%_fuzz_aws_argv_SOURCES = %D%/fuzz_aws_argv.c $(fuzz_main)
%C%_fuzz_aws_argv_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_argv_LDADD = $(fiat_aws)

%C%_fuzz_aws_credentials_SOURCES = %D%/fuzz_aws_credentials.c $(fuzz_main)
%C%_fuzz_aws_credentials_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_credentials_LDADD = $(fiat_aws)

%C%_fuzz_aws_svc_SOURCES = %D%/fuzz_aws_svc.c $(fuzz_main)
%C%_fuzz_aws_svc_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_svc_LDADD = $(fiat_svc)

%C%_fuzz_aws_xml_SOURCES = %D%/fuzz_aws_xml.c $(fuzz_main)
%C%_fuzz_aws_xml_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_xml_LDADD = $(fiat_aws)

%C%_fuzz_mock_request_SOURCES = %D%/fuzz_mock_request.c $(fuzz_main)
%C%_fuzz_mock_request_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_mock_request_LDADD = libfiat_mocking.la libfiat_reply.la $(fiat_sigv4)

%C%_fuzz_aws_profile_SOURCES = %D%/fuzz_aws_profile.c $(fuzz_main)
%C%_fuzz_aws_profile_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_aws_profile_LDADD = $(fiat_aws)

%C%_fuzz_stream_json_SOURCES = %D%/fuzz_stream_json.c $(fuzz_main)
%C%_fuzz_stream_json_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_stream_json_LDADD = $(fiat_logger)

%C%_fuzz_tls_peer_SOURCES = %D%/fuzz_tls_peer.c $(fuzz_main)
%C%_fuzz_tls_peer_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
%C%_fuzz_tls_peer_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_tls_peer_LDADD = $(fiat_aws) $(CRYPTO_LIBS)

%C%_fuzz_hive_ddl_SOURCES = %D%/fuzz_hive_ddl.c $(fuzz_main)
%C%_fuzz_hive_ddl_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_hive_ddl_LDADD = $(fiat_hive)
