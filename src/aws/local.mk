noinst_LTLIBRARIES += libfiat_aws.la
libfiat_aws_la_SOURCES = \
	%D%/argv.c %D%/argv.h %D%/client.c %D%/client.h %D%/credentials.c %D%/credentials.h \
	%D%/credentials_assume_role.c %D%/credentials_cache.c %D%/credentials_chain.c \
	%D%/credentials_container.c %D%/credentials_environment.c %D%/credentials_imds.c \
	%D%/credentials_process.c %D%/credentials_profile.c %D%/credentials_provider.h \
	%D%/credentials_sso.c %D%/credentials_static.c %D%/credentials_web_identity.c \
	%D%/endpoint.c %D%/endpoint.h %D%/error_class.c %D%/error_class.h %D%/fetch.c %D%/fetch.h \
	%D%/http.c %D%/http.h %D%/http_failure.c %D%/ini.c %D%/ini.h \
	%D%/net.c %D%/net.h %D%/proxy.c %D%/proxy.h %D%/sso_token.c %D%/sso_token.h %D%/sts.c \
	%D%/sts.h %D%/tls_gather.c %D%/tls_gather.h %D%/tls_peer.c %D%/tls_peer.h %D%/xml.c %D%/xml.h %D%/xml_walk.c \
	%D%/profile.c %D%/profile.h %D%/region.c %D%/request.c %D%/request.h
libfiat_aws_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(SSL_CFLAGS) $(CRYPTO_CFLAGS)
# The parts below it (json, base) are named by whoever links it: libtool would put copies of their
# objects into this archive.
libfiat_aws_la_LIBADD = $(CURL_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS)

# The services that libfiat itself speaks to.
libfiat_aws_la_SOURCES += %D%/svc/firehose.c %D%/svc/firehose.h

# Signatures by themselves: what verifies them alone, as the mock does, needs no libcurl.
noinst_LTLIBRARIES += libfiat_sigv4.la
libfiat_sigv4_la_SOURCES = \
	%D%/http_date.c %D%/http_date.h %D%/sigv4.c %D%/sigv4.h %D%/sigv4_canonical.c \
	%D%/sigv4_canonical.h %D%/sigv4_verify.c %D%/sigv4_verify.h
libfiat_sigv4_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
libfiat_sigv4_la_LIBADD = $(CRYPTO_LIBS)
