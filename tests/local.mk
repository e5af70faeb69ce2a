# Unit tests: one Check program a module, listed in the .mk file of its part.
noinst_HEADERS = %D%/support/test.h
TEST_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
# Every test may use these; none may write into the source tree, nor look for an EC2 instance.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; top_builddir='$(abs_top_builddir)'; CC='$(CC)'; CXX='$(CXX)'; \
	CK_DEFAULT_TIMEOUT=120; AWS_EC2_METADATA_DISABLED=true; \
	export top_srcdir top_builddir CC CXX CK_DEFAULT_TIMEOUT AWS_EC2_METADATA_DISABLED;
if HAVE_CHECK
include %D%/unit/base.mk
include %D%/unit/json.mk
include %D%/unit/schema.mk
include %D%/unit/aws.mk
include %D%/unit/producer.mk
include %D%/unit/logger.mk
include %D%/unit/table.mk
include %D%/unit/duckdb.mk
include %D%/unit/query.mk
include %D%/unit/localengine.mk
include %D%/unit/mock.mk
include %D%/unit/pipeline.mk
include %D%/unit/transform.mk
include %D%/unit/tools.mk
endif
include %D%/fuzz/local.mk
include %D%/integration/schema.mk
include %D%/bowtie/local.mk
include %D%/integration/localengine.mk
include %D%/integration/spool.mk
include %D%/integration/stats.mk
include %D%/integration/mock.mk
include %D%/integration/lifecycle.mk
include %D%/integration/table.mk
include %D%/integration/tools.mk
include %D%/cli/local.mk
include %D%/lint/local.mk
