aws_tests = \
	%D%/aws_argv_test %D%/aws_chaos_test %D%/aws_client_test %D%/aws_credentials_test \
	%D%/aws_endpoint_test %D%/aws_error_class_test %D%/aws_fence_test %D%/aws_proxy_test \
	%D%/aws_sent_test %D%/aws_service_test %D%/aws_sigv4_test %D%/aws_sigv4_verify_test %D%/aws_sources_test \
	%D%/aws_sources_talk_test %D%/aws_svc_test %D%/aws_tls_gather_test %D%/aws_xml_test
check_PROGRAMS += $(aws_tests)
TESTS += $(aws_tests)
aws_test_libs = $(fiat_aws) $(CHECK_LIBS)
aws_test_cppflags = $(AM_CPPFLAGS) -DDATA_DIR='"$(abs_top_srcdir)/tests/data"'
EXTRA_DIST += tests/data/endpoints tests/data/sigv4

# The scripted HTTP server, for every test that needs one.
check_LTLIBRARIES += libhttp_server.la
libhttp_server_la_SOURCES = tests/support/http_server.c tests/support/http_server.h
libhttp_server_la_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS)
libhttp_server_la_LIBADD = libfiat_mocking.la

%C%_aws_chaos_test_SOURCES = %D%/aws_chaos_test.c
%C%_aws_chaos_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_chaos_test_LDADD = libchaos.la libhttp_server.la $(fiat_svc) $(CHECK_LIBS)

%C%_aws_client_test_SOURCES = %D%/aws_client_test.c
%C%_aws_client_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_client_test_LDADD = libhttp_server.la $(aws_test_libs)

%C%_aws_fence_test_SOURCES = %D%/aws_fence_test.c
%C%_aws_fence_test_CFLAGS = $(TEST_CFLAGS) $(CURL_CFLAGS) $(SSL_CFLAGS)
%C%_aws_fence_test_LDADD = libhttp_server.la $(aws_test_libs) -ldl

%C%_aws_credentials_test_SOURCES = %D%/aws_credentials_test.c
%C%_aws_credentials_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_credentials_test_LDADD = $(aws_test_libs)

AWS_SOURCES_FAKE = %D%/aws_sources_fake.c %D%/aws_sources_fake.h tests/support/tmpdir.h
%C%_aws_sources_test_SOURCES = %D%/aws_sources_test.c $(AWS_SOURCES_FAKE)
%C%_aws_sources_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_sources_test_LDADD = libhttp_server.la $(aws_test_libs)

%C%_aws_sources_talk_test_SOURCES = %D%/aws_sources_talk_test.c $(AWS_SOURCES_FAKE)
%C%_aws_sources_talk_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_sources_talk_test_LDADD = libhttp_server.la $(aws_test_libs)

%C%_aws_argv_test_SOURCES = %D%/aws_argv_test.c
%C%_aws_argv_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_argv_test_LDADD = $(aws_test_libs)

%C%_aws_xml_test_SOURCES = %D%/aws_xml_test.c
%C%_aws_xml_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_xml_test_LDADD = $(aws_test_libs)

%C%_aws_endpoint_test_SOURCES = %D%/aws_endpoint_test.c
%C%_aws_endpoint_test_CPPFLAGS = $(aws_test_cppflags)
%C%_aws_endpoint_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_endpoint_test_LDADD = $(aws_test_libs)

%C%_aws_proxy_test_SOURCES = %D%/aws_proxy_test.c
%C%_aws_proxy_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_proxy_test_LDADD = $(aws_test_libs)

%C%_aws_tls_gather_test_SOURCES = %D%/aws_tls_gather_test.c
%C%_aws_tls_gather_test_CFLAGS = $(TEST_CFLAGS) $(SSL_CFLAGS)
%C%_aws_tls_gather_test_LDADD = libhttp_server.la $(aws_test_libs)

%C%_aws_sent_test_SOURCES = %D%/aws_sent_test.c
%C%_aws_sent_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_sent_test_LDADD = $(aws_test_libs)

%C%_aws_service_test_SOURCES = %D%/aws_service_test.c
%C%_aws_service_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_service_test_LDADD = libhttp_server.la $(fiat_svc) $(CHECK_LIBS)

%C%_aws_error_class_test_SOURCES = %D%/aws_error_class_test.c
%C%_aws_error_class_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_error_class_test_LDADD = $(aws_test_libs)

%C%_aws_sigv4_test_SOURCES = \
	%D%/aws_sigv4_test.c tests/support/sigv4_case.c tests/support/sigv4_case.h
%C%_aws_sigv4_test_CPPFLAGS = $(aws_test_cppflags)
%C%_aws_sigv4_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_sigv4_test_LDADD = $(aws_test_libs)

%C%_aws_sigv4_verify_test_SOURCES = %D%/aws_sigv4_verify_test.c
%C%_aws_sigv4_verify_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_sigv4_verify_test_LDADD = $(aws_test_libs)

%C%_aws_svc_test_SOURCES = %D%/aws_svc_test.c
%C%_aws_svc_test_CFLAGS = $(TEST_CFLAGS)
%C%_aws_svc_test_LDADD = $(fiat_svc) $(CHECK_LIBS)

# Signatures compared with botocore's.
check_PROGRAMS += tests/support/sigv4_sign
tests_support_sigv4_sign_SOURCES = \
	tests/support/sigv4_sign.c tests/support/sigv4_case.c tests/support/sigv4_case.h
tests_support_sigv4_sign_LDADD = $(fiat_aws)
EXTRA_DIST += tests/integration/packages.py tests/integration/moto_server.py
dist_check_SCRIPTS += tests/integration/sigv4_botocore.py
TESTS += tests/integration/sigv4_botocore.py

# Endpoints compared with botocore's.
check_PROGRAMS += tests/support/aws_endpoint
tests_support_aws_endpoint_SOURCES = tests/support/aws_endpoint.c
tests_support_aws_endpoint_LDADD = $(fiat_aws)
dist_check_SCRIPTS += tests/integration/aws_endpoint_botocore.py
TESTS += tests/integration/aws_endpoint_botocore.py

# TLS and proxies.
check_PROGRAMS += tests/support/aws_post
tests_support_aws_post_SOURCES = tests/support/aws_post.c
tests_support_aws_post_LDADD = $(fiat_aws)
dist_check_SCRIPTS += tests/integration/aws_proxy.py tests/integration/aws_tls.py
TESTS += tests/integration/aws_proxy.py tests/integration/aws_tls.py
EXTRA_DIST += tests/integration/aws_peers.py

# Credentials found as botocore finds them.
check_PROGRAMS += tests/support/aws_credentials
tests_support_aws_credentials_SOURCES = tests/support/aws_credentials.c
tests_support_aws_credentials_LDADD = $(fiat_aws)
dist_check_SCRIPTS += tests/integration/aws_credentials_botocore.py
TESTS += tests/integration/aws_credentials_botocore.py

# Roles assumed at moto's STS.
dist_check_SCRIPTS += tests/integration/aws_sts_moto.py
TESTS += tests/integration/aws_sts_moto.py

# Calls of the commands at moto.
check_PROGRAMS += tests/support/aws_service
tests_support_aws_service_SOURCES = tests/support/aws_service.c
tests_support_aws_service_LDADD = $(fiat_svc)
dist_check_SCRIPTS += tests/integration/aws_service_moto.py
TESTS += tests/integration/aws_service_moto.py
